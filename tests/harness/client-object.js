/**
 * Durable objects that sync over RPC, in front of a sync backend's worker: bundled with what they import from
 * LiveStore, and with the backend's `index.js` beside it.
 *
 * `POST /client/BINDING/NAME/METHOD` with an array of arguments calls a method of one of them.
 */

import '@livestore/adapter-cloudflare/polyfill'

import { createStoreDoPromise } from '@livestore/adapter-cloudflare'
import { handleSyncUpdateRpc } from '@livestore/sync-cf/client'
import { DurableObject } from 'cloudflare:workers'
import { Packr, Unpackr } from 'msgpackr'

import Backend, { SyncBackendDO as Uncounted } from './index.js'
import { inParts } from './events.mjs'
import { answer, counted, evicted } from './memory.js'
import { eventOf, events, schema, todos } from './schema.mjs'

export * from './index.js'

/** The backend, which can lose what a backend can lose. */
export class SyncBackendDO extends counted(Uncounted) {
  #toLose = 0
  #isCutOff = false

  /** Begins anew: it has another id then, and no events. */
  async wipe() {
    await this.ctx.storage.deleteAll()
    this.ctx.abort('wiped for a test')
  }

  /** Loses the answers to the next calls, which are carried out. @param {number} count */
  loseAnswers(count) {
    this.#toLose = count
  }

  /** Objects cannot reach it, or can again. @param {boolean} isCutOff */
  cutOff(isCutOff) {
    this.#isCutOff = isCutOff
  }

  /** Loses its memory: the sockets, and at the official backend the objects that listen. */
  crash() {
    this.ctx.abort('crashed for a test')
  }

  /**
   * To stores whose name begins with `later`, it is a backend of the generation after 0.4.0, which is not published.
   * Ours takes clients whose requests have numbers for such clients, and answers and calls in the forms of theirs.
   *
   * @param {Uint8Array} bytes
   * @param {unknown[]} rest
   */
  async rpc(bytes, ...rest) {
    if (this.#isCutOff) throw Object.assign(new Error('cut off for a test'), { retryable: true })
    const answer = await super.rpc(this.ctx.id.name?.startsWith('later') ? numbered(bytes) : bytes, ...rest)
    if (this.#toLose === 0) return answer
    this.#toLose -= 1
    throw Object.assign(new Error('lost for a test'), { retryable: true })
  }
}

/** Requests with numbers for ids. @param {Uint8Array} bytes */
const numbered = (bytes) => {
  const messages = new Unpackr({ useRecords: true }).unpack(bytes)
  return new Packr({ useRecords: true }).pack(
    messages.map((/** @type {any} */ message) => ({ ...message, id: Number(message.id) })),
  )
}

/** @param {any} env @param {string} storeId */
const backendOf = (env, storeId) => env.SYNC_BACKEND_DO.get(env.SYNC_BACKEND_DO.idFromName(storeId))

/** LiveStore's own store in an object, as its documentation has it. */
export class StoreObject extends DurableObject {
  binding = 'STORE_OBJECT'
  schema = schema
  isLive = true
  /** @type {ReturnType<typeof createStoreDoPromise> | undefined} */
  #store

  /** Opens the store, or returns the open one. */
  store() {
    this.#store ??= this.#boot()
    return this.#store
  }

  async #boot() {
    const storeId = await this.ctx.storage.get('storeId')
    if (typeof storeId !== 'string') throw new Error('no store was opened')
    await this.ctx.storage.put('boots', (await this.boots()) + 1)
    return createStoreDoPromise({
      schema: this.schema,
      storeId,
      clientId: this.ctx.id.toString().slice(0, 8),
      sessionId: 'static',
      durableObject: { ctx: this.ctx, env: this.env, bindingName: this.binding },
      syncBackendStub: backendOf(this.env, storeId),
      livePull: this.isLive,
    })
  }

  /** @param {string} storeId */
  async open(storeId) {
    await this.ctx.storage.put('storeId', storeId)
    await this.store()
  }

  /** @param {string} id @param {string} [text] */
  async create(id, text = id) {
    const store = await this.store()
    store.commit(events.todoCreated({ id, text }))
  }

  /**
   * Commits events, and waits until they are in the object's database: LiveStore's `commit` only has them in memory.
   *
   * @param {[string, string][]} list the name of each, and its arguments as JSON
   */
  async commit(list) {
    const store = await this.store()
    for (const part of inParts(list)) {
      store.commit(...part.map(([name, args]) => eventOf({ name, args: JSON.parse(args) })))
      while (!store.syncStatus().isSynced) await scheduler.wait(5)
    }
  }

  async ids() {
    return (await this.todos()).map((todo) => todo.id)
  }

  async todos() {
    const store = await this.store()
    return store.query(todos.orderBy('id', 'asc')).map(({ id, text, completed }) => ({ id, text, completed }))
  }

  /** The confirmed events in their order. */
  async log() {
    await this.store()
    const rows = this.ctx.storage.sql.exec(
      `SELECT seqNumGlobal AS seqNum, name, clientId, argsJson AS args FROM eventlog
       WHERE seqNumGlobal <= (SELECT head FROM __livestore_sync_status) ORDER BY seqNumGlobal`,
    )
    return rows.toArray().map(({ args, ...entry }) => ({ ...entry, id: JSON.parse(args).id }))
  }

  /** How often the store was opened. This does not open it. @returns {Promise<number>} */
  async boots() {
    return (await this.ctx.storage.get('boots')) ?? 0
  }

  /** Loses its memory, as after a deployment. */
  crash() {
    this.ctx.abort('crashed for a test')
  }

  /** The backend's call: a store that is not in memory has to be opened first. @param {any} payload */
  async syncUpdateRpc(payload) {
    await this.store()
    await handleSyncUpdateRpc(payload)
  }
}

/** Speaks the protocol itself, and keeps what it is called with. */
export class RpcObject extends DurableObject {
  #packr = new Packr({ useRecords: true })
  /** @type {unknown[][]} */
  #calls = []
  #failures = 0
  #hangs = false

