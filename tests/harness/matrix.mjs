/** Stores in objects and backends, of both makers and of both generations of the wire, beside a store of LiveStore. */

import assert from 'node:assert/strict'

import { freshStoreId } from './backend.mjs'
import { ClientObject, RpcClient } from './client-objects.mjs'
import { todoCompleted, todoCreated, todoUncompleted } from './events.mjs'
import { assertUnbroken, createdIds, serverLog, stateOf } from './log.mjs'
import { LaterParty, ObjectParty } from './parties.mjs'
import { startStoreClients } from './store-client.mjs'
import { eventually } from './wait.mjs'

/** @typedef {import('./events.mjs').Body} Body */
/** @typedef {import('./parties.mjs').Entry} Entry */
/** @typedef {import('./parties.mjs').Peer} Peer */
/** @typedef {import('./workerd.mjs').Workerd} Workerd */

/**
 * @typedef {object} Cell
 * @property {'ours' | 'official'} store in the object
 * @property {'rust' | 'official'} backend
 * @property {'0.4.0' | 'later'} generation of the wire
 * @property {string} [impossible] the reason why this cell cannot exist
 */

// No package has a backend or a store of the later generation yet. The nearest are our backend, which answers in its
// forms, and the RPC client of Effect 4 as another author.
const UNPUBLISHED = 'the official backend serves clients of 0.4.0 only, and no later one is published'

/** @type {Cell[]} */
const ALL = [
  { store: 'ours', backend: 'rust', generation: '0.4.0' },
  { store: 'ours', backend: 'official', generation: '0.4.0' },
  { store: 'official', backend: 'rust', generation: '0.4.0' },
  { store: 'official', backend: 'official', generation: '0.4.0' },
  { store: 'ours', backend: 'rust', generation: 'later' },
  // The store itself is of 0.4.0: of a later one there is no package. The author beside it is later.
  { store: 'official', backend: 'rust', generation: 'later' },
  { store: 'ours', backend: 'official', generation: 'later', impossible: UNPUBLISHED },
  { store: 'official', backend: 'official', generation: 'later', impossible: UNPUBLISHED },
]

const EVENTS = 1_000
/** @typedef {'killed' | 'aborted'} Trouble of the backend: its process, or its object only */

/** The trouble in each round. The object loses its memory in the middle of the round as well. @type {Trouble[]} */
const TROUBLES = ['killed', 'aborted', 'aborted', 'killed']

/** Official clients take some seconds to reconnect, and longer on a busy machine. */
const RECONNECTED = 60_000
/** How long an object that has pulled is given. */
const PULLED = 5_000

/** The cells by their names. */
export const CELLS = ALL.map((cell) => ({
  ...cell,
  name: `${cell.store} store, ${cell.backend} backend, ${cell.generation} wire`,
}))

/**
 * Lets a store in an object and a peer commit against each other, while one trouble follows the other.
 *
 * @param {Cell} cell
 * @param {(server: Workerd, storeId: string) => Promise<Peer>} openPeer
 */
export const playCell = async (cell, openPeer) => {
  const server = await startStoreClients(cell.backend)
  try {
    await new Scene(server, cell).play(openPeer)
  } finally {
    await server.stop()
  }
}

/** @param {string[]} ids */
const repeated = (ids) => ids.filter((id, index) => ids.indexOf(id) !== index)

class Scene {
  /** The events that all parties have committed. */
  #count = 0

  /** @param {Workerd} server @param {Cell} cell */
  constructor(server, { store, backend, generation }) {
    this.server = server
    this.isLater = generation === 'later'
    // The official backend mixes events that are pushed during a pull into its pages, and a store that sees this pulls
    // no more. So nobody pushes there while another one reconnects.
    this.isOrderly = backend === 'official'
    // The official store is one of 0.4.0 in any case.
    this.asksLater = this.isLater && store === 'ours'
    this.storeId = `${this.asksLater ? 'later-' : ''}${freshStoreId()}`
    this.object = new ObjectParty(server, store, this.storeId)
  }

