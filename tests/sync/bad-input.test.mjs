/** Frames that no client should send: each gets a definite answer, and nobody else notices. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startBackend } from '../harness/backend.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { none, some } from '../harness/socket.mjs'
import { answers, exitIn, failureOf, UsedStore } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** @param {string} name @param {(store: UsedStore) => Promise<void>} body */
const storeTest = (name, body) =>
  test(name, { timeout: 30_000 }, async () => {
    const store = await UsedStore.open(server)
    try {
      await body(store)
    } finally {
      store.close()
    }
  })

const request = { _tag: 'Request', id: '1', tag: 'SyncWsRpc.Pull', payload: {}, headers: [] }
const bytes = (/** @type {number[]} */ ...values) => Uint8Array.from(values)
const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text)

/** Frames that cannot be told to belong to any request. @type {Record<string, string | Uint8Array | object>} */
const NO_MESSAGES = {
  'an empty text frame': '',
  'an empty binary frame': bytes(),
  'white space': ' \n\t ',
  'no JSON': 'hello',
  'half a JSON object': '{"_tag":"Request","id":"1"',
  'two objects': '{"_tag":"Ping"}{"_tag":"Ping"}',
  'JSON with a comment': '{"_tag":"Ping"} // hi',
  'JSON5': "{_tag:'Ping'}",
  'a bare NUL': '\0',
  'NUL after a message': '{"_tag":"Eof"}\0',
  'a byte order mark': '\ufeff{"_tag":"Ping"}',
  null: 'null',
  true: 'true',
  'a number': '42',
  'a string': '"Ping"',
  'a list with something else in it': JSON.stringify([request, 5]),
  'an array of a message’s fields': '["Request","1","1","SyncWsRpc.Pull",{}]',
  'an empty object': {},
  'a tag that is a number': { _tag: 5 },
  'a tag that is null': { _tag: null },
  'a tag that is an object': { _tag: {} },
  'an unknown tag': { _tag: 'Wat' },
  'a tag in lower case': { _tag: 'ping' },
  'a tag with control characters': { _tag: 'P\u0000\u001b[2J\n' },
  'two tags': '{"_tag":"Ping","_tag":"Eof"}',
  'a hidden second tag': '{"_tag":"Ping","\\u005ftag":"Eof"}',
  'two payloads': `{"_tag":"Request","id":"1","tag":"SyncWsRpc.Pull","payload":{},"\\u0070ayload":{}}`,
  'a request without an id': { ...request, id: undefined },
  'a request without a method': { ...request, tag: undefined },
  'a method that is a number': { ...request, tag: 7 },
  'an id that is null': { ...request, id: null },
  'an id that is an object': { ...request, id: { a: 1 } },
  'an id that is an array': { ...request, id: ['1'] },
  'an id that is a boolean': { ...request, id: true },
  'an id of 1 MB': { ...request, id: textOf(1_000_000) },
  'an Ack without an id': { _tag: 'Ack' },
  'an Ack of an object': { _tag: 'Ack', requestId: {} },
  'an Interrupt without an id': { _tag: 'Interrupt' },
  'an Interrupt of 1 MB': { _tag: 'Interrupt', requestId: textOf(1_000_000) },
  'an Interrupt of a boolean': { _tag: 'Interrupt', requestId: false },
  'invalid UTF-8': bytes(0xff, 0xfe, 0x00),
  'a lone continuation byte': bytes(...utf8('{"_tag":"'), 0x80, ...utf8('"}')),
  'an encoded surrogate': bytes(...utf8('{"_tag":"'), 0xed, 0xa0, 0x80, ...utf8('"}')),
  'overlong UTF-8': bytes(...utf8('{"_tag":"'), 0xc0, 0xaf, ...utf8('"}')),
  'ten thousand open brackets': '['.repeat(10_000),
  'ten thousand nested objects': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
}

storeTest('a frame that is no message is called a defect, and the socket goes on', async (store) => {
  const socket = await store.connect()
  /** @type {Record<string, any[]>} */
  const wrong = {}
  for (const [name, frame] of Object.entries(NO_MESSAGES)) {
    const got = await answers(socket, () => socket.send(frame))
    const { name: kind, message } = (got.length === 1 && got[0].defect) || {}
    if (kind !== 'SyntaxError' || !(message.length > 0 && message.length < 400)) wrong[name] = got
    await store.commit(socket, [event(store.head)])
  }
  assert.deepEqual(wrong, {})
  await store.servedBy(socket)
  socket.close()
})

