/**
 * A WebSocket client that costs next to nothing: frames go out prebuilt, what comes in is handed over as bytes.
 * Only what the two servers use is there: unfragmented server frames, no extensions.
 */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'

import { within } from './wait.mjs'

const TEXT = 0x81
const CLOSE = 0x8
const HEADER_END = '\r\n\r\n'
const CONNECT_LIMIT = 60_000

/**
 * A masked text frame; the mask is zero, so the payload is the text itself.
 *
 * @param {string} text
 */
export const frame = (text) => {
  const payload = Buffer.from(text)
  const size = payload.length
  const length = size < 126 ? [0x80 | size] : size < 65_536 ? [0xfe, size >> 8, size & 255] : [0xff, ...bytesOf(size)]
  return Buffer.concat([Buffer.from([TEXT, ...length, 0, 0, 0, 0]), payload])
}

/** @param {number} size */
const bytesOf = (size) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(size))
  return bytes
}

export class Connection {
  /** Called with the payload of every frame. @type {(payload: Buffer) => void} */
  onFrame = () => {}
  /** The code of the server's close frame, once it has come. @type {number | undefined} */
  closeCode
  /** @type {Buffer[]} */
  #parts = []
  #held = 0
  #needed = 2
  #closed = false

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.socket = socket
    socket.on('data', (data) => this.#take(data))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
    })
  }

  /**
   * @param {{ port: number }} server
   * @param {string} query
   */
  static async open(server, query) {
    const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true })
    return within(Connection.#upgrade(socket, query), 'the socket opens', CONNECT_LIMIT)
  }

  /** @param {import('node:net').Socket} socket @param {string} query */
  static async #upgrade(socket, query) {
    socket.write(
      `GET /?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13${HEADER_END}`,
    )
    let answer = Buffer.alloc(0)
    while (!answer.includes(HEADER_END)) {
      const [data] = await Promise.race([
        once(socket, 'data'),
        once(socket, 'close').then(() => Promise.reject(new Error('closed during the upgrade'))),
      ])
      answer = Buffer.concat([answer, data])
    }
    if (!answer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) throw new Error(`refused: ${answer}`)
    const connection = new Connection(socket)
    const rest = answer.subarray(answer.indexOf(HEADER_END) + HEADER_END.length)
    if (rest.length > 0) connection.#take(rest)
    return connection
  }

  get closed() {
    return this.#closed
  }

  /** @param {Buffer} prebuilt */
  send(prebuilt) {
    this.socket.write(prebuilt)
  }

  close() {
    this.socket.destroy()
  }

  /** @param {Buffer} payload */
  #closes(payload) {
    this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
    this.close()
  }

  /** @param {Buffer} data */
  #take(data) {
    this.#parts.push(data)
    this.#held += data.length
    if (this.#held < this.#needed) return
    const bytes = this.#parts.length === 1 ? data : Buffer.concat(this.#parts)
    const used = this.#deliver(bytes)
    this.#parts = used < bytes.length ? [bytes.subarray(used)] : []
    this.#held = bytes.length - used
  }

  /** Delivers the whole frames in `bytes`; returns how much of it they are. @param {Buffer} bytes */
  #deliver(bytes) {
    let start = 0
    for (;;) {
      const left = bytes.length - start
      const short = left >= 2 ? bytes[start + 1] : 0
      const head = short === 127 ? 10 : short === 126 ? 4 : 2
      this.#needed = head
      if (left < head) return start
      const size =
        head === 2 ? short : head === 4 ? bytes.readUInt16BE(start + 2) : Number(bytes.readBigUInt64BE(start + 2))
      this.#needed = head + size
      if (left < head + size) return start
      const payload = bytes.subarray(start + head, start + head + size)
      if ((bytes[start] & 15) === CLOSE) this.#closes(payload)
      else this.onFrame(payload)
      start += head + size
    }
  }
}
