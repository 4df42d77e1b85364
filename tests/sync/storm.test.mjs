/** Thousands of clients at once, such as after a deployment: each is served, and none is sent away. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { event, todos } from '../harness/events.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { within } from '../harness/wait.mjs'

const LIMIT = 240_000

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** A client with the least there can be, as there are thousands of them. */
class Client {
  /** How many events came over each of its pulls. */
  events
  /** @type {number | undefined} */
  closed
  /** @type {() => void} */
  #advanced = () => {}

  /** @param {string} storeId @param {number} pulls */
  constructor(storeId, pulls) {
    this.events = new Map(Array.from({ length: pulls }, (_, id) => [String(id), 0]))
    this.socket = new WebSocket(`${server.url}/?storeId=${storeId}&transport=ws`)
    this.socket.onopen = () => {
      for (const id of this.events.keys()) {
        const payload = { storeId, live: true, cursor: { _tag: 'None' } }
        this.socket.send(JSON.stringify({ _tag: 'Request', id, tag: 'SyncWsRpc.Pull', payload, headers: [] }))
      }
    }
    this.socket.onmessage = ({ data }) => {
      const { requestId, values } = JSON.parse(data)
      this.socket.send(`{"_tag":"Ack","requestId":${JSON.stringify(requestId)}}`)
      const events = values.flatMap((/** @type {any} */ page) => page.batch).length
      this.events.set(requestId, (this.events.get(requestId) ?? 0) + events)
      this.#advanced()
    }
    this.socket.onclose = ({ code }) => {
      this.closed = code
      this.#advanced()
    }
  }

  /** Resolves when each pull has brought so many events, or the socket is closed. @param {number} events */
  has(events) {
    return new Promise((resolve) => {
      this.#advanced = () => {
        const done = this.closed !== undefined || [...this.events.values()].every((count) => count >= events)
        if (done) resolve(undefined)
      }
      this.#advanced()
    })
  }
}

for (const { clients, pulls } of [
  { clients: 5_000, pulls: 1 },
  { clients: 2_000, pulls: 64 },
]) {
  test(`${clients} clients at once, with ${pulls} pulls each, are served`, { timeout: LIMIT }, async () => {
    const storeId = freshStoreId()
    const writer = await SyncSocket.connect(server, storeId)
    await writer.commit(todos(0, 3))
    const all = Array.from({ length: clients }, () => new Client(storeId, pulls))
    const closed = () => all.filter((client) => client.closed !== undefined).map((client) => client.closed)
    try {
      await within(Promise.all(all.map((client) => client.has(3))), 'all have their first page', LIMIT)
      assert.deepEqual(closed(), [])
      // They listen, all of them.
      await writer.commit([event(3)])
      await within(Promise.all(all.map((client) => client.has(4))), 'all hear of a push', LIMIT)
      assert.deepEqual(closed(), [])
      const counts = new Set(all.flatMap((client) => [...client.events.values()]))
      assert.deepEqual([...counts], [4], 'nothing came twice')
    } finally {
      for (const client of all) client.socket.close()
      writer.close()
    }
  })
}
