/** The worker under test inside another one that counts how often its objects are constructed. */

import { cpSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { syncWorker } from '../harness/backend.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { MAIN_MODULE } from '../harness/config.mjs'
import { SYNC_OBJECT } from '../harness/rust.mjs'

const { className, binding } = SYNC_OBJECT
const PATH = '/constructed'

// Worker and objects share one isolate, so the numbers are asked for without waking an object.
const WRAPPER = `
import Worker, { ${className} as Counted } from './counted.js'

const constructed = new Map()

export class ${className} extends Counted {
  constructor(ctx, env) {
    super(ctx, env)
    const id = ctx.id.toString()
    constructed.set(id, (constructed.get(id) ?? 0) + 1)
  }
}

export default class extends Worker {
  fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname !== '${PATH}') return super.fetch(request)
    const id = this.env.${binding}.idFromName(searchParams.get('name')).toString()
    return new Response(String(constructed.get(id) ?? 0))
  }
}
`

/** @returns {Promise<import('../harness/config.mjs').Worker>} */
export const countedWorker = async () => {
  const worker = await syncWorker('rust')
  const { path } = temporaryDirectory('counted')
  cpSync(worker.dir, path, { recursive: true })
  renameSync(join(path, MAIN_MODULE), join(path, 'counted.js'))
  writeFileSync(join(path, MAIN_MODULE), WRAPPER)
  return { ...worker, dir: path }
}

/**
 * How often a store's object has been constructed.
 *
 * @param {{ url: string }} server
 * @param {string} storeId
 */
export const constructions = async (server, storeId) => {
  const response = await fetch(`${server.url}${PATH}?${new URLSearchParams({ name: storeId })}`, {
    signal: AbortSignal.timeout(5_000),
  })
  return Number(await response.text())
}
