/** The ready-made object around a store: its rows as JSON, and live over a socket. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import WebSocket from 'ws'

import { freshStoreId } from '../harness/backend.mjs'
import { ClientObject } from '../harness/client-objects.mjs'
import { startStoreClients, todoClient } from '../harness/store-client.mjs'
import { eventually, pause, within } from '../harness/wait.mjs'

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
  const viewer = await Viewer.open('client-do', storeId)
  await viewer.shows([])

  const object = new ClientObject(server, 'CLIENT_DO', storeId)
  await object.call('commit', 'v1.TodoCreated', { id: 'a', text: 'from here' })
  await viewer.shows(['a'])
  await assert.rejects(object.call('commit', 'v1.Nothing', {}), /no event/)

  const other = todoClient(server, storeId)
  await other.call('open', storeId)
  await other.call('createConfirmed', 'b')
  await viewer.shows(['a', 'b'])

  await fetchOk(`/client/CLIENT_DO/${storeId}/status`)
  await hibernate(storeId)
  await other.call('createConfirmed', 'c')
  await viewer.shows(['a', 'b', 'c'])
  viewer.close()
})

test('a socket learns of the progress, and of the events that the backend has not confirmed', async () => {
  const storeId = freshStoreId()
  const viewer = await Viewer.open('client-do', storeId)
  await viewer.is(({ head, isBackendSynced }) => head === 0 && isBackendSynced, [])

  const object = new ClientObject(server, 'CLIENT_DO', storeId)
  await object.call('commit', 'v1.TodoCreated', { id: 'a', text: '"A"' })
  const created = { name: 'v1.TodoCreated', args: { id: 'a', text: '"A"' } }
  await viewer.is(({ head, backendPendingCount }) => head === 0 && backendPendingCount === 1, [created])
  await viewer.is(({ head, backendHead, isBackendSynced }) => head === 1 && backendHead === 1 && isBackendSynced, [])

  await hibernate(storeId)
  await object.call('commit', 'v1.TodoCompleted', { id: 'a' })
  await viewer.is(({ head, isBackendSynced }) => head === 2 && isBackendSynced, [])
  viewer.close()
})

test('a socket commits only where the schema lets it', async () => {
  const storeId = freshStoreId()
  const created = JSON.stringify({ name: 'v1.TodoCreated', args: { id: 'a', text: 'A' } })
  const author = await Viewer.open('open-client-do', storeId)
  const viewer = await Viewer.open('client-do', storeId)
  viewer.socket.send(created.replaceAll('a"', 'b"'))
  author.socket.send(created)
  for (const each of [author, viewer]) await each.shows(['a'])

  for (const [message, why] of /** @type {const} */ ([
    ['no JSON', /./],
    ['{"name":"v1.Nothing","args":{}}', /the schema has no event `v1.Nothing`/],
    ['{"name":"v1.TodoCreated","args":{"id":"b"}}', /text/],
    [created, /UNIQUE/],
  ])) {
    author.socket.send(message)
    await eventually(
      () => why.test(author.last('error') ?? ''),
      () => `"${author.last('error')}" tells ${why}`,
    )
  }
  assert.equal(viewer.last('error'), undefined)
  author.close()
  viewer.close()
})

test('a socket whose time is over commits nothing, also while the timer that closes it is late', async () => {
  const storeId = freshStoreId()
  const viewer = await Viewer.open('client-do', storeId)
  // The timer comes a second after the socket, at the earliest.
  const author = await Viewer.open('open-client-do', `${storeId}&openFor=200`)
  const closed = new Promise((resolve) => {
    author.socket.once('close', (code, reason) => resolve([code, reason.toString()]))
  })
  await pause(300)
  author.socket.send(JSON.stringify({ name: 'v1.TodoCreated', args: { id: 'a', text: 'late' } }))
  assert.deepEqual(await within(closed, 'the socket is closed'), [3000, 'the access has expired: connect again'])

  const object = new ClientObject(server, 'OPEN_CLIENT_DO', storeId)
  await object.call('commit', 'v1.TodoCreated', { id: 'b', text: 'in time' })
  await viewer.shows(['b'])
  viewer.close()
})

/** Somebody who looks at a store through a socket of its object. */
class Viewer {
  /** @type {any[]} */
  #messages = []

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket.on('message', (data) => this.#messages.push(JSON.parse(data.toString())))
  }

  /** @param {string} path @param {string} storeId */
  static async open(path, storeId) {
    const viewer = new Viewer(new WebSocket(`${server.url.replace('http', 'ws')}/${path}?storeId=${storeId}`))
    await within(new Promise((resolve) => viewer.socket.once('open', resolve)), 'the socket opens')
    return viewer
  }

  /** The last value that came under a name. @param {string} name */
  last = (name) => this.#messages.findLast((message) => name in message)?.[name]

  /** @param {string[]} ids */
  shows = (ids) =>
    eventually(
      () => JSON.stringify(this.last('tables')?.todos.map((/** @type {any} */ { id }) => id)) === JSON.stringify(ids),
      () => `the lines ${ids}, and not ${JSON.stringify(this.last('tables'))}`,
    )

  /**
   * Some status came with these pending events. Messages before it are forgotten.
   *
   * @param {(status: any) => boolean} test
   * @param {unknown[]} pending
   */
  is = async (test, pending) => {
    const found = await eventually(
      () => this.#messages.find(({ status }) => status !== undefined && test(status)),
      () => `${test} in ${JSON.stringify(this.#messages)}`,
    )
    assert.deepEqual(found.pending, pending)
    this.#messages.splice(0, this.#messages.indexOf(found))
  }

  close = () => this.socket.terminate()
}

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