  get id() {
    return this.ctx.id.toString()
  }

  /** Where the backend finds this object. */
  context() {
    return { callerContext: { bindingName: 'RPC_OBJECT', durableObjectId: this.id } }
  }

  /** Returns the backend's answers to messages. @param {string} storeId @param {any[]} messages */
  async send(storeId, messages) {
    return this.sendBytes(storeId, [...this.#packr.pack(messages.map(revive))])
  }

  /** @param {string} storeId @param {number[]} bytes */
  async sendBytes(storeId, bytes) {
    const answer = await backendOf(this.env, storeId).rpc(Uint8Array.from(bytes))
    const all = new Uint8Array(await new Response(answer).arrayBuffer())
    // As the official client reads it.
    return new Unpackr({ useRecords: true }).unpackMultiple(all).flat(1)
  }

  /** Fails the next calls. @param {number} count */
  fail(count) {
    this.#failures = count
  }

  /** Never answers the calls that come from now on. @param {boolean} hangs */
  hang(hangs) {
    this.#hangs = hangs
  }

  calls() {
    return this.#calls
  }

  /** @param {unknown[]} args */
  syncUpdateRpc(...args) {
    this.#calls.push(args.map(readable))
    if (this.#hangs) return new Promise((resolve) => setTimeout(resolve, 600_000))
    if (this.#failures === 0) return
    this.#failures -= 1
    throw new Error('failed for a test')
  }
}

/** Clients of the generation after 0.4.0 are called with bytes. @param {unknown} arg */
const readable = (arg) =>
  arg instanceof Uint8Array ? { $msgpack: new Unpackr({ useRecords: true }).unpack(arg) } : arg

/** Values that JSON does not have go by names. @param {any} value @returns {any} */
const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  if ('$undefined' in value) return undefined
  if ('$bigint' in value) return BigInt(value.$bigint)
  if ('$date' in value) return new Date(value.$date)
  if ('$bytes' in value) return Uint8Array.from(value.$bytes)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]))
}

/** The official backend's worker is an object, ours a class. @param {Request} request @param {any} env @param {any} ctx */
const forward = (request, env, ctx) =>
  typeof Backend === 'function' ? new Backend(ctx, env).fetch(request) : Backend.fetch(request, env, ctx)

export default {
  /** @param {Request} request @param {any} env @param {any} ctx */
  async fetch(request, env, ctx) {
    const [, first, binding, name, method] = new URL(request.url).pathname.split('/').map(decodeURIComponent)
    if (first === 'hibernate-client') return evicted(env.CLIENT_DO.getByName(binding))
    if (first !== 'client') return (await answer(request, env.SYNC_BACKEND_DO)) ?? forward(request, env, ctx)
    try {
      const value = await env[binding].getByName(name)[method](...(await request.json()))
      return Response.json({ value: value ?? null })
    } catch (error) {
      return Response.json({ error: String(error) })
    }
  },
}
