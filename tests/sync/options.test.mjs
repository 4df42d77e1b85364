/** Every option of the sync backend, in a worker that has each under a path of its own. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { event, todos } from '../harness/events.mjs'
import { eventsIn, SyncPost } from '../harness/http.mjs'
import { cursorAt, SyncSocket, syncQuery } from '../harness/socket.mjs'
import { ask, optionsBackend, UPGRADE, upgrade } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await optionsBackend()
})
after(() => server?.stop())

const HEADERS = { authorization: 'Bearer abc', 'X-TEST': 'hello', 'x-other': 'unseen' }
const FORWARDED = [
  ['authorization', 'Bearer abc'],
  ['x-test', 'hello'],
]

/** Returns the calls of the hooks since the last question. @param {string} storeId @returns {Promise<any[]>} */
const seen = async (storeId) => {
  const { exit } = await new SyncPost(server, storeId, { path: '/hooked', payload: { tell: true } }).pull()
  return JSON.parse(exit.cause.error.cause.message)
}

test('hooks see payload and headers of what comes over HTTP', async () => {
  const storeId = freshStoreId()
  const payload = { authToken: 'tok', n: [1, null] }
  const client = new SyncPost(server, storeId, { path: '/hooked', payload, headers: HEADERS })
  assert.equal((await client.push(todos(0, 120)))._tag, 'Success')
  const { pages } = await client.pull()
  await client.pull(cursorAt(120, pages[0].backendId))
  assert.deepEqual(await seen(storeId), [
    ['push', payload, FORWARDED, 120],
    ['pushed', payload, FORWARDED, storeId],
    ['pull', payload, FORWARDED, [false, null]],
    ['pulled', null, [], [1, 100, 20]],
    ['pulled', null, [], [101, 120, 0]],
    ['pull', payload, FORWARDED, [false, 120]],
  ])
})

test('hooks see payload and headers of what comes over a socket', async () => {
  const storeId = freshStoreId()
  const payload = { authToken: 'tok' }
  const socket = await SyncSocket.connect(server, storeId, { path: '/hooked', payload, headers: HEADERS })
  const pull = socket.pull({ live: true })
  await socket.waitPages(pull, 1)
  await socket.commit(todos(0, 2))
  await socket.waitEvents(pull, 2)
  assert.deepEqual(await seen(storeId), [
    ['pull', payload, FORWARDED, [true, null]],
    ['push', payload, FORWARDED, 2],
    ['pushed', payload, FORWARDED, storeId],
    ['pulled', null, [], [1, 2, 0]],
  ])
  assert.equal((await socket.push([]))._tag, 'Success')
  assert.deepEqual(await seen(storeId), [], 'an empty push is nobody’s business')
  socket.close()
})

test('a push that nobody listens to is pulled by nobody', async () => {
  const storeId = freshStoreId()
  const client = new SyncPost(server, storeId, { path: '/hooked' })
  await client.push(todos(0, 1))
  assert.deepEqual(
    (await seen(storeId)).map(([call]) => call),
    ['push', 'pushed'],
  )
})

test('what a hook refuses is refused, with its reason, over every transport', async () => {
  const storeId = freshStoreId()
  const expected = (/** @type {string} */ message) => ({
    _tag: 'Failure',
    cause: { _tag: 'Fail', error: { cause: { name: 'Error', message }, _tag: 'UnknownError' } },
  })
  const post = new SyncPost(server, storeId, { path: '/hooked', payload: { fail: 'push-throw' } })
  assert.deepEqual(await post.push(todos(0, 1)), expected('nope from on_push'))
  const reader = new SyncPost(server, storeId, { path: '/hooked', payload: { fail: 'pull-throw' } })
  assert.deepEqual((await reader.pull()).exit, expected('nope from on_pull'))

  const socket = await SyncSocket.connect(server, storeId, { path: '/hooked', payload: { fail: 'push-throw' } })
  assert.deepEqual(await socket.push(todos(0, 1)), expected('nope from on_push'))
  socket.payload = { fail: 'pull-throw' }
  assert.deepEqual(await socket.exitOf(socket.pull({ live: true })), expected('nope from on_pull'))
  socket.payload = undefined
  assert.deepEqual(
    (await socket.pullAll()).flatMap((page) => page.batch),
    [],
    'nothing was stored',
  )
  socket.close()
  const calls = (await seen(storeId)).map(([call]) => call)
  assert.ok(!calls.includes('pushed') && !calls.includes('pulled'), calls.join())
})

test('headers that no socket can keep are refused', async () => {
  const target = `/hooked?${syncQuery(freshStoreId(), 'ws')}`
  assert.equal((await upgrade(server, target, { 'x-test': 'h'.repeat(4_000) })).status, 101)
  const refused = await upgrade(server, target, { 'x-test': 'h'.repeat(4_100) })
  assert.equal(refused.status, 431)
  assert.match(refused.body, /forwarded headers are larger/)
})

test('the payload is decoded, and a function that waits says who may sync', async () => {
  /** @param {unknown} payload */
  const ping = async (payload) => {
    const client = new SyncPost(server, freshStoreId(), { path: '/schema', payload })
    const response = await client.send(JSON.stringify({ _tag: 'Ping' }))
    return [response.status, await response.text()]
  }
  assert.deepEqual(await ping({ authToken: 'secret' }), [200, '[{"_tag":"Pong"}]'])
  const [status, why] = await ping({ authToken: 5 })
  assert.equal(status, 400)
  assert.match(String(why), /invalid type: integer `5`, expected a string/)
  assert.match(String((await ping(undefined))[1]), /invalid type: null/)
  assert.deepEqual(await ping({ authToken: 'x' }), [
    400,
    'UnknownError: { "cause": Error: Invalid auth token, "note": undefined, "payload": undefined }',
  ])
})

