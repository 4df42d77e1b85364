/** The two sides of the store benchmark: a worker with the same backend, and an object with a store of either kind. */

import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { bundleWorker } from '../../harness/bundle.mjs'
import { temporaryDirectory } from '../../harness/cleanup.mjs'
import { officialWorker } from '../../harness/official.mjs'
import { rustWorker, SYNC_OBJECT } from '../../harness/rust.mjs'
import { fill } from '../client.mjs'
import { Contender, STORE } from '../contender.mjs'

/** @typedef {import('../../harness/config.mjs').Worker} Worker */
/** @typedef {import('../../harness/workerd.mjs').Workerd} Workerd */

const OBJECTS = [SYNC_OBJECT, { binding: 'STORE', className: 'StoreObject' }]

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url))

/** A worker, with and without the object that has a store. @typedef {{ with: string, without: string }} Added */

export class StoreContender extends Contender {
  /**
   * @param {string} name
   * @param {Worker} worker
   * @param {{ plain: Added, minified: Added }} bundles folders with modules, where the backend is of the same author
   */
  constructor(name, worker, bundles) {
    const front = [pathOf('driver.js')]
    super(name, { ...worker, objects: OBJECTS, front }, undefined, async (server, events) => {
      await fill(server, STORE, events)
      const object = new BenchObject(server)
      await object.call('open', STORE)
      await object.call('until', events)
    })
    this.bundles = bundles
  }
}

/** Our store. */
export const ours = async () => {
  const worker = rustWorker('bench-store')
  const bundle = { with: worker.dir, without: rustWorker('backend-worker').dir }
  return new StoreContender('ours', worker, { plain: bundle, minified: bundle })
}

/** LiveStore's store, at our backend. */
export const official = async () => {
  const backend = rustWorker('backend-worker')
  const { path: dir } = temporaryDirectory('bench-store')
  await cp(join(backend.dir, 'index.js'), join(dir, 'backend.js'))
  await cp(join(backend.dir, 'index_bg.wasm'), join(dir, 'index_bg.wasm'))
  await bundleWorker({ entryPoints: { store: pathOf('official.js') }, outdir: dir })
  const lines = ["export * from './store.js'", "export { SyncBackendDO, default } from './backend.js'"]
  await writeFile(join(dir, 'index.js'), lines.join('\n'))
  return new StoreContender('official', { ...backend, dir }, { plain: await added(false), minified: await added(true) })
}

/** LiveStore's backend, with and without its store. @param {boolean} minify @returns {Promise<Added>} */
const added = async (minify) => {
  const { path: dir } = temporaryDirectory('bench-store')
  const contents = `
export { StoreObject } from './official.js'
import { makeDurableObject, makeWorker } from '@livestore/sync-cf/cf-worker'
export class SyncBackendDO extends makeDurableObject({}) {}
export default makeWorker({ syncBackendBinding: 'SYNC_BACKEND_DO', enableCORS: true })
`
  await bundleWorker({
    stdin: { contents, resolveDir: pathOf('.'), sourcefile: 'index.js' },
    outdir: dir,
    entryNames: 'index',
    minify,
  })
  return { with: dir, without: (await officialWorker({ minify })).dir }
}

/** An object with a store. */
export class BenchObject {
  /** @param {{ url: string }} server @param {string} [name] */
  constructor(server, name = STORE) {
    this.url = `${server.url}/bench/${name}`
  }

  /** @param {string} method @param {...unknown} args @returns {Promise<any>} */
  async call(method, ...args) {
    const response = await fetch(`${this.url}/${method}`, { method: 'POST', body: JSON.stringify(args) })
    const { value, error } = /** @type {any} */ (await response.json())
    if (error !== undefined) throw new Error(`${method}: ${error}`)
    return value
  }

  /** Leaves memory. What is in its database stays. */
  async crash() {
    await this.call('crash').catch(() => {})
  }
}
