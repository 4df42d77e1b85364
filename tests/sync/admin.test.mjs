/** The operations of operators on a store. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { event, todos } from '../harness/events.mjs'
import { eventsIn, SyncPost } from '../harness/http.mjs'
import { some, SyncSocket } from '../harness/socket.mjs'
import { LIMIT } from '../harness/wait.mjs'
import { failureOf, optionsBackend } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await optionsBackend()
})
after(() => server?.stop())

const OPERATOR = 'Bearer operator'
const METHODS = { info: 'GET', export: 'GET', import: 'POST', reset: 'POST' }

/**
 * @param {string} storeId
 * @param {keyof typeof METHODS} operation
 * @param {{ body?: string, authorization?: string, path?: string, method?: string }} [options]
 */
const admin = (storeId, operation, { body, authorization = OPERATOR, path = '/admin', method } = {}) =>
  fetch(`${server.url}${path}?${new URLSearchParams({ storeId, admin: operation })}`, {
    method: method ?? METHODS[operation],
    headers: { authorization },
    body,
    signal: AbortSignal.timeout(LIMIT),
  })

/** @param {Response} response @returns {Promise<[number, string]>} */
const told = async (response) => [response.status, await response.text()]

/** @param {string} storeId @returns {Promise<any>} */
const info = async (storeId) => (await admin(storeId, 'info')).json()

/** @param {string} storeId */
const exported = async (storeId) => {
  const response = await admin(storeId, 'export')
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  return response.text()
}

/** A store with events. @param {number} count */
const filled = async (count) => {
  const post = new SyncPost(server, freshStoreId(), { path: '/admin' })
  for (let head = 0; head < count; head += 100) {
    assert.equal((await post.push(todos(head, Math.min(100, count - head))))._tag, 'Success')
  }
  return post
}

test('nothing is reachable without the app’s consent', async () => {
  const { storeId } = await filled(3)
  for (const operation of /** @type {(keyof typeof METHODS)[]} */ (Object.keys(METHODS))) {
    const method = METHODS[operation]
    assert.deepEqual(await told(await admin(storeId, operation, { authorization: '' })), [403, 'operators only'])
    // A worker that passes no such requests on, and an object that knows of none.
    const body = method === 'POST' ? '' : undefined
    assert.deepEqual(await told(await admin(storeId, operation, { path: '/hooked', body })), [400, 'Invalid path'])
    assert.deepEqual(await told(await admin(storeId, operation, { path: '/noadmin', body })), [400, 'Invalid path'])
  }
  const auditor = { authorization: 'Bearer auditor' }
  assert.equal((await admin(storeId, 'info', auditor)).status, 200)
  assert.equal((await admin(storeId, 'reset', auditor)).status, 403)
  assert.equal((await admin(storeId, 'reset', { method: 'GET' })).status, 405)
  assert.equal((await admin('i'.repeat(2_000), 'info')).status, 400)
  assert.equal((await info(storeId)).events, 3)
})

test('info says where the log ends and who listens', async () => {
  const post = await filled(3)
  await post.push([event(3, { seqNum: 10 })])
  const socket = await SyncSocket.connect(server, post.storeId, { path: '/admin' })
  await socket.waitPages(socket.pull({ live: true }), 1)
  const { durableObjectId, databaseSize, ...rest } = await info(post.storeId)
  const { backendId } = (await post.pull()).pages[0]
  const log = { storeId: post.storeId, backendId, head: 10, events: 4 }
  assert.deepEqual(rest, { ...log, sockets: 1, livePulls: 1, slowPulls: 0 })
  assert.match(durableObjectId, /^[0-9a-f]{64}$/)
  assert.ok(databaseSize > 0)
  socket.close()
})

test('an exported log is that of another store once it is imported', { timeout: 30_000 }, async () => {
  const post = await filled(250)
  const odd = [
    event(250, { name: 'né\u0001w', args: { text: '\ud800 \u0000 𝄞', n: 1e21 }, clientId: '"c\\' }),
    event(251, { args: null }),
    event(252, { args: undefined }),
    event(253, { seqNum: 1_000, args: { text: 'é'.repeat(500_000) } }),
  ]
  assert.equal((await post.push(odd))._tag, 'Success')
  // Deeper than SQLite's own JSON.
  const deep = JSON.parse(`${'['.repeat(1_500)}${']'.repeat(1_500)}`)
  assert.equal((await post.push([event(1_000, { args: deep })]))._tag, 'Success')
  const log = await exported(post.storeId)
  const copy = new SyncPost(server, freshStoreId(), { path: '/admin' })
  const waiting = await SyncSocket.connect(server, copy.storeId, { path: '/admin' })
  waiting.pull({ live: true })

  const imported = await admin(copy.storeId, 'import', { body: log })
  assert.equal(imported.status, 200)
  const { backendId, head, events } = /** @type {any} */ (await imported.json())
  assert.deepEqual([head, events], [1_001, 255])
  assert.equal((await waiting.closed()).code, 1012, 'clients start over')

  assert.equal(await exported(copy.storeId), log)
  const { pages } = await copy.pull()
  assert.equal(JSON.stringify(pages), JSON.stringify((await post.pull()).pages))
  assert.equal(pages[0].backendId, backendId)
  // Clients of the first store go on with the second.
  const reader = await SyncSocket.connect(server, copy.storeId, { path: '/admin' })
  reader.pull({ live: true })
  assert.equal((await reader.push([event(1_001)], { backendId }))._tag, 'Success')
  reader.close()
  await server.restart()
  assert.equal((await info(copy.storeId)).head, 1_002)
})

