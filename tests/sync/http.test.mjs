/** The HTTP transport. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { event, todos } from '../harness/events.mjs'
import { eventsIn, SyncPost } from '../harness/http.mjs'
import { cursorAt, none, some } from '../harness/socket.mjs'
import { HTTP_DIFFERENCES } from './support/differences.mjs'
import { normalise } from './support/replay.mjs'
import { ask, failureOf, optionsBackend, UsedStore } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server
/** @type {import('../harness/workerd.mjs').Workerd} */
let options

before(async () => {
  server = await startBackend()
  options = await optionsBackend()
})
after(async () => {
  await server?.stop()
  await options?.stop()
})

/** The lines of a capture. @param {string} name @returns {any[]} */
const capture = (name) =>
  readFileSync(new URL(`frames/${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

/** Headers that say what a response is; the others are the server program's. */
const TELLING = ['content-type', 'x-custom-header', 'access-control-allow-origin']

/** @param {{ status?: number, headers: Record<string, any>, body?: string }} response */
const told = ({ status, headers, body = '' }) => ({
  status,
  // `text/plain` in every spelling.
  headers: TELLING.map((name) => headers[name]?.replace(/^text\/plain.*$/i, 'text/plain')),
  body: body.startsWith('[')
    ? normalise(JSON.parse(body.replace(/(?<="expected":)"[^"]+"/, '"BACKEND"')))
    : body.replace('@livestore/sync-cf', 'durable-object'),
})

/** The backend that an answer names. @param {string} body */
const backendIn = (body) => /"(?:backendId|expected)":"([^"]+)"/.exec(body)?.[1] ?? ''

test('a client’s whole session, as captured', async () => {
  const lines = capture('http-basic').filter(({ dir }) => dir)
  assert.equal(lines.length % 2, 0)
  let [theirs, ours] = ['', '']
  for (let at = 0; at < lines.length; at += 2) {
    const [{ method, url, body }, expected] = lines.slice(at, at + 2)
    const answer = await ask(options, url, { method, body: theirs ? body.replaceAll(theirs, ours) : body })
    theirs ||= backendIn(expected.body)
    ours ||= backendIn(answer.body)
    // The one push that is behind brings what is stored already: a client that lost the answer may go on.
    if (!expected.body.includes('ServerAheadError')) assert.deepEqual(told(answer), told(expected), body)
    else assert.deepEqual(JSON.parse(answer.body)[0].exit, { _tag: 'Success', value: {} })
  }
  assert.notEqual(ours, '')
})

test('a body has a limit, whether its length is known or not', { timeout: 60_000 }, async () => {
  const limit = 8 * 2 ** 20
  const path = '/?storeId=large&transport=http'
  const ping = '{"_tag":"Ping"}'
  const chunked = { 'transfer-encoding': 'chunked' }
  for (const headers of [{}, chunked]) {
    const fits = await ask(options, path, { method: 'POST', headers, body: ping.padEnd(limit) })
    assert.deepEqual([fits.status, fits.body], [200, '[{"_tag":"Pong"}]'])
    const text = await ask(options, path, { method: 'POST', headers, body: `{"_tag":"Ping","é😀":"${'ä'.repeat(9)}"}` })
    assert.equal(text.body, '[{"_tag":"Pong"}]')
  }
  // One that says how large it is is refused before it is sent.
  const said = ask(options, path, { method: 'POST', headers: { 'content-length': String(limit + 1) } })
  const sent = ask(options, path, { method: 'POST', headers: chunked, body: ping.padEnd(limit + 1) })
  for (const { status, body } of await Promise.all([said, sent])) {
    assert.deepEqual([status, body], [413, `the body is larger than ${limit} bytes`])
  }
})

test('requests of all kinds, as captured', async () => {
  const seen = new Set()
  for (const { label, request, response } of capture('routing-and-http')) {
    const { method, path, headers, body } = request
    const expected = told(response)
    const answer = told(await ask(options, path, { method, headers, body }))
    const difference = HTTP_DIFFERENCES[label]
    if (difference === undefined) assert.deepEqual(answer, expected, label)
    else {
      seen.add(label)
      assert.notDeepEqual(answer, expected, `a difference that is none: ${label}`)
      assert.deepEqual(answer, { ...expected, ...difference.ours }, `${label}: ${difference.because}`)
    }
  }
  assert.deepEqual([...seen], Object.keys(HTTP_DIFFERENCES))
})

test('what is pushed over one transport is heard over the other', async () => {
  const store = await UsedStore.open(server)
  const post = new SyncPost(server, store.storeId)
  const batch = todos(0, 3)
  assert.equal((await post.push(batch))._tag, 'Success')
  store.log.push(...batch)
  await store.complete()
  await store.servedBy(store.bystander)
  const { pages } = await post.pull()
  assert.deepEqual(eventsIn(pages), store.log)
  store.close()
})

test('a push whose answer was lost may be made again', async () => {
  const store = await UsedStore.open(server)
  const post = new SyncPost(server, store.storeId)
  for (let attempt = 0; attempt < 3; attempt++) assert.equal((await post.push(todos(0, 5)))._tag, 'Success')
  store.log.push(...todos(0, 5))
  const other = [event(0, { clientId: 'another' })]
  assert.equal(failureOf(await post.push(other)), 'ServerAheadError')
  await store.complete()
  store.close()
})

test('a request needs no headers in its body', async () => {
  const post = new SyncPost(server, freshStoreId())
  const request = { _tag: 'Request', id: 'test-req-1', tag: 'SyncHttpRpc.Ping', payload: { storeId: post.storeId } }
  const response = await post.send(JSON.stringify(request))
  assert.equal(response.status, 200)
  const exit = { _tag: 'Success', value: { _tag: 'SyncMessage.Pong' } }
  assert.deepEqual(await response.json(), [{ _tag: 'Exit', requestId: 'test-req-1', exit }])
})

test('another backend’s cursor and another store’s id are refused', async () => {
  const post = new SyncPost(server, freshStoreId())
  assert.equal(failureOf((await post.pull(cursorAt(0, 'other'))).exit), 'BackendIdMismatchError')
  assert.equal(failureOf(await post.push(todos(0, 1), some('other'))), 'BackendIdMismatchError')
  post.storeId = 'another'
  assert.equal(failureOf(await post.push(todos(0, 1))), 'Die')
  assert.equal(failureOf((await post.pull()).exit), 'Die')
})

/** More than what the sockets on the way take in before anybody reads. @param {SyncPost} post */
const pushMuch = async (post) => {
  const text = 'x'.repeat(50_000)
  for (let head = 0; head < 300; head += 15) {
    const batch = Array.from({ length: 15 }, (_, index) => event(head + index, { args: { text } }))
    assert.equal((await post.push(batch))._tag, 'Success')
  }
}

/** Asks for everything, and leaves the answer to be read. @param {SyncPost} post */
const startPull = (post) => {
  const payload = { storeId: post.storeId, cursor: none }
  return post.send(JSON.stringify({ _tag: 'Request', id: '7', tag: 'SyncHttpRpc.Pull', payload, headers: [] }))
}

test('a pull of many pages has them all, and what is pushed while it is read', { timeout: 60_000 }, async () => {
  const post = new SyncPost(server, freshStoreId())
  await pushMuch(post)
  const response = await startPull(post)
  assert.equal((await post.push([event(300)]))._tag, 'Success')
  const frames = /** @type {any[]} */ (await response.json())
  const events = eventsIn(frames.slice(0, -1).flatMap((frame) => frame.values))
  assert.deepEqual(
    events.map(({ seqNum }) => seqNum),
    Array.from({ length: 301 }, (_, index) => index + 1),
  )
  assert.deepEqual(frames.at(-1), { _tag: 'Exit', requestId: '7', exit: { _tag: 'Success' } })
  assert.ok(
    frames.every(({ values }) => values === undefined || values[0].batch.length > 0),
    'no page is empty',
  )
})

test('a reader that goes away in the middle harms nobody', { timeout: 30_000 }, async () => {
  const post = new SyncPost(server, freshStoreId())
  await pushMuch(post)
  for (let round = 0; round < 5; round++) {
    const response = await startPull(post)
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
  }
  assert.equal((await post.push([event(300)]))._tag, 'Success')
  assert.equal(eventsIn((await post.pull()).pages).length, 301)
})

test('a pull of 100,000 events is one answer', { timeout: 60_000 }, async () => {
  const post = new SyncPost(server, freshStoreId())
  for (let head = 0; head < 100_000; head += 1_000) assert.equal((await post.push(todos(head, 1_000)))._tag, 'Success')
  const { pages, exit } = await post.pull()
  assert.equal(exit._tag, 'Success')
  const numbers = eventsIn(pages).map(({ seqNum }) => seqNum)
  assert.equal(numbers.length, 100_000)
  assert.ok(numbers.every((number, index) => number === index + 1))
})
