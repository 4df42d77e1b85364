/** A TCP proxy between one client and the server: the network that can go away. */

import { once } from 'node:events'
import { connect, createServer } from 'node:net'

import { onExit } from './cleanup.mjs'

/** @typedef {import('node:net').Socket} Socket */

/** @param {{ port: number }} target */
export const startProxy = async (target) => {
  const proxy = new Proxy(target)
  await proxy.listen()
  return proxy
}

export class Proxy {
  /** Milliseconds every piece of data is held back, in both directions. */
  delay = 0
  /** Whether all that a client sends on a new connection reaches the server twice. The second answer gets lost. */
  twice = false
  /** The bytes that still arrive from the server before the connection breaks that they come over. */
  #left = Infinity
  #target
  #online = true
  /** @type {Set<Socket>} */
  #sockets = new Set()
  /** Nothing that they send arrives any more, not even that they end. @type {WeakSet<Socket>} */
  #deaf = new WeakSet()
  /** The server's end by the client's. @type {Map<Socket, Socket>} */
  #pairs = new Map()
  #server = createServer({ allowHalfOpen: true }, (client) => this.#join(client))
  #release = () => {}

  /** @param {{ port: number }} target the port is read for every new connection */
  constructor(target) {
    this.#target = target
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#release = onExit(() => this.#server.close())
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  get connections() {
    return this.#sockets.size / 2
  }

  /** Breaks all connections and refuses new ones. */
  cut() {
    this.#online = false
    this.drop()
  }

  /** Accepts connections again. */
  resume() {
    this.#online = true
  }

  /** Breaks the present connections only. */
  drop() {
    for (const socket of this.#sockets) socket.destroy()
  }

  /**
   * Breaks the connection over which the server sends more than so many bytes, in the middle of what it says.
   *
   * @param {number} bytes
   */
  cutAfter(bytes) {
    this.#left = bytes
  }

  /** The present connections are dead, and neither side is told. */
  halfOpen() {
    for (const socket of this.#sockets) this.#deaf.add(socket)
  }

  /** The present clients are gone, and the server is not told: its connections stay, and nobody reads from them. */
  vanish() {
    for (const [client, server] of this.#pairs) {
      this.#pairs.delete(client)
      server.removeAllListeners('data').pause()
      client.removeAllListeners('close').destroy()
    }
  }

  async stop() {
    this.cut()
    this.#release()
  }

  /** @param {Socket} client */
  #join(client) {
    if (!this.#online) {
      client.destroy()
      return
    }
    const server = this.#connect()
    this.#pairs.set(client, server)
    this.#track(client, server, (data) => server.write(data))
    this.#track(server, client, (data) => this.#answer(client, data))
    if (this.twice) {
      const second = this.#connect()
      second.resume().on('error', () => {})
      client.on('data', (data) => second.write(data)).on('close', () => second.destroy())
    }
  }

  #connect() {
    return connect({ port: this.#target.port, host: '127.0.0.1', allowHalfOpen: true })
  }

  /** @param {Socket} client @param {Buffer} data */
  #answer(client, data) {
    if (data.length <= this.#left) {
      this.#left -= data.length
      client.write(data)
    } else {
      const rest = data.subarray(0, this.#left)
      this.#left = Infinity
      client.write(rest, () => client.destroy())
    }
  }

  /** @param {Socket} from @param {Socket} to @param {(data: Buffer) => void} write */
  #track(from, to, write) {
    this.#sockets.add(from)
    // A later piece never overtakes an earlier one, however short its delay is.
    /** @type {(() => void)[]} */
    const held = []
    const later = (/** @type {() => void} */ action) => {
      if (this.delay === 0 && held.length === 0) return action()
      held.push(action)
      setTimeout(() => held.shift()?.(), this.delay)
    }
    from.setNoDelay(true)
    from.on('error', () => {})
    from.on('data', (data) => later(() => to.writable && !this.#deaf.has(from) && write(data)))
    from.on('end', () => later(() => this.#deaf.has(from) || to.end()))
    from.on('close', () => {
      this.#sockets.delete(from)
      this.#pairs.delete(from)
      if (!this.#deaf.has(from) && (from.errored || !from.readableEnded)) to.destroy()
    })
  }
}
