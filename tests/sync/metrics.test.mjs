/** The metrics of stores, for an app that asks for them. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { SyncPost } from '../harness/http.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { optionsBackend } from './support/store.mjs'

const PATH = '/metered'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await optionsBackend()
})
after(() => server?.stop())

/**
 * The metrics since the last time, as the activity and the rows read and written.
 *
 * @param {string} storeId
 * @returns {Promise<any[]>}
 */
const told = async (storeId) => {
  const { exit } = await new SyncPost(server, storeId, { path: PATH, payload: 'tell' }).pull()
  const metrics = JSON.parse(exit.cause.error.cause.message)
  for (const [store] of metrics) assert.equal(store, storeId)
  return metrics.map((/** @type {any[]} */ [, activity, rows]) => ({ ...activity, rows }))
}

test('pushes and pulls over HTTP', async () => {
  const storeId = freshStoreId()
  const client = new SyncPost(server, storeId, { path: PATH })
  await client.push(todos(0, 120))
  await client.push(todos(0, 120))
  await client.push([event(7)])
  await client.push([event(120), event(120)])
  await client.pull()

  const [stored, again, behind, refused, pull, ...pages] = await told(storeId)
  const push = { push: 'Stored', events: 120, size: stored.size, listeners: 0, rows: stored.rows }
  assert.deepEqual(stored, push)
  assert.ok(stored.size > JSON.stringify(todos(0, 120)).length)
  // The rows of the statements that opened the store count too.
  assert.ok(stored.rows[1] >= 121, `${stored.rows}`)
  assert.deepEqual({ ...again, rows: 0 }, { ...push, push: 'Again', rows: 0 })
  assert.ok(again.rows[0] >= 120 && again.rows[1] === 0, `${again.rows}`)
  assert.equal(behind.push, 'Behind')
  assert.deepEqual([refused.push, refused.events], ['Refused', 2])
  assert.deepEqual(pull, { pull: true, live: false, rows: [0, 0] })
  assert.deepEqual(
    pages.map(({ remaining }) => remaining),
    [20, 0],
  )
  assert.ok(pages.every(({ page, rows }) => page > 1_000 && rows[1] === 0))
  assert.deepEqual(
    pages.map(({ rows }) => rows[0]),
    [100, 20],
  )
})

test('a page costs a row for each event, some more where they are large, and nothing when it was just read', async () => {
  const storeId = freshStoreId()
  const client = new SyncPost(server, storeId, { path: PATH })
  const read = async () => {
    await client.pull()
    const metrics = await told(storeId)
    return metrics.flatMap(({ page, rows }) => (page === undefined ? [] : rows[0]))
  }
  await client.push(todos(0, 10))
  await told(storeId)
  assert.deepEqual(await read(), [10])
  assert.deepEqual(await read(), [0])

  await client.push(todos(10, 2, { text: textOf(400_000) }))
  await client.push(todos(12, 2, { text: textOf(400_000) }))
  await told(storeId)
  assert.deepEqual(await read(), [14 + 14 + 12, 2 + 2], 'read too far, measured, and read again; then measured first')
})

test('sockets, and who listens', async () => {
  const storeId = freshStoreId()
  const sockets = []
  for (let count = 0; count < 3; count++) {
    const socket = await SyncSocket.connect(server, storeId, { path: PATH })
    await socket.waitPages(socket.pull({ live: true }), 1)
    sockets.push(socket)
  }
  await sockets[0].commit([event(0)])
  const metrics = await told(storeId)
  assert.deepEqual(
    metrics.flatMap(({ socket }) => socket ?? []),
    [1, 2, 3],
  )
  assert.equal(metrics.filter(({ pull, live }) => pull && live).length, 3)
  assert.deepEqual(
    metrics.filter(({ page }) => page !== undefined).map(({ page, remaining }) => [page, remaining]),
    Array(3).fill([0, 0]),
  )
  const { push, listeners, rows } = metrics.at(-1)
  assert.deepEqual([push, listeners], ['Stored', 3])
  assert.equal(rows[1], 2, 'the event, and the head')
  assert.deepEqual(
    (await told(storeId)).map(({ pull }) => pull),
    [false],
    'the pull that asked is one itself',
  )
  for (const socket of sockets) socket.close()
})
