/** The ready-made object around a store: its rows as JSON, and live over a socket. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import WebSocket from 'ws'

import { freshStoreId } from '../harness/backend.mjs'
import { ClientObject } from '../harness/client-objects.mjs'
import { startStoreClients, todoClient } from '../harness/store-client.mjs'
import { eventually, within } from '../harness/wait.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server
before(async () => {
  server = await startStoreClients('rust')
})
after(() => server?.stop())

/** @param {string} query */
const view = (query) => fetch(`${server.url}/client-do${query}`)

test('the rows of the only table are an array', async () => {
  const storeId = freshStoreId()
  const other = todoClient(server, storeId)
  await other.call('open', storeId)
  await other.call('createConfirmed', 'a')
  const response = await view(`?storeId=${storeId}`)
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(await response.text(), JSON.stringify([{ id: 'a', text: 'a', completed: false }], null, 2))
})

test('an address without a store, or with a wrong one, is refused', async () => {
  for (const query of ['', '?storeId=', '?storeId=a%20b']) assert.equal((await view(query)).status, 400, query)
})

test('a socket gets the rows, and those of each change, also after the object has slept', async () => {
  const storeId = freshStoreId()
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/client-do?storeId=${storeId}`)
  /** @type {any[]} */
  const messages = []
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())))
  await within(new Promise((resolve) => socket.once('open', resolve)), 'the socket opens')
  /** @param {string[]} ids */
  const shows = (ids) =>
    eventually(
      async () =>
        JSON.stringify(messages.at(-1)?.tables.todos.map((/** @type {any} */ todo) => todo.id)) === JSON.stringify(ids),
      () => `the lines ${ids}, and not ${JSON.stringify(messages.at(-1))}`,
    )
  await shows([])

  const object = new ClientObject(server, 'CLIENT_DO', storeId)
  await object.call('commit', 'v1.TodoCreated', { id: 'a', text: 'from here' })
  await shows(['a'])
  await assert.rejects(object.call('commit', 'v1.Nothing', {}), /no event/)

  const other = todoClient(server, storeId)
  await other.call('open', storeId)
  await other.call('createConfirmed', 'b')
  await shows(['a', 'b'])

  await fetchOk(`/client/CLIENT_DO/${storeId}/status`)
  await hibernate(storeId)
  await other.call('createConfirmed', 'c')
  await shows(['a', 'b', 'c'])
  socket.terminate()
})

/** @param {string} path */
const fetchOk = async (path) => {
  const response = await fetch(`${server.url}${path}`, { method: 'POST', body: '[]' })
  const { error } = /** @type {any} */ (await response.json())
  assert.equal(error, undefined)
}

/** Takes the object out of memory; its sockets stay. @param {string} name */
const hibernate = async (name) => {
  const response = await fetch(`${server.url}/hibernate-client/${name}`, { method: 'POST' })
  assert.equal(await response.text(), 'true')
}