test('an empty log can be moved as well', async () => {
  const { storeId } = await filled(0)
  const log = await exported(storeId)
  const copy = freshStoreId()
  assert.equal((await admin(copy, 'import', { body: log })).status, 200)
  assert.equal(await exported(copy), log)
  assert.equal((await new SyncPost(server, copy, { path: '/admin' }).push(todos(0, 2)))._tag, 'Success')
})

test('what cannot be imported leaves the store as it was', { timeout: 20_000 }, async () => {
  const post = await filled(3)
  const log = await exported(post.storeId)
  const other = await exported((await filled(1)).storeId)
  const target = new SyncPost(server, freshStoreId(), { path: '/admin' })
  const before = await info(target.storeId)
  for (const [body, why] of /** @type {[string, RegExp][]} */ ([
    ['', /there are no pages/],
    ['{}\n', /^page 1: missing field `backendId`/],
    [`${log}nope\n`, /^page 2: /],
    [log.slice(0, -20), /^page 1: /],
    [log + log, /^page 2: event 1 comes after event 3$/],
    [log + other, /^page 2: the pages come from several backends$/],
    [log.replace('"seqNum":2', '"seqNum":7'), /^page 1: event 3 comes after event 7$/],
    [log.replace('"seqNum":2', '"seqNum":2.5'), /^page 1: expected an integer at byte \d+, not 2\.5$/],
    [log.replace('"args":{', `"args":{"long":"${'x'.repeat(1_900_000)}",`), /^page 1: event 1 is above the limit/],
  ])) {
    const response = await admin(target.storeId, 'import', { body })
    assert.ok([400, 409].includes(response.status), `${response.status} instead of ${why}`)
    assert.match(await response.text(), why)
    const { databaseSize, ...now } = await info(target.storeId)
    assert.deepEqual({ ...now, databaseSize: before.databaseSize }, before)
  }
  assert.equal((await target.push(todos(0, 2)))._tag, 'Success')
  const full = await admin(target.storeId, 'import', { body: log })
  assert.deepEqual(await told(full), [409, 'the store has events: reset it first'])
  assert.deepEqual(eventsIn((await target.pull()).pages), todos(0, 2))
})

test('after a reset the store is another backend’s, and empty', async () => {
  const post = await filled(5)
  const { backendId } = (await post.pull()).pages[0]
  const socket = await SyncSocket.connect(server, post.storeId, { path: '/admin' })
  socket.pull({ live: true })
  const after = /** @type {any} */ (await (await admin(post.storeId, 'reset')).json())
  assert.deepEqual([after.head, after.events], [0, 0])
  assert.notEqual(after.backendId, backendId)
  assert.equal((await socket.closed()).code, 1012)
  assert.equal(failureOf(await post.push(todos(5, 1), some(backendId))), 'BackendIdMismatchError')
  assert.equal((await post.push(todos(0, 1), some(after.backendId)))._tag, 'Success')
})

test('a live pull of a later client hears that its store was replaced', async () => {
  const { storeId } = await filled(3)
  const { backendId } = await info(storeId)
  const socket = await SyncSocket.connect(server, storeId, { path: '/admin' })
  const payload = { storeId, live: true, cursor: { _tag: 'None' } }
  socket.send({ _tag: 'Request', id: 7, tag: 'SyncWsRpc.Pull', payload, headers: [] })
  await socket.waitFor(() => socket.frames.length === 1, 'the events come')
  const { backendId: other } = await (await admin(storeId, 'reset')).json()
  assert.equal((await socket.closed()).code, 1012)
  const error = { expected: other, received: backendId, _tag: 'BackendIdMismatchError' }
  const exit = { _tag: 'Failure', cause: [{ _tag: 'Fail', error }] }
  assert.deepEqual(socket.frames.at(-1), { _tag: 'Exit', requestId: 7, exit })
})
