/** Real LiveStore stores in this process: the clients users have, against the backend under test. */

import { makeAdapter } from '@livestore/adapter-node'
import { createStorePromise } from '@livestore/livestore'
import { LogLevel } from 'effect'

import { SYNCS } from './provider.mjs'
import { events, schema, todos } from './schema.mjs'
import { eventually, within, LIMIT } from './wait.mjs'

/**
 * @typedef {object} ClientOptions
 * @property {string} url of the server, or of a proxy in front of it
 * @property {import('./provider.mjs').Transport} [transport]
 * @property {string} storeId
 * @property {string} clientId
 * @property {string} [directory] keeps the client's data on disk instead of in memory
 * @property {import('./provider.mjs').SyncOptions} [sync] of the transport
 * @property {import('@livestore/livestore').Schema.JsonValue} [payload] sync payload
 */

/** @typedef {{ seqNum: number, name: string, clientId: string, args: any }} ConfirmedEvent */

/** Boots a store; resolves after its first pull, or offline after a short while. @param {ClientOptions} options */
export const openClient = async (options) => {
  const adapter = makeAdapter({
    storage: options.directory ? { type: 'fs', baseDirectory: options.directory } : { type: 'in-memory' },
    clientId: options.clientId,
    sync: {
      backend: SYNCS[options.transport ?? 'ws'](options.url, options.sync),
      initialSyncOptions: { _tag: 'Blocking', timeout: 2_000 },
    },
  })
  const store = createStorePromise({
    schema,
    adapter,
    storeId: options.storeId,
    disableDevtools: true,
    syncPayload: options.payload ?? {},
    logLevel: process.env.DEBUG ? LogLevel.Debug : LogLevel.None,
  })
  return new Client(await within(store, `store of ${options.clientId} boots`))
}

export class Client {
  /** @param {Awaited<ReturnType<typeof createStorePromise<typeof schema>>>} store */
  constructor(store) {
    this.store = store
  }

  /** @param {string} id @param {string} [text] */
  create(id, text = id) {
    this.store.commit(events.todoCreated({ id, text }))
  }

  /** @param {string} id */
  complete(id) {
    this.store.commit(events.todoCompleted({ id }))
  }

  /** @param {string} id */
  delete(id) {
    this.store.commit(events.todoDeleted({ id, deletedAt: new Date(0) }))
  }

  /** The visible state, by id. */
  todos() {
    return this.store
      .query(todos.where({ deletedAt: null }).orderBy('id', 'asc'))
      .map(({ id, text, completed }) => ({ id, text, completed }))
  }

  /**
   * The first `count` events the backend has confirmed to this client, once there are that many.
   *
   * @param {number} count
   * @param {number} [limit]
   * @returns {Promise<ConfirmedEvent[]>}
   */
  async confirmed(count, limit = LIMIT) {
    /** @type {ConfirmedEvent[]} */
    const log = []
    const collect = async () => {
      for await (const { seqNum, name, clientId, args } of this.store.events()) {
        log.push({ seqNum: seqNum.global, name, clientId, args })
        if (log.length === count) return
      }
    }
    await within(collect(), () => `${count} confirmed events; has ${log.length}`, limit)
    return log
  }

  /** Waits until everything committed here has reached the local leader. */
  async settled() {
    await eventually(() => this.store.syncStatus().isSynced, 'the session settles')
  }

  async close() {
    await within(this.store.shutdownPromise(), 'the store shuts down')
  }
}
