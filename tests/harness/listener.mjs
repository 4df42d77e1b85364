/** A live pull over a raw connection, which can stop reading: what it is sent then stays with the server. */

import { Connection, frame } from './connection.mjs'
import { none, syncQuery } from './socket.mjs'
import { within } from './wait.mjs'

const ID = '0'
const ACK = frame(JSON.stringify({ _tag: 'Ack', requestId: ID }))
const PING = frame(JSON.stringify({ _tag: 'Ping' }))

export class Listener {
  /** The numbers of all events it was sent. @type {number[]} */
  seen = []
  pages = 0
  #look = () => {}
  #connection

  /** @param {Connection} connection */
  constructor(connection) {
    this.#connection = connection
    connection.onFrame = (payload) => this.#receive(payload.toString())
  }

  /** @param {{ port: number }} server @param {string} storeId */
  static async open(server, storeId) {
    const listener = new Listener(await Connection.open(server, syncQuery(storeId, 'ws')))
    const payload = { storeId, live: true, cursor: none }
    const request = { _tag: 'Request', id: ID, tag: 'SyncWsRpc.Pull', payload, headers: [] }
    listener.#connection.send(frame(JSON.stringify(request)))
    await listener.until(() => listener.pages > 0, 'the first page')
    return listener
  }

  get closed() {
    return this.#connection.closed
  }

  stopReading() {
    this.#connection.socket.pause()
  }

  readAgain() {
    this.#connection.socket.resume()
  }

  ping() {
    this.#connection.send(PING)
  }

  close() {
    this.#connection.close()
  }

  /** Resolves when it has been sent event `seqNum`. @param {number} seqNum @param {number} [limit] */
  async sees(seqNum, limit) {
    await this.until(() => (this.seen.at(-1) ?? 0) >= seqNum, `event ${seqNum}, has ${this.seen.at(-1)}`, limit)
  }

  /** @param {() => boolean} done @param {string} what @param {number} [limit] */
  async until(done, what, limit) {
    const found = new Promise((resolve) => {
      this.#look = () => done() && resolve(undefined)
      this.#look()
    })
    await within(found, what, limit)
  }

  /** @param {string} text */
  #receive(text) {
    if (!text.startsWith('{"_tag":"Chunk"')) return
    this.pages++
    for (const [, seqNum] of text.matchAll(/"seqNum":(\d+)/g)) this.seen.push(Number(seqNum))
    this.#connection.send(ACK)
    this.#look()
  }
}
