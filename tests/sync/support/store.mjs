/** A store that others use while a test does something to it. */

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'

import { freshStoreId } from '../../harness/backend.mjs'
import { event } from '../../harness/events.mjs'
import { rustWorker } from '../../harness/rust.mjs'
import { SyncSocket } from '../../harness/socket.mjs'
import { within } from '../../harness/wait.mjs'
import { startWorkerd } from '../../harness/workerd.mjs'

/** @typedef {import('../../harness/events.mjs').Event} Event */

export class UsedStore {
  /** Everything the backend has acknowledged. @type {Event[]} */
  log = []

  /**
   * @param {{ url: string }} server
   * @param {string} storeId
   * @param {SyncSocket} bystander
   * @param {string} pull of the bystander, live
   */
  constructor(server, storeId, bystander, pull) {
    this.server = server
    this.storeId = storeId
    this.bystander = bystander
    this.pull = pull
    this.backendId = bystander.pages(pull)[0].backendId
  }

  /** @param {{ url: string }} server @param {string} [storeId] */
  static async open(server, storeId = freshStoreId()) {
    const bystander = await SyncSocket.connect(server, storeId)
    const pull = bystander.pull({ live: true })
    await bystander.waitPages(pull, 1)
    return new UsedStore(server, storeId, bystander, pull)
  }

  get head() {
    return this.log.at(-1)?.seqNum ?? 0
  }

  /** @param {import('../../harness/socket.mjs').SocketOptions} [options] */
  connect(options) {
    return SyncSocket.connect(this.server, this.storeId, options)
  }

  /** Pushes over `socket` what the backend must accept. @param {SyncSocket} socket @param {Event[]} batch */
  async commit(socket, batch) {
    await socket.commit(batch)
    this.log.push(...batch)
  }

  /**
   * `socket` can still push, its events reach the bystander, and the log has all that was acknowledged and nothing
   * else, in order.
   *
   * @param {SyncSocket} socket
   */
  async servedBy(socket) {
    await this.commit(socket, [event(this.head, { args: { text: 'served' } })])
    await this.complete()
  }

  /** The bystander and a reader from the beginning both get exactly the log. */
  async complete() {
    assert.deepEqual(await this.bystander.waitEvents(this.pull, this.log.length), this.log)
    assert.deepEqual(await this.stored(), this.log)
  }

  /** The log, as a new socket gets it. @returns {Promise<Event[]>} */
  async stored() {
    const reader = await this.connect()
    const pages = await reader.pullAll()
    reader.close()
    return pages.flatMap((page) => page.batch.map((item) => item.eventEncoded))
  }

  close() {
    this.bystander.close()
  }
}

let marks = 0

/**
 * The frames `socket` gets for what `send` does, once everything sent has been handled. Live pulls aside.
 *
 * @param {SyncSocket} socket
 * @param {() => void} send
 * @returns {Promise<any[]>}
 */
export const answers = async (socket, send) => {
  const before = socket.frames.length
  const mark = `mark-${marks++}`
  send()
  socket.send({ _tag: 'Request', id: mark, tag: 'Mark', payload: {} })
  const end = await socket.waitFor(() => {
    const index = socket.frames.findIndex((frame) => frame.requestId === mark)
    return index >= 0 && { index }
  }, `an answer to ${mark}`)
  return socket.frames.slice(before, end.index)
}

/** The tag of a failed exit's cause, or of the error in it. @param {any} exit @returns {string} */
export const failureOf = (exit) => {
  assert.equal(exit._tag, 'Failure', JSON.stringify(exit))
  return exit.cause._tag === 'Fail' ? exit.cause.error._tag : exit.cause._tag
}

/** The first frame, which must be an exit. @param {any[]} frames */
export const exitIn = ([frame]) => {
  assert.equal(frame?._tag, 'Exit', JSON.stringify(frame))
  return frame.exit
}

/** @typedef {{ method?: string, headers?: Record<string, string>, body?: string }} AskOptions */

/**
 * A request whose target goes out byte for byte.
 *
 * @param {{ port: number }} server
 * @param {string} target
 * @param {AskOptions} [options]
 * @returns {Promise<{ status: number | undefined, headers: Record<string, any>, body: string }>}
 */
export const ask = ({ port }, target, { method = 'GET', headers = {}, body } = {}) => {
  const answer = new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false })
    sent.on('response', async (response) => {
      const { statusCode: status, headers } = response
      resolve({ status, headers, body: Buffer.concat(await response.toArray()).toString() })
    })
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode, headers: response.headers, body: '' })
    })
    sent.on('error', reject)
    sent.end(body)
  })
  return within(answer, `${method} ${target.slice(0, 100)}`)
}

export const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

/** The sync backends of tests/workers/sync. */
export const optionsBackend = () => {
  const classes = {
    FLAKY: 'Flaky',
    HTTP_ONLY: 'HttpOnly',
    METERED: 'Metered',
    OTHER: 'Plain',
    PLAIN: 'Plain',
    SOCKETS_ONLY: 'SocketsOnly',
    WATCHED: 'Watched',
  }
  const objects = Object.entries(classes).map(([binding, className]) => ({ binding, className }))
  const front = [fileURLToPath(new URL('../../harness/flaky.js', import.meta.url))]
  return startWorkerd(rustWorker('test-sync', { objects, front }))
}

/**
 * The answer to an upgrade request, whatever it is.
 *
 * @param {{ port: number }} server
 * @param {string} target
 * @param {Record<string, string>} [headers]
 */
export const upgrade = (server, target, headers = {}) => ask(server, target, { headers: { ...UPGRADE, ...headers } })
