/** A sync client of the load generator: one connection, a live pull, pushes one after the other. */

import { within } from '../harness/wait.mjs'
import { Connection, frame } from '../harness/connection.mjs'
import { ACK, isChunk, isExit, isSuccess, lastSequence, pull, push, query } from './frames.mjs'

const ACK_FRAME = frame(ACK)
const STEP_LIMIT = 120_000

export class SyncClient {
  /** Sequence number of the last event received. */
  seen = 0
  /** Pages received. */
  pages = 0
  /** When the last frame came. */
  at = 0
  /** When pages are acknowledged; `later` is after everything else that is waiting to be read. @type {'now' | 'later' | 'never'} */
  acks = 'now'
  /** @type {{ done: () => boolean, resolve: () => void } | undefined} */
  #waiting
  /** @type {{ resolve: (at: number) => void, reject: (error: Error) => void } | undefined} */
  #pushing
  #ended = false

  /** @param {Connection} connection @param {string} storeId */
  constructor(connection, storeId) {
    this.connection = connection
    this.storeId = storeId
    connection.onFrame = (payload) => this.#receive(payload)
    connection.socket.on('close', () => this.#pushing?.reject(new Error('socket closed during a push')))
  }

  /** @param {{ port: number }} server @param {string} storeId */
  static async open(server, storeId) {
    return new SyncClient(await Connection.open(server, query(storeId)), storeId)
  }

  /** Opens, pulls live and waits for the first page. @param {{ port: number }} server @param {string} storeId */
  static async live(server, storeId) {
    const client = await SyncClient.open(server, storeId)
    client.startPull(true)
    await client.until(() => client.pages > 0)
    return client
  }

  /** @param {boolean} live */
  startPull(live) {
    this.connection.send(frame(pull(this.storeId, live)))
  }

  /** Resolves when the last page of a pull that ends has come. */
  async pullEnds() {
    await this.until(() => this.#ended)
  }

  /** Resolves when `seqNum` has been received. @param {number} seqNum */
  async sees(seqNum) {
    await this.until(() => this.seen >= seqNum)
  }

  /**
   * Sends a prebuilt push and resolves with the time of its acknowledgement.
   *
   * @param {Buffer} prebuilt
   * @returns {Promise<number>}
   */
  push(prebuilt) {
    return new Promise((resolve, reject) => {
      this.#pushing = { resolve, reject }
      this.connection.send(prebuilt)
    })
  }

  /** @param {() => boolean} done asked after every frame */
  async until(done) {
    if (done()) return
    await within(
      new Promise((resolve) => {
        this.#waiting = { done, resolve: () => resolve(undefined) }
      }),
      () => `a sync client's step (seen ${this.seen}, pages ${this.pages}, closed ${this.connection.closed})`,
      STEP_LIMIT,
    )
  }

  close() {
    this.#pushing = undefined
    this.connection.close()
  }

  /** @param {Buffer} payload */
  #receive(payload) {
    this.at = performance.now()
    if (isChunk(payload)) this.#page(payload)
    else if (isExit(payload)) this.#exit(payload)
    if (this.#waiting?.done()) {
      const { resolve } = this.#waiting
      this.#waiting = undefined
      resolve()
    }
  }

  /** @param {Buffer} payload */
  #page(payload) {
    if (this.acks === 'later') setImmediate(() => this.connection.send(ACK_FRAME))
    else if (this.acks === 'now') this.connection.send(ACK_FRAME)
    this.pages++
    this.seen = lastSequence(payload) || this.seen
  }

  /** @param {Buffer} payload */
  #exit(payload) {
    const pushing = this.#pushing
    this.#pushing = undefined
    if (!pushing) this.#ended = true
    else if (isSuccess(payload)) pushing.resolve(this.at)
    else pushing.reject(new Error(`push failed: ${payload}`))
  }
}

/**
 * The pushes that take a store from `head` to `head + events`, prebuilt.
 *
 * @param {string} storeId
 * @param {number} head
 * @param {number} events
 * @param {number} size
 * @param {number} [bytes] of an event's text
 */
export const prebuiltPushes = (storeId, head, events, size, bytes) => {
  const pushes = []
  const end = head + events
  for (let at = head; at < end; at += size) pushes.push(frame(push(storeId, at, Math.min(size, end - at), bytes)))
  return pushes
}

/** Fills a store. @param {{ port: number }} server @param {string} storeId @param {number} events */
export const fill = async (server, storeId, events) => {
  const client = await SyncClient.open(server, storeId)
  // Batches of ten are what the slower backend takes fastest.
  for (let head = 0; head < events; head += 1_000) {
    const part = Math.min(1_000, events - head)
    for (const prebuilt of prebuiltPushes(storeId, head, part, 10)) await client.push(prebuilt)
  }
  client.close()
}
