/** Durable objects that sync over RPC, and the backend under test, in one worker. */

import { mkdir, mkdtemp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { syncWorker } from './backend.mjs'
import { bundleWorker } from './bundle.mjs'
import { unsafe } from './config.mjs'
import { MEMORY } from './memory.mjs'
import { none } from './socket.mjs'
import { eventually, LIMIT } from './wait.mjs'
import { startWorkerd } from './workerd.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @typedef {import('./events.mjs').Event} Event */
/** @typedef {{ _tag: string, values?: import('./socket.mjs').Page[] }} Message */
/**
 * @typedef {'STORE_OBJECT' | 'RPC_OBJECT' | 'TODO_CLIENT' | 'BOARD' | 'NAMELESS' | 'CLIENT_DO' | 'OPEN_CLIENT_DO' |
 *   'SYNC_BACKEND_DO'} Binding
 */

/**
 * Starts workerd with the backend, and the objects in front of it.
 *
 * @param {Parameters<typeof startWorkerd>[1]} [options]
 */
export const startClientObjects = async (options) => startWorkerd(await clientObjectsWorker(), options)

/** @param {string} [name] of the backend */
export const clientObjectsWorker = async (name) => withClientObjects(await syncWorker(name))

/**
 * A backend, and the objects in front of it.
 *
 * @param {import('./config.mjs').Worker} backend
 * @param {string} [main] the module with the objects
 */
export const withClientObjects = async (backend, main = 'client-object.js') => {
  const objects = [
    ...backend.objects,
    { binding: 'STORE_OBJECT', className: 'StoreObject' },
    { binding: 'RPC_OBJECT', className: 'RpcObject' },
  ]
  return unsafe({ ...backend, objects, front: [...(await bundle(main)), ...MEMORY] })
}

/** The objects' module and the SQLite that comes with LiveStore, the main one first. @param {string} main */
const bundle = async (main) => {
  const parent = join(ROOT, 'target', 'official')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'client-objects-'))
  await bundleWorker({
    entryPoints: [fileURLToPath(new URL(main, import.meta.url))],
    outdir: folder,
    external: ['./index.js', './memory.js'],
  })
  const names = await readdir(folder)
  return names.sort().map((name) => join(folder, name))
}

/** One of the objects. */
export class ClientObject {
  /** @param {{ url: string }} server @param {Binding} binding @param {string} name */
  constructor(server, binding, name) {
    this.url = `${server.url}/client/${binding}/${encodeURIComponent(name)}`
  }

  /** @param {string} method @param {...unknown} args @returns {Promise<any>} */
  async call(method, ...args) {
    const body = JSON.stringify(args)
    const response = await fetch(`${this.url}/${method}`, { method: 'POST', body, signal: AbortSignal.timeout(LIMIT) })
    const { value, error } = /** @type {any} */ (await response.json())
    if (error !== undefined) throw new Error(`${method}: ${error}`)
    return value
  }
}

/** An object that speaks the protocol by itself. */
export class RpcClient {
  #nextId = 0

  /** @param {{ url: string }} server @param {string} storeId @param {string} [name] */
  constructor(server, storeId, name = `${storeId}-client`) {
    this.storeId = storeId
    this.object = new ClientObject(server, 'RPC_OBJECT', name)
  }

  /** The messages that answer a request. @param {string} tag @param {any} payload @returns {Promise<any[]>} */
  request(tag, payload, id = String(this.#nextId++)) {
    const message = { _tag: 'Request', id, tag: `SyncDoRpc.${tag}`, payload, sampled: true, headers: [] }
    return this.object.call('send', this.storeId, [message])
  }

  /** @param {{ cursor?: any, live?: boolean, id?: string }} [options] */
  async pull({ cursor = none, live = false, id } = {}) {
    const rpcContext = live ? await this.object.call('context') : { $undefined: true }
    return this.request('Pull', { cursor, rpcContext, storeId: this.storeId }, id)
  }

  /** @param {any[]} batch @param {any} [backendId] @returns {Promise<any>} the exit */
  async push(batch, backendId = none) {
    const [{ exit }] = await this.request('Push', { batch, backendId, storeId: this.storeId })
    return exit
  }

  /** The events it was called with. @returns {Promise<Event[]>} */
  async heard() {
    /** @type {Message[][]} */
    const calls = await this.object.call('calls')
    return calls.flatMap(([chunk]) => eventsOf([chunk]))
  }

  /** Waits until it was called with so many events. @param {number} count */
  async waitEvents(count) {
    await eventually(async () => (await this.heard()).length >= count, `${count} events are heard`)
    return this.heard()
  }
}

/** @param {Message[]} messages */
export const eventsOf = (messages) =>
  messages
    .filter(({ _tag }) => _tag === 'Chunk')
    .flatMap(({ values = [] }) => values.flatMap(({ batch }) => batch.map((item) => item.eventEncoded)))