  /** @param {(server: Workerd, storeId: string) => Promise<Peer>} openPeer */
  async play(openPeer) {
    const peer = await openPeer(this.server, this.storeId)
    try {
      await this.object.open()
      const witness = new RpcClient(this.server, this.storeId)
      if (this.asksLater) await witness.pull({ live: true })
      await this.#commit(peer, 0, 1)
      await this.#converged(peer)
      if (this.asksLater) await this.#speaksLater(witness)
      for (const [round, trouble] of TROUBLES.entries()) {
        const part = Math.ceil((EVENTS - this.#count) / (TROUBLES.length - round))
        await this.#round(peer, round + 1, part, trouble)
      }
      assert.equal(this.#count, EVENTS)
      await this.#converged(peer)
    } finally {
      await peer.close()
    }
  }

  /**
   * The peer commits offline, and finds the events of the others when it is online again.
   *
   * @param {Peer} peer
   * @param {number} round
   * @param {number} count
   * @param {Trouble} trouble
   */
  async #round(peer, round, count, trouble) {
    await peer.cut()
    const own = await this.#commit(peer, round, count)
    await this.#trouble(trouble)
    if (this.isOrderly) await this.#stored(this.#count - own)
    peer.restore()
    await this.#converged(peer)
  }

  /**
   * All commit about the same todo, among others. Returns the number of the peer's events.
   *
   * @param {Peer} peer
   * @param {number} round
   * @param {number} count
   */
  async #commit(peer, round, count) {
    const [first, second, third] = this.#shares(round, count)
    await Promise.all([
      peer.commit(first),
      this.#commitInParts(second),
      third && new LaterParty(this.server, this.storeId).commit(third, round % 2 ? 'ws' : 'http'),
    ])
    this.#count += count
    return first.length
  }

  /** The backend calls objects as one of the later generation does: with bytes. @param {RpcClient} witness */
  async #speaksLater(witness) {
    const [[chunk]] = await eventually(async () => {
      const calls = await witness.object.call('calls')
      return calls.length > 0 && calls
    }, 'the backend calls')
    assert.equal(chunk.$msgpack?._tag, 'Chunk')
  }

  /** The object loses its memory in between. @param {Body[]} bodies */
  async #commitInParts(bodies) {
    const half = Math.ceil(bodies.length / 2)
    await this.object.commit(bodies.slice(0, half))
    await this.object.evict()
    if (half < bodies.length) await this.object.commit(bodies.slice(half))
  }

  /** @param {number} round @param {number} count @returns {Body[][]} */
  #shares(round, count) {
    const names = ['peer', 'object', ...(this.isLater ? ['later'] : [])]
    const conflict = [todoUncompleted('peer-0-0'), todoCompleted('peer-0-0')]
    return names.map((name, party) => {
      const size = Math.floor(count / names.length) + (party < count % names.length ? 1 : 0)
      return Array.from({ length: size }, (_, index) =>
        index === 1 ? conflict[(party + round) % 2] : todoCreated(`${name}-${round}-${index}`),
      )
    })
  }

  /** @param {Trouble} kind */
  async #trouble(kind) {
    await this.object.evict()
    if (kind === 'killed') return this.server.restart()
    const backend = new ClientObject(this.server, 'SYNC_BACKEND_DO', this.storeId)
    await backend.call('crash').catch(() => {})
  }

  /** Waits until all have the same events, each once, and compares them and the rows. @param {Peer} peer */
  async #converged(peer) {
    const count = this.#count
    await this.#stored(count)
    const log = await serverLog(this.server, this.storeId)
    assert.deepEqual(repeated(createdIds(log)), [], 'no event was stored twice')
    assert.equal(log.length, count)
    assertUnbroken(log)
    const entries = log.map(({ seqNum, name, clientId, args }) => {
      const { id } = /** @type {any} */ (args)
      return { seqNum, name, clientId, id }
    })
    /** @type {Entry[]} */
    let seen = []
    await this.#reaches(`the object has ${count} events`, async () => {
      seen = await this.object.log()
      return seen.length >= count
    })
    assert.deepEqual(seen, entries)
    assert.deepEqual(await peer.log(count, RECONNECTED), entries)
    const rows = stateOf(log)
    assert.deepEqual(await this.object.todos(), rows)
    await eventually(async () => JSON.stringify(await peer.todos()) === JSON.stringify(rows), 'the peer shows the rows')
  }

  /** Waits until the backend has so many events. @param {number} count */
  async #stored(count) {
    /** @type {import('./events.mjs').Event[]} */
    let log = []
    const what = () => `the backend has ${count} events; it has ${log.length}, the last ${JSON.stringify(log.at(-1))}`
    await this.#reaches(what, async () => {
      log = await serverLog(this.server, this.storeId)
      // The official backend may mix events into this pull as well, and repeat them later.
      return new Set(log.map(({ seqNum }) => seqNum)).size >= count
    })
  }

  /**
   * Waits for something, and has the object pull now and then meanwhile.
   *
   * @param {string | (() => string)} what
   * @param {() => Promise<boolean>} isSo
   */
  async #reaches(what, isSo) {
    const soon = async () => {
      await this.object.pull()
      return eventually(isSo, what, PULLED).catch(() => false)
    }
    await eventually(soon, what, RECONNECTED)
  }
}