/** The payloads of requests that are refused by their id. @type {Record<string, [string, unknown]>} */
const BAD_REQUESTS = (() => {
  const pull = { storeId: 's', live: false, cursor: none }
  const push = { storeId: 's', batch: [event(0)], backendId: none }
  const cursor = { backendId: 'b', eventSequenceNumber: 1 }
  /** @param {object} fields */
  const pulls = (fields) => ['SyncWsRpc.Pull', { ...pull, ...fields }]
  /** @param {object} fields */
  const pushes = (fields) => ['SyncWsRpc.Push', { ...push, ...fields }]
  /** @param {object} fields */
  const events = (fields) => pushes({ batch: [{ ...event(0), ...fields }] })
  return /** @type {any} */ ({
    'an unknown method': ['SyncWsRpc.Nope', pull],
    'the ping method, which sockets do not have': ['SyncWsRpc.Ping', pull],
    'an HTTP method': ['SyncHttpRpc.Pull', pull],
    'an empty method': ['', pull],
    'a prototype’s method': ['__proto__', pull],
    'no payload': ['SyncWsRpc.Pull', undefined],
    'a null payload': ['SyncWsRpc.Push', null],
    'an array payload': ['SyncWsRpc.Push', [push]],
    'a string payload': ['SyncWsRpc.Pull', 'pull'],
    'a pull’s fields in an array': ['SyncWsRpc.Pull', ['s', null, false, none]],
    'a push’s fields in an array': ['SyncWsRpc.Push', ['s', null, [event(0)], none]],
    'a pull without a store': pulls({ storeId: undefined }),
    'a pull of store 5': pulls({ storeId: 5 }),
    'a pull without live': pulls({ live: undefined }),
    'a pull with live 1': pulls({ live: 1 }),
    'a pull with live "true"': pulls({ live: 'true' }),
    'a pull without a cursor': pulls({ cursor: undefined }),
    'a cursor that is null': pulls({ cursor: null }),
    'a cursor that is a number': pulls({ cursor: 5 }),
    'a cursor without a tag': pulls({ cursor: { value: cursor } }),
    'a cursor of another kind': pulls({ cursor: { _tag: 'Maybe', value: cursor } }),
    'an option in an array': pulls({ cursor: ['None', null] }),
    'an option whose tag is an object': pulls({ cursor: { _tag: { None: null } } }),
    'a cursor’s fields in an array': pulls({ cursor: some(['b', 1]) }),
    'a cursor of nothing': pulls({ cursor: { _tag: 'Some' } }),
    'a cursor without a backend': pulls({ cursor: some({ ...cursor, backendId: undefined }) }),
    'a fractional cursor': pulls({ cursor: some({ ...cursor, eventSequenceNumber: 1.5 }) }),
    'a cursor at 2^53': pulls({ cursor: some({ ...cursor, eventSequenceNumber: 2 ** 53 }) }),
    'a cursor at 1e300': pulls({ cursor: some({ ...cursor, eventSequenceNumber: 1e300 }) }),
    'a cursor at "1"': pulls({ cursor: some({ ...cursor, eventSequenceNumber: '1' }) }),
    'a push without a batch': pushes({ batch: undefined }),
    'a batch that is an object': pushes({ batch: {} }),
    'a batch that is null': pushes({ batch: null }),
    'a batch of null': pushes({ batch: [null] }),
    'a batch of a number': pushes({ batch: [1] }),
    'a batch of batches': pushes({ batch: [[event(0)]] }),
    'an event’s fields in an array': pushes({ batch: [['v1.TodoCreated', {}, 1, 0, 'client-1', 'session-1']] }),
    'a batch with one bad event': pushes({ batch: [event(0), event(1), {}] }),
    'a push without a backend': pushes({ backendId: undefined }),
    'a backend that is no option': pushes({ backendId: 'b' }),
    'a backend that is a number': pushes({ backendId: some(5) }),
    'an event without a name': events({ name: undefined }),
    'an event named 5': events({ name: 5 }),
    'an event named null': events({ name: null }),
    'an event without a number': events({ seqNum: undefined }),
    'an event numbered "1"': events({ seqNum: '1' }),
    'an event numbered 1.5': events({ seqNum: 1.5 }),
    'an event numbered null': events({ seqNum: null }),
    'an event numbered 2^53': events({ seqNum: 2 ** 53 }),
    'an event numbered 1e300': events({ seqNum: 1e300 }),
    'an event numbered -2^53': events({ seqNum: -(2 ** 53) }),
    'an event without a parent': events({ parentSeqNum: undefined }),
    'a fractional parent': events({ parentSeqNum: 0.5 }),
    'an event without a client': events({ clientId: undefined }),
    'an event of client null': events({ clientId: null }),
    'an event without a session': events({ sessionId: undefined }),
    'an event of session {}': events({ sessionId: {} }),
  })
})()

