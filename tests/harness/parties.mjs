/** The clients of one store, of several kinds and with the same verbs. */

import { Effect } from 'effect4'

import { ClientObject } from './client-objects.mjs'
import { withEffect4 } from './effect4.mjs'
import { chain, inParts } from './events.mjs'
import { openClient } from './livestore.mjs'
import { startProxy } from './proxy.mjs'
import { eventOf } from './schema.mjs'

/** @typedef {import('./events.mjs').Body} Body */
/** @typedef {{ seqNum: number, name: string, clientId: string, id: string }} Entry an event, and the todo it is about */
/** @typedef {{ id: string, text: string, completed: boolean }} Todo */
/** @typedef {{ url: string }} Server */

/** @typedef {'ours' | 'official'} Kind */

const BINDINGS = /** @type {const} */ ({ ours: 'TODO_CLIENT', official: 'STORE_OBJECT' })

/** A store in a durable object, ours or LiveStore's. */
export class ObjectParty {
  #kind
  #object
  #storeId

  /** @param {Server} server @param {Kind} kind @param {string} storeId */
  constructor(server, kind, storeId) {
    this.#kind = kind
    this.#storeId = storeId
    this.#object = new ClientObject(server, BINDINGS[kind], `${storeId}-object`)
  }

  async open() {
    await this.#object.call('open', this.#storeId)
  }

  /** @param {Body[]} bodies */
  async commit(bodies) {
    await this.#object.call(
      'commit',
      bodies.map(({ name, args }) => [name, JSON.stringify(args)]),
    )
  }

  /** Loses its memory. */
  async evict() {
    await this.#object.call('crash').catch(() => {})
  }

  /** Looks for what the backend has not told it: that of 0.4.0 forgets whom to call. */
  async pull() {
    if (this.#kind === 'official') await this.evict()
    await this.open()
    if (this.#kind === 'ours') await this.#object.call('resume')
  }

  /** @returns {Promise<Entry[]>} the confirmed events */
  log() {
    return this.#object.call('log')
  }

  /** @returns {Promise<Todo[]>} */
  todos() {
    return this.#object.call('todos')
  }
}

/**
 * A store of LiveStore that stays in memory. While its session commits, events of others can stop it for good: that is a
 * defect of 0.4.0, with any backend. So it commits offline, and meets the others' events when it is online again.
 *
 * @typedef {object} Peer
 * @property {() => Promise<void>} cut the network
 * @property {() => void} restore the network
 * @property {(bodies: Body[]) => Promise<void>} commit
 * @property {(count: number, limit: number) => Promise<Entry[]>} log the first so many confirmed events
 * @property {() => Promise<Todo[]>} todos
 * @property {() => Promise<void>} close
 */

/** One in this process. @implements {Peer} */
export class NodeParty {
  #client
  #proxy

  /** @param {import('./livestore.mjs').Client} client @param {import('./proxy.mjs').Proxy} proxy */
  constructor(client, proxy) {
    this.#client = client
    this.#proxy = proxy
  }

  /** @param {import('./workerd.mjs').Workerd} server @param {string} storeId */
  static async open(server, storeId) {
    const proxy = await startProxy(server)
    return new NodeParty(await openClient({ url: proxy.url, storeId, clientId: 'node' }), proxy)
  }

  async cut() {
    this.#proxy.cut()
  }

  restore() {
    this.#proxy.resume()
  }

  /** @param {Body[]} bodies */
  async commit(bodies) {
    for (const part of inParts(bodies)) {
      this.#client.store.commit(...part.map(eventOf))
      await this.#client.settled()
    }
  }

  /** @param {number} count @param {number} limit @returns {Promise<Entry[]>} */
  async log(count, limit) {
    const log = await this.#client.confirmed(count, limit)
    return log.map(({ args, ...entry }) => ({ ...entry, id: args.id }))
  }

  async todos() {
    return this.#client.todos()
  }

  async close() {
    await this.#client.close()
    await this.#proxy.stop()
  }
}

/** An author of the generation after 0.4.0, as far as the wire goes. It keeps nothing. */
export class LaterParty {
  /** @param {Server} server @param {string} storeId */
  constructor(server, storeId) {
    this.server = server
    this.storeId = storeId
  }

  /** Pushes events behind all others, as often as others are faster. @param {Body[]} bodies @param {'ws' | 'http'} transport */
  commit(bodies, transport) {
    const { server, storeId } = this
    return withEffect4({ transport, server }, storeId, function* (client) {
      for (;;) {
        const pages = (yield* client.pull()).value
        const last = pages.flatMap((/** @type {any} */ page) => page.batch).at(-1)
        const head = last?.eventEncoded.seqNum ?? 0
        const exit = yield* client.push(chain(head, bodies, { clientId: 'later' }), pages[0].backendId)
        if (exit.value) return
        if (exit.error?._tag !== 'ServerAheadError') yield* Effect.die(exit)
      }
    })
  }
}
