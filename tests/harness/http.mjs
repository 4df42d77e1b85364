/** The sync protocol over HTTP, spoken by hand. */

import assert from 'node:assert/strict'

import { none, syncQuery } from './socket.mjs'
import { LIMIT } from './wait.mjs'

let ids = 0

/**
 * @typedef {object} Options
 * @property {string} [path]
 * @property {unknown} [payload] sync payload, in the query and in each request
 * @property {Record<string, string>} [headers]
 * @property {number} [limit] milliseconds that a request may take
 */

export class SyncPost {
  /** @param {{ url: string }} server @param {string} storeId @param {Options} [options] */
  constructor(server, storeId, { path = '/', payload, headers = {}, limit = LIMIT } = {}) {
    this.url = `${server.url}${path}?${syncQuery(storeId, 'http', payload)}`
    this.storeId = storeId
    this.payload = payload
    this.headers = headers
    this.limit = limit
  }

  /** @param {string | undefined} body @param {string} [method] */
  send(body, method = 'POST') {
    const headers = { 'content-type': 'application/json', ...this.headers }
    return fetch(this.url, { method, headers, body, signal: AbortSignal.timeout(this.limit) })
  }

  /** Returns the answer to a request. @param {string} name @param {object} [payload] @returns {Promise<any[]>} */
  async ask(name, payload = {}) {
    const body = { storeId: this.storeId, payload: this.payload, ...payload }
    const request = { _tag: 'Request', id: String(ids++), tag: `SyncHttpRpc.${name}`, payload: body, headers: [] }
    const response = await this.send(JSON.stringify(request))
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/json')
    return response.json()
  }

  /** @param {import('./events.mjs').Event[]} batch @param {any} [backendId] */
  async push(batch, backendId = none) {
    const answer = await this.ask('Push', { batch, backendId })
    assert.equal(answer.length, 1)
    return answer[0].exit
  }

  /** The chunks' values and the exit. @param {any} [cursor] */
  async pull(cursor = none) {
    const frames = await this.ask('Pull', { cursor })
    const { exit } = frames.at(-1)
    return { pages: frames.slice(0, -1).flatMap((frame) => frame.values), exit }
  }
}

/** @param {any[]} pages @returns {import('./events.mjs').Event[]} */
export const eventsIn = (pages) =>
  pages.flatMap((page) => page.batch.map((/** @type {any} */ item) => item.eventEncoded))