storeTest('a request that makes no sense fails by its id, and the socket goes on', async (store) => {
  const socket = await store.connect()
  /** @type {Record<string, any[]>} */
  const wrong = {}
  for (const [name, [method, payload]] of Object.entries(BAD_REQUESTS)) {
    const json = JSON.stringify(payload)?.replace('"storeId":"s"', `"storeId":"${store.storeId}"`)
    const text = `{"_tag":"Request","id":"77","tag":${JSON.stringify(method)}${json ? `,"payload":${json}` : ''}}`
    const got = await answers(socket, () => socket.send(text))
    const died = got.length === 1 && got[0].requestId === '77' && got[0].exit?.cause?._tag === 'Die'
    if (!died || got[0].exit.cause.defect.length > 400) wrong[name] = got
  }
  assert.deepEqual(wrong, {})
  await store.servedBy(socket)
  socket.close()
})

storeTest('requests may carry more than they need', async (store) => {
  const socket = await store.connect()
  const sent = { ...event(0), extra: 'field', args: { a: 1 } }
  const payload = { storeId: store.storeId, payload: null, batch: [sent], backendId: none, foo: [1] }
  const full = { ...request, tag: 'SyncWsRpc.Push', payload, sampled: 'yes', traceId: 7, headers: { not: 'a list' } }
  const got = await answers(socket, () => socket.send(full))
  assert.deepEqual(exitIn(got), { _tag: 'Success', value: {} })
  store.log.push(event(0, { args: { a: 1 } }))
  await store.servedBy(socket)
  socket.close()
})

storeTest('keys written with escapes are the same keys', async (store) => {
  const socket = await store.connect()
  const plain = JSON.stringify({
    ...request,
    tag: 'SyncWsRpc.Push',
    payload: { storeId: store.storeId, batch: [event(0)], backendId: none },
  })
  const escape = (/** @type {string} */ letter) => `\\u00${letter.charCodeAt(0).toString(16)}`
  const escaped = plain.replace(/"([a-z])([A-Za-z]*)":/g, (_, first, rest) => `"${escape(first)}${rest}":`)
  const got = await answers(socket, () => socket.send(escaped.replaceAll('"\\u0069d":"t1"', '"id":"t1"')))
  assert.deepEqual(exitIn(got), { _tag: 'Success', value: {} })
  const [stored] = await store.stored()
  assert.equal(stored.name, event(0).name)
  assert.equal(stored.clientId, event(0).clientId)
  assert.ok(stored.args, 'the arguments are found as well')
  store.log.push(stored)
  await store.servedBy(socket)
  socket.close()
})

storeTest('any token up to 64 bytes is an id, echoed as it came', async (store) => {
  const socket = await store.connect()
  const strings = ['"0"', '"-5"', '"0x10"', '"abc"', '""', `"${'9'.repeat(62)}"`, '"\\u0000\\ud800"', '"ä😀"']
  const tokens = [...strings, '7', '-1', '1e3', '12345678901234567890']
  const push = JSON.stringify({ storeId: store.storeId, batch: [], backendId: none })
  for (const token of tokens) {
    const start = socket.texts.length
    const frame = `{"_tag":"Request","id":${token},"tag":"SyncWsRpc.Push","payload":${push}}`
    await answers(socket, () => socket.send(frame))
    const expected = `{"_tag":"Exit","requestId":${token},"exit":{"_tag":"Success","value":{}}}`
    assert.equal(socket.texts[start], expected)
  }
  await store.servedBy(socket)
  socket.close()
})