test('who may sync can depend on the store and on the request’s headers', async () => {
  const storeId = freshStoreId()
  const stranger = await new SyncPost(server, storeId, { path: '/members' }).send('{"_tag":"Ping"}')
  assert.equal(stranger.status, 400)
  const target = `/members?${syncQuery(storeId, 'ws')}`
  assert.equal((await upgrade(server, target, { 'x-member-of': 'another' })).status, 400)
  assert.equal((await upgrade(server, target, { 'x-member-of': storeId })).status, 101)
})

test('a transport that is not enabled is refused with a reason', async () => {
  const storeId = freshStoreId()
  const post = await new SyncPost(server, storeId, { path: '/wsonly' }).send('{"_tag":"Ping"}')
  assert.equal(post.status, 400)
  assert.equal(await post.text(), 'Transport http is not enabled (based on `Hooks::TRANSPORTS`)')
  assert.equal((await upgrade(server, `/wsonly?${syncQuery(storeId, 'ws')}`)).status, 101)
  const socket = await upgrade(server, `/httponly?${syncQuery(storeId, 'ws')}`)
  assert.deepEqual([socket.status, socket.body], [400, 'Transport ws is not enabled (based on `Hooks::TRANSPORTS`)'])
  assert.equal((await new SyncPost(server, storeId, { path: '/httponly' }).push(todos(0, 1)))._tag, 'Success')
})

test('routes of an app stand beside those for sync', async () => {
  const page = await fetch(`${server.url}/routes`)
  assert.equal(await page.text(), 'a page of the app')
  const storeId = freshStoreId()
  await new SyncPost(server, storeId, { path: '/routes' }).push([event(0)])
  assert.deepEqual(eventsIn((await new SyncPost(server, storeId).pull()).pages), [event(0)])
})

test('another binding leads to other objects', async () => {
  const storeId = freshStoreId()
  await new SyncPost(server, storeId, { path: '/other' }).push([event(0)])
  assert.equal(eventsIn((await new SyncPost(server, storeId, { path: '/other' }).pull()).pages).length, 1)
})

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': '*',
}

/** @param {Record<string, any>} headers */
const corsOf = (headers) => Object.fromEntries(Object.keys(CORS).map((name) => [name, headers[name]]))

test('with CORS every response has its headers, whoever made it', async () => {
  const storeId = freshStoreId()
  const query = syncQuery(storeId, 'http')
  const ping = { method: 'POST', body: '{"_tag":"Ping"}' }
  const unknown = JSON.stringify({ _tag: 'Request', id: '0', tag: 'SyncHttpRpc.Nope', payload: {} })
  /** @type {[string, import('./support/store.mjs').AskOptions, number][]} */
  const requests = [
    [`/hooked?${query}`, ping, 200],
    [`/hooked?${query}`, { method: 'POST', body: unknown }, 200],
    [`/hooked?${query}`, { method: 'POST', body: '{' }, 200],
    [`/hooked?${syncQuery(storeId, 'http', { auth: 'bad' })}`, ping, 400],
    [`/hooked?${syncQuery('i'.repeat(2_000), 'http')}`, ping, 400],
    [`/hooked?${syncQuery(storeId, 'ws')}`, {}, 426],
    ['/hooked', {}, 400],
    [`/missing?${query}`, ping, 424],
    [`/httponly?${syncQuery(storeId, 'ws')}`, { headers: UPGRADE }, 400],
    [`/hooked?${query}`, { method: 'OPTIONS' }, 204],
  ]
  for (const [target, options, status] of requests) {
    const response = await ask(server, target, options)
    assert.equal(response.status, status, target)
    assert.deepEqual(corsOf(response.headers), CORS, `${status} ${target}`)
  }
  const names = 'content-type,x-livestore-store-id,b3,traceparent'
  const preflight = { method: 'OPTIONS', headers: { 'access-control-request-headers': names } }
  const { headers } = await ask(server, `/hooked?${query}`, preflight)
  assert.deepEqual(corsOf(headers), { ...CORS, 'access-control-allow-headers': names })
  const without = await ask(server, `/?${query}`, ping)
  assert.equal(without.headers['access-control-allow-origin'], undefined)
})

test('responses over HTTP have the headers of the app', async () => {
  for (const [body, status] of [
    ['{"_tag":"Ping"}', 200],
    ['{', 200],
    ['', 200],
  ]) {
    const response = await new SyncPost(server, freshStoreId(), { path: '/hooked' }).send(String(body))
    assert.equal(response.status, status)
    assert.equal(response.headers.get('x-custom-header'), 'test-value')
    assert.equal(response.headers.get('content-type'), 'application/json')
    await response.body?.cancel()
  }
})

test('trouble on the way to the object passes before the client hears of it', async () => {
  const response = await new SyncPost(server, freshStoreId(), { path: '/flaky' }).send('the whole body')
  assert.equal(response.headers.get('x-answered-by'), 'flaky')
  assert.equal(await response.text(), 'the whole body')
})

test('an object that cannot be reached is no reason to say nothing', async () => {
  const answer = await ask(server, `/flaky?${syncQuery('broken', 'http')}`, { method: 'POST', body: '{"_tag":"Ping"}' })
  assert.deepEqual([answer.status, answer.body], [503, 'the store cannot be reached, try again later'])
  assert.deepEqual(corsOf(answer.headers), CORS)
})
