/** A connection that speaks the protocol of 0.4.0, and holds what it is told against the store's ledger. */

import { Connection, frame } from '../../harness/connection.mjs'
import { cursorAt, none, some, syncQuery } from '../../harness/socket.mjs'
import { within } from '../../harness/wait.mjs'
import { age } from '../ledger.mjs'

/** @typedef {import('../../harness/events.mjs').Event} Event */
/** @typedef {import('../ledger.mjs').Reader} Reader */
/** @typedef {{ backendId: string, seqNum: number }} Place */

const PULL = '0'
const ACK = frame(JSON.stringify({ _tag: 'Ack', requestId: PULL }))
const PING = frame(JSON.stringify({ _tag: 'Ping' }))
const PING_INTERVAL = 10_000
const ANSWER_LIMIT = 60_000

export class Session {
  /** The backend whose log it reads, and its position there. @type {{ backendId: string, reader: Reader } | undefined} */
  #log
  /** Whether it has read all there was, and is told of what is new. */
  live = false
  /** Whether it is to be noted how long events take to it. */
  timed = true
  /** @type {Map<string, (exit: any) => void>} */
  #pushes = new Map()
  /** @type {Set<() => void>} */
  #watchers = new Set()
  #nextId = 1
  /** @type {NodeJS.Timeout | undefined} */
  #pings

  /** @param {Connection} connection @param {import('../world.mjs').Store} store */
  constructor(connection, store) {
    this.connection = connection
    this.store = store
    connection.onFrame = (payload) => this.#receive(JSON.parse(payload.toString()))
    connection.socket.once('close', () => this.#notify())
    if (store.world.pings) this.#pings = setInterval(() => connection.send(PING), PING_INTERVAL)
  }

  /** Connects, and reads on from a place. @param {import('../world.mjs').Store} store @param {Place} [place] */
  static async open(store, place) {
    const connection = await Connection.open(store.world.server, syncQuery(store.id, 'ws'))
    const session = new Session(connection, store)
    if (place) session.#begin(place.backendId, place.seqNum)
    const cursor = place ? cursorAt(place.seqNum, place.backendId) : none
    session.#request(PULL, 'Pull', { live: true, cursor })
    return session
  }

  get closed() {
    return this.connection.closed
  }

  /** Where it stands, once it has seen a page. @returns {Place | undefined} */
  get place() {
    return this.#log && { backendId: this.#log.backendId, seqNum: this.#log.reader.seen }
  }

  /**
   * @param {Event[]} batch
   * @returns {Promise<any>} the exit, or nothing when the connection has ended before
   */
  async push(batch) {
    const id = String(this.#nextId++)
    /** @type {any} */
    let exit
    this.#pushes.set(id, (it) => (exit = it))
    this.#request(id, 'Push', { batch, backendId: some(this.place?.backendId) })
    await this.until(() => exit !== undefined, `the answer to push ${id}`)
    this.#pushes.delete(id)
    return exit
  }

  /** Resolves when `done`, or when the connection has ended. @param {() => boolean} done @param {string} what */
  async until(done, what) {
    /** @type {() => void} */
    let look = () => {}
    const ended = new Promise((resolve) => {
      look = () => (done() || this.closed) && resolve(undefined)
      this.#watchers.add(look)
      look()
    })
    await within(ended, () => `${this.store.id}: ${what}`, ANSWER_LIMIT).finally(() => this.#watchers.delete(look))
  }

  close() {
    clearInterval(this.#pings)
    this.connection.close()
  }

  /** @param {string} id @param {string} name @param {object} payload */
  #request(id, name, payload) {
    const body = { storeId: this.store.id, payload: undefined, ...payload }
    this.connection.send(
      frame(JSON.stringify({ _tag: 'Request', id, tag: `SyncWsRpc.${name}`, payload: body, headers: [] })),
    )
  }

  /** @param {any} message */
  #receive(message) {
    const { _tag, requestId, values, exit } = message
    if (_tag === 'Chunk' && requestId === PULL) {
      this.connection.send(ACK)
      for (const page of values) this.#read(page)
    } else if (_tag === 'Exit' && requestId === PULL) {
      this.#refused(exit)
    } else if (_tag === 'Exit') {
      this.#pushes.get(requestId)?.(exit)
    } else if (_tag !== 'Pong') {
      this.store.failed(`an unexpected message: ${JSON.stringify(message).slice(0, 300)}`)
    }
    this.#notify()
  }

  /** @param {import('../../harness/socket.mjs').Page} page */
  #read({ batch, pageInfo, backendId }) {
    const log = this.#log ?? this.#begin(backendId, 0)
    // A reset ends the connection before anything of the new log is sent.
    if (log.backendId !== backendId) {
      this.store.world.fault(`${this.store.id}: a pull of ${log.backendId} goes on with ${backendId}`)
    }
    log.reader.take(batch.map((item) => item.eventEncoded))
    if (this.live && this.timed) {
      for (const item of batch) this.store.world.took('delivery', age(/** @type {any} */ (item.eventEncoded.args).id))
    }
    this.live ||= pageInfo._tag === 'NoMore'
  }

  /** The pull has come to an end: the store was reset while this client was away. @param {any} exit */
  #refused(exit) {
    if (exit.cause?.error?._tag === 'BackendIdMismatchError') this.#log = undefined
    else this.store.failed(`a pull ended: ${JSON.stringify(exit).slice(0, 300)}`)
    this.close()
  }

  /** @param {string} backendId @param {number} seqNum */
  #begin(backendId, seqNum) {
    const log = { backendId, reader: this.store.ledger.history(backendId).reader(seqNum) }
    this.#log = log
    return log
  }

  #notify() {
    if (this.closed) clearInterval(this.#pings)
    for (const look of this.#watchers) look()
  }
}
