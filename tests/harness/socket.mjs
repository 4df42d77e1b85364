/** A protocol client with nothing of LiveStore in it: sends what a test says, keeps what comes back. */

import { within, LIMIT } from './wait.mjs'

/** @typedef {import('./events.mjs').Event} Event */
/** @typedef {{ batch: { eventEncoded: Event, metadata: any }[], pageInfo: any, backendId: string }} Page */
/** @typedef {{ _tag: 'Success', value?: any } | { _tag: 'Failure', cause: any }} Exit */
/** @typedef {{ tag: string, chunks: Page[][], exit: Exit | undefined }} Call */
/** @typedef {{ code: number, reason: string, wasClean: boolean }} CloseInfo */

/**
 * @typedef {object} SocketOptions
 * @property {unknown} [payload] sync payload, in the URL and in every request
 * @property {Record<string, string>} [headers] of the upgrade request
 * @property {boolean} [autoAck] acknowledge chunks as they come (default)
 * @property {string} [path]
 * @property {number} [firstId] request ids start here
 */

/**
 * The query of a sync request; the payload is encoded twice, as clients do.
 *
 * @param {string} storeId
 * @param {'ws' | 'http'} transport
 * @param {unknown} [payload]
 */
export const syncQuery = (storeId, transport, payload) => {
  const query = new URLSearchParams({ storeId })
  if (payload !== undefined) query.set('payload', encodeURIComponent(JSON.stringify(payload)))
  query.set('transport', transport)
  return query.toString()
}

/**
 * @param {number} seqNum
 * @param {string} backendId
 */
export const cursorAt = (seqNum, backendId) => some({ backendId, eventSequenceNumber: seqNum })

export const none = { _tag: 'None' }

/** @param {unknown} value */
export const some = (value) => ({ _tag: 'Some', value })

export class SyncSocket {
  /** Every decoded frame, oldest first. @type {any[]} */
  frames = []
  /** Every frame as text. @type {string[]} */
  texts = []
  /** @type {Map<string, Call>} */
  calls = new Map()
  /** Set once the socket is closed. @type {CloseInfo | undefined} */
  closeInfo
  /** @type {Set<() => void>} */
  #watchers = new Set()
  #nextId

  /**
   * @param {{ url: string }} server
   * @param {string} storeId
   * @param {SocketOptions} [options]
   */
  constructor(server, storeId, options = {}) {
    this.storeId = storeId
    this.payload = options.payload
    this.autoAck = options.autoAck ?? true
    this.#nextId = options.firstId ?? 0
    const url = `${server.url}${options.path ?? '/'}?${syncQuery(storeId, 'ws', options.payload)}`
    this.socket = new WebSocket(url, /** @type {any} */ ({ headers: options.headers ?? {} }))
    this.socket.binaryType = 'arraybuffer'
    this.socket.onmessage = ({ data }) => this.#receive(data)
    this.socket.onopen = () => this.#notify()
    this.socket.onclose = ({ code, reason, wasClean }) => this.#ended({ code, reason, wasClean })
    // A connection that never opened reports an error only.
    this.socket.onerror = () => {
      if (this.socket.readyState !== WebSocket.OPEN) this.#ended({ code: 1006, reason: '', wasClean: false })
    }
  }

  /**
   * Resolves with an open socket, or fails when the server refuses it.
   *
   * @param {{ url: string }} server
   * @param {string} storeId
   * @param {SocketOptions} [options]
   */
  static async connect(server, storeId, options) {
    const client = new SyncSocket(server, storeId, options)
    await client.waitFor(() => client.socket.readyState === WebSocket.OPEN, 'the socket opens')
    return client
  }

  /** @param {unknown} message text and bytes go as they are, anything else as JSON */
  send(message) {
    const raw = typeof message === 'string' || ArrayBuffer.isView(message)
    this.socket.send(/** @type {any} */ (raw ? message : JSON.stringify(message)))
  }

  ping() {
    this.send('{"_tag":"Ping"}')
  }