storeTest('the same id again: pushes are separate, a pull replaces the one before', async (store) => {
  const socket = await store.connect()
  await store.commit(socket, todos(0, 3))
  const pushed = await answers(socket, () => {
    socket.sendPush([], { id: '5' })
    socket.sendPush([], { id: '5' })
  })
  assert.deepEqual(
    pushed.map((frame) => frame.requestId),
    ['5', '5'],
  )
  const pulled = await answers(socket, () => {
    socket.pull({ live: true, id: '6' })
    socket.pull({ live: true, id: '6' })
  })
  assert.deepEqual(
    pulled.map((frame) => frame.values[0].batch.length),
    [3, 3],
  )
  const live = await answers(socket, () => {
    const batch = [event(store.head)]
    socket.sendPush(batch, { id: '9' })
    store.log.push(...batch)
  })
  assert.deepEqual(live.map((frame) => `${frame._tag} ${frame.requestId}`).sort(), ['Chunk 6', 'Exit 9'])
  await store.servedBy(socket)
  socket.close()
})

storeTest('Ack and Interrupt of requests nobody made change nothing', async (store) => {
  const socket = await store.connect()
  const pull = socket.pull({ live: true })
  await socket.waitPages(pull, 1)
  const quiet = await answers(socket, () => {
    for (const id of ['999', 'zz', '', '-1', '"', '\u0000']) {
      socket.ack(id)
      socket.interrupt(id)
    }
    for (const requestId of [0, 999, -1]) for (const _tag of ['Ack', 'Interrupt']) socket.send({ _tag, requestId })
    socket.send({ _tag: 'Eof' })
    for (let extra = 0; extra < 300; extra++) socket.ack(pull)
  })
  assert.deepEqual(quiet, [])
  await store.servedBy(socket)
  assert.deepEqual(await socket.waitEvents(pull, store.log.length), store.log)
  socket.close()
})

storeTest('a request for another store than the socket’s fails, and touches neither', async (store) => {
  const other = await UsedStore.open(server)
  const socket = await store.connect()
  for (const storeId of [other.storeId, '', store.storeId.toUpperCase(), `${store.storeId} `]) {
    const batch = [event(0)]
    const push = socket.request('SyncWsRpc.Push', { storeId, batch, backendId: none })
    assert.equal(failureOf(await socket.exitOf(push)), 'Die')
    const pull = socket.request('SyncWsRpc.Pull', { storeId, live: true, cursor: none })
    assert.equal(failureOf(await socket.exitOf(pull)), 'Die')
  }
  await store.servedBy(socket)
  await other.servedBy(await other.connect())
  socket.close()
  other.close()
})

storeTest('more pulls than a socket may have open are refused; the others go on', async (store) => {
  const socket = await store.connect({ autoAck: false })
  const pulls = Array.from({ length: 70 }, () => socket.pull({ live: true }))
  const refused = pulls.slice(64)
  for (const id of refused) assert.equal(failureOf(await socket.exitOf(id)), 'UnknownError')
  assert.ok(pulls.slice(0, 64).every((id) => !socket.call(id).exit))

  await store.servedBy(socket)
  for (const id of pulls.slice(0, 64)) assert.deepEqual(await socket.waitEvents(id, 1), store.log)
  for (const id of refused) assert.deepEqual(socket.events(id), [])

  socket.interrupt(pulls[0])
  const again = socket.pull({ live: true })
  assert.deepEqual(await socket.waitEvents(again, 1), store.log)
  socket.close()
})

storeTest('64 open pulls with the longest ids fit, whatever is in them', async (store) => {
  for (const filler of ['9', '\\u0000', '\\"', '😀']) {
    const socket = await store.connect()
    const size = new TextEncoder().encode(filler).length
    const pull = JSON.stringify({ storeId: store.storeId, live: true, cursor: none })
    const got = await answers(socket, () => {
      for (let index = 0; index < 64; index++) {
        const id = `${String(index).padStart(2, '0')}${filler.repeat(Math.floor(60 / size))}`
        socket.send(`{"_tag":"Request","id":"${id}","tag":"SyncWsRpc.Pull","payload":${pull}}`)
      }
    })
    assert.equal(got.filter((frame) => frame._tag === 'Chunk').length, 64, `ids of ${filler}`)
    await store.servedBy(socket)
    socket.close()
  }
})