  /**
   * @param {string} tag
   * @param {unknown} payload
   * @param {{ id?: string }} [options]
   * @returns {string} the request's id
   */
  request(tag, payload, { id = String(this.#nextId++) } = {}) {
    this.calls.set(id, { tag, chunks: [], exit: undefined })
    this.send({ _tag: 'Request', id, tag, payload, headers: [] })
    return id
  }

  /** @param {{ live?: boolean, cursor?: unknown, id?: string }} [options] @returns {string} */
  pull({ live = false, cursor = none, id } = {}) {
    return this.request('SyncWsRpc.Pull', { storeId: this.storeId, payload: this.payload, live, cursor }, { id })
  }

  /**
   * Sends without waiting for the answer.
   *
   * @param {Event[]} batch
   * @param {{ backendId?: string, id?: string }} [options]
   * @returns {string}
   */
  sendPush(batch, { backendId, id } = {}) {
    const known = backendId === undefined ? none : some(backendId)
    const payload = { storeId: this.storeId, payload: this.payload, batch, backendId: known }
    return this.request('SyncWsRpc.Push', payload, { id })
  }

  /**
   * @param {Event[]} batch
   * @param {{ backendId?: string, id?: string }} [options]
   */
  async push(batch, options) {
    return this.exitOf(this.sendPush(batch, options))
  }

  /** Pushes and fails unless the push succeeds. @param {Event[]} batch */
  async commit(batch) {
    const exit = await this.push(batch)
    if (exit._tag !== 'Success') throw new Error(`push failed: ${JSON.stringify(exit)}`)
  }

  /** @param {string} id */
  ack(id) {
    this.send({ _tag: 'Ack', requestId: id })
  }

  /** @param {string} id */
  interrupt(id) {
    this.send({ _tag: 'Interrupt', requestId: id })
  }

  /** The request with this id. @param {string} id @returns {Call} */
  call(id) {
    const call = this.calls.get(id)
    if (!call) throw new Error(`no request ${id}`)
    return call
  }

  /** @param {string} id @param {number} [limit] @returns {Promise<Exit>} */
  exitOf(id, limit) {
    return this.waitFor(() => this.call(id).exit, `exit of request ${id}`, limit)
  }

  /** All pages received for a pull. @param {string} id @returns {Page[]} */
  pages(id) {
    return this.call(id).chunks.flat()
  }

  /** All events received for a pull. @param {string} id @returns {Event[]} */
  events(id) {
    return this.pages(id).flatMap((page) => page.batch.map((item) => item.eventEncoded))
  }

  /** Waits for at least `count` pages of a pull. @param {string} id @param {number} count @param {number} [limit] */
  async waitPages(id, count, limit) {
    await this.waitFor(() => this.pages(id).length >= count, `${count} pages of pull ${id}`, limit)
    return this.pages(id)
  }

  /** Waits for at least `count` events of a pull. @param {string} id @param {number} count @param {number} [limit] */
  async waitEvents(id, count, limit) {
    await this.waitFor(() => this.events(id).length >= count, `${count} events of pull ${id}`, limit)
    return this.events(id)
  }

  /** A whole pull that ends: its pages, after a successful exit. @param {{ cursor?: unknown }} [options] */
  async pullAll(options, limit = LIMIT) {
    const id = this.pull(options)
    const exit = await this.exitOf(id, limit)
    if (exit._tag !== 'Success') throw new Error(`pull failed: ${JSON.stringify(exit)}`)
    return this.pages(id)
  }

  /** Waits for the close, whoever starts it. @returns {Promise<CloseInfo>} */
  closed(limit = LIMIT) {
    return this.#watch(() => this.closeInfo, 'the socket closes', limit)
  }

  /**
   * Begins the closing handshake; the official server never answers it.
   *
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code = 1000, reason = '') {
    this.socket.close(code, reason)
  }

  /**
   * Waits for `probe` to return something truthy; it is asked again after every frame.
   *
   * @template T
   * @param {() => T} probe
   * @param {string} what
   * @param {number} [limit]
   * @returns {Promise<import('./wait.mjs').Truthy<T>>}
   */
  async waitFor(probe, what, limit = LIMIT) {
    return this.#watch(
      () => {
        const found = probe()
        if (!found && this.closeInfo) {
          throw new Error(`socket closed (${JSON.stringify(this.closeInfo)}) before ${what}`)
        }
        return found
      },
      what,
      limit,
    )
  }

  /**
   * @template T
   * @param {() => T} probe
   * @param {string} what
   * @param {number} limit
   * @returns {Promise<import('./wait.mjs').Truthy<T>>}
   */
  #watch(probe, what, limit) {
    /** @type {() => void} */
    let look = () => {}
    const found = new Promise((resolve, reject) => {
      look = () => {
        try {
          const value = probe()
          if (value) resolve(value)
        } catch (error) {
          reject(error)
        }
      }
      this.#watchers.add(look)
      look()
    })
    return within(found, what, limit).finally(() => this.#watchers.delete(look))
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data)
    const frame = JSON.parse(text)
    this.texts.push(text)
    this.frames.push(frame)
    const call = this.calls.get(frame?.requestId)
    if (call && frame._tag === 'Chunk') {
      call.chunks.push(frame.values)
      if (this.autoAck) this.ack(frame.requestId)
    }
    if (call && frame._tag === 'Exit') call.exit = frame.exit
    this.#notify()
  }

  /** @param {CloseInfo} info */
  #ended(info) {
    this.closeInfo ??= info
    this.#notify()
  }

  #notify() {
    for (const look of this.#watchers) look()
  }
}
