/** Events at the edges of what can be stored: kept exactly, or refused without a trace. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { none, SyncSocket } from '../harness/socket.mjs'
import { eventually } from '../harness/wait.mjs'
import { answers, exitIn, failureOf, UsedStore } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** @param {string} name @param {(store: UsedStore, socket: SyncSocket) => Promise<void>} body */
const storeTest = (name, body) =>
  test(name, { timeout: 30_000 }, async () => {
    const store = await UsedStore.open(server)
    const socket = await store.connect()
    // A client that has pulled, so that a stale push is answered.
    await socket.pullAll()
    try {
      await body(store, socket)
      await store.servedBy(socket)
    } finally {
      socket.close()
      store.close()
    }
  })

/** Returns the error with which the backend refuses a push. @param {SyncSocket} socket @param {any[]} batch */
const refusal = async (socket, batch) => failureOf(await socket.push(batch))

const MAX = Number.MAX_SAFE_INTEGER

storeTest('a batch has to ascend from the head on', async (store, socket) => {
  await store.commit(socket, todos(0, 5))
  const ahead = { _tag: 'ServerAheadError', minimumExpectedNum: 5 }
  for (const [numbers, expected] of /** @type {[[number, number][], any][]} */ ([
    [[[6, 4]], { ...ahead, providedNum: 4 }],
    [[[6, 6]], { ...ahead, providedNum: 6 }],
    [[[7, 6]], { ...ahead, providedNum: 6 }],
    [[[5, 5]], { ...ahead, providedNum: 5 }],
    [[[3, 5]], { ...ahead, providedNum: 5 }],
    [[[0, 5]], { ...ahead, providedNum: 5 }],
    [[[-1, 5]], { ...ahead, providedNum: 5 }],
    [[[-MAX, -MAX]], { ...ahead, providedNum: -MAX }],
    [[[MAX, MAX]], { ...ahead, providedNum: MAX }],
  ])) {
    const exit = await socket.push(numbers.map(([seqNum, parent]) => event(parent, { seqNum })))
    assert.deepEqual(/** @type {any} */ (exit).cause, { _tag: 'Fail', error: expected }, JSON.stringify(numbers))
  }
  for (const numbers of [
    [20, 17],
    [6, 6],
    [6, 7, 7],
    [6, 7, 5],
    [6, -7],
    [10, 9, 8],
    [MAX, 6],
  ]) {
    const batch = numbers.map((seqNum, index) => event(index === 0 ? 5 : numbers[index - 1], { seqNum }))
    assert.equal(await refusal(socket, batch), 'Die', JSON.stringify(numbers))
  }
  assert.deepEqual(await store.stored(), store.log)
})

storeTest('fifteen events of which one repeats leave nothing behind', async (store, socket) => {
  const batch = todos(0, 15)
  batch[14] = event(13, { seqNum: 14 })
  assert.equal(await refusal(socket, batch), 'Die')
  assert.deepEqual(await store.stored(), [])
  await store.commit(socket, todos(0, 1))
})

storeTest('gaps and foreign parents inside a batch are the clients’ business', async (store, socket) => {
  await store.commit(socket, [event(0, { seqNum: 100 }), event(3, { seqNum: 205 }), event(MAX, { seqNum: 206 })])
})

test('a log may end at the largest number there is', { timeout: 20_000 }, async () => {
  const store = await UsedStore.open(server)
  const socket = await store.connect()
  await store.commit(socket, [event(0, { seqNum: MAX - 1 })])
  await store.commit(socket, [event(MAX - 1)])
  assert.equal(await refusal(socket, [event(MAX)]), 'Die')
  await store.complete()
  socket.close()
  store.close()
})

storeTest('negative numbers are no way around the head', async (store, socket) => {
  assert.equal(await refusal(socket, [event(-1, { seqNum: 0 })]), 'ServerAheadError')
  assert.equal(await refusal(socket, [event(0, { seqNum: -5 })]), 'ServerAheadError')
})

storeTest('250 events in one push arrive in chunks of 100', async (store, socket) => {
  await store.commit(socket, todos(0, 250))
  await store.complete()
  const chunks = store.bystander.pages(store.pull).slice(1)
  assert.deepEqual(
    chunks.map((page) => page.batch.length),
    [100, 100, 50],
  )
})

storeTest('events up to the limit are stored and travel alone', async (store, socket) => {
  const sizes = [890_000, 899_900, 900_000, 950_000, 1_048_576, 1_500_000, 1_899_000]
  for (const size of sizes) {
    const batch = [event(store.head), event(store.head + 1, { args: { text: textOf(size) } }), event(store.head + 2)]
    await store.commit(socket, batch)
  }
  await store.complete()
  for (const pages of [await socket.pullAll(), store.bystander.pages(store.pull)]) {
    for (const { batch } of pages) {
      const bytes = batch.reduce((sum, item) => sum + JSON.stringify(item).length, 0)
      assert.ok(batch.length === 1 || bytes <= 900_000, `${batch.length} events of ${bytes} bytes`)
    }
  }
})

storeTest('events above the limit are refused, with their number', async (store, socket) => {
  for (const size of [1_900_001, 2_000_000, 2_097_152, 3_000_000]) {
    const big = event(store.head + 1, { args: { text: textOf(size) } })
    const exit = /** @type {any} */ (await socket.push([event(store.head), big]))
    assert.equal(failureOf(exit), 'UnknownError', `${size}`)
    assert.equal(exit.cause.error.cause.name, 'OversizeChunkItemError')
    assert.match(exit.cause.error.cause.message, new RegExp(`event ${big.seqNum}\\b`))
    await store.commit(socket, [event(store.head)])
  }
})

storeTest('a stale push is answered as such, however large it is', async (store, socket) => {
  await store.commit(socket, todos(0, 60))
  for (const size of [1_899_000, 1_900_001, 2_097_152, 3_000_000]) {
    const args = { text: textOf(size) }
    for (const batch of [[event(1, { args })], [event(1), event(2, { args })], [event(1, { args }), event(2)]]) {
      assert.equal(failureOf(await socket.push(batch)), 'ServerAheadError', `${size}`)
    }
    assert.equal(failureOf(await socket.push([event(1, { name: textOf(size) })])), 'ServerAheadError', `${size}`)
  }
  const large = todos(1, 50, { text: textOf(100_000) })
  assert.equal(failureOf(await socket.push(large)), 'ServerAheadError', 'small events, 5 MB of them')
})

storeTest('sizes count in bytes: a name, ids and text beyond ASCII', async (store, socket) => {
  for (const unit of ['ä', '€', '😀']) {
    const count = Math.floor(900_000 / new TextEncoder().encode(unit).length)
    await store.commit(socket, [event(store.head, { args: { text: unit.repeat(count) } })])
  }
  await store.commit(socket, [event(store.head, { name: 'n'.repeat(100_000), clientId: 'ä'.repeat(50_000) })])
  await store.commit(socket, [event(store.head, { name: '\u0001'.repeat(200_000) })])
  const tooLong = event(store.head, { sessionId: '\u0001'.repeat(400_000) })
  assert.equal(await refusal(socket, [tooLong]), 'UnknownError')
})

storeTest('a push of 5 MB is stored whole', async (store, socket) => {
  const { log } = store
  await store.commit(socket, todos(0, 50, { text: textOf(100_000) }))
  assert.equal(log.length, 50)
})

storeTest('a frame beyond what the platform takes costs only its sender', async (store, socket) => {
  const flood = await store.connect()
  flood.sendPush([event(0, { args: { text: textOf(40_000_000) } })])
  // The platform says 1009 at once; the rest of the handshake is its own affair.
  await eventually(() => flood.socket.readyState !== WebSocket.OPEN, 'the platform closes the socket')
  assert.deepEqual(flood.frames, [])
  await store.servedBy(socket)
})

const CONTROLS = String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code), 127, 128, 159, 0x2028, 0x2029)
const HOSTILE = {
  NUL: 'a\0b',
  'only NUL': '\0',
  'all control characters': CONTROLS,
  quotes: `"'\`\\`,
  SQL: `'); DROP TABLE context_7; --`,
  percent: '%s %00 %n ?1 :a $b',
  'other planes': '😀𐍈\u{10ffff}',
  noncharacters: '\ufffe\uffff\ufffd\ufeff',
  'combining marks': 'e\u0301 \u202e abc',
  empty: '',
}

storeTest('any string there is, in every place', async (store, socket) => {
  for (const text of Object.values(HOSTILE)) {
    await store.commit(socket, [
      event(store.head, { name: text, clientId: text, sessionId: text, args: { [text]: text, list: [{ text }] } }),
    ])
    await store.commit(socket, [event(store.head, { args: text })])
  }
  await store.complete()
})

storeTest('strings that are no Unicode are refused where they would have to be read', async (store, socket) => {
  for (const field of ['name', 'clientId', 'sessionId']) {
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
      assert.equal(await refusal(socket, [event(store.head, { [field]: text })]), 'Die', field)
    }
  }
})

/** Arguments as text: they come back as the JSON they were. */
const ARGS = {
  'lone surrogates': '["\\ud800","x\\udfffy","\\udc00\\ud800"]',
  'a large exponent': '1e21',
  'exponents of all spellings': '[1E5,1e+5,1E-5,1.50,0.0,-0.0,100e-2]',
  'an integer beyond 2^53': '[9007199254740993,-9007199254740993,18446744073709551616]',
  'a hundred digits': '9'.repeat(100),
  'a number beyond doubles': '[1e400,-1e400,1e-400]',
  'a negative zero': '-0',
  null: 'null',
  false: 'false',
  'an empty string': '""',
  'an empty object': '{}',
  'an empty array': '[]',
  'duplicate keys': '{"a":1,"a":2,"b":{"c":3,"c":4}}',
  'a prototype': '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":null}',
  'numeric keys out of order': '{"10":1,"9":2,"b":1,"a":2}',
  'an empty key': '{"":{"":[""]}}',
  'the keys of an event': '{"name":"x","seqNum":99,"args":{"args":1},"payload":{"batch":[]}}',
  'escapes of all kinds': '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\ud83d\\ude00"',
  'a hundred levels': `${'['.repeat(100)}1${']'.repeat(100)}`,
  'a hundred levels of objects': `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
}

storeTest('arguments come back as the text they were, live and later', async (store, socket) => {
  for (const [name, args] of Object.entries(ARGS)) {
    const item = event(store.head, { args: 'ARGS' })
    const payload = { storeId: store.storeId, batch: [item], backendId: none }
    const frame = JSON.stringify({ _tag: 'Request', id: 'args', tag: 'SyncWsRpc.Push', payload })
    const got = await answers(socket, () => socket.send(frame.replace('"ARGS"', args)))
    assert.equal(exitIn(got)._tag, 'Success', `${name}: ${JSON.stringify(got)}`)
    store.log.push({ ...item, args: JSON.parse(args) })
    await store.complete()

    const kept = `"args":${args},"seqNum":${item.seqNum}`
    assert.ok(
      store.bystander.texts.some((text) => text.includes(kept)),
      `${name}, live`,
    )
    const reader = await store.connect()
    await reader.pullAll()
    assert.ok(
      reader.texts.some((text) => text.includes(kept)),
      `${name}, later`,
    )
    reader.close()
  }
})

storeTest('an event with no arguments stays without', async (store, socket) => {
  const { args, ...bare } = event(0)
  assert.ok(args)
  await store.commit(socket, [/** @type {any} */ (bare)])
})

// Compared as text: values this deep are more than a comparison's stack can take.
test('arguments nested as deep as you like are kept', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const socket = await SyncSocket.connect(server, storeId)
  const live = socket.pull({ live: true })
  await socket.waitPages(live, 1)
  let head = 0
  for (const depth of [500, 995, 1_000, 2_000, 5_000]) {
    const args = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const payload = { storeId, batch: [event(head, { args: 'ARGS' })], backendId: none }
    const frame = JSON.stringify({ _tag: 'Request', id: `${depth}`, tag: 'SyncWsRpc.Push', payload })
    const got = await answers(socket, () => socket.send(frame.replace('"ARGS"', args)))
    assert.equal(got.find((one) => one._tag === 'Exit')?.exit._tag, 'Success', `at depth ${depth}`)
    head += 1
    const kept = `"args":${args},"seqNum":${head}`
    assert.ok(
      socket.texts.some((text) => text.includes(kept)),
      `${depth}, live`,
    )
    const reader = await SyncSocket.connect(server, storeId)
    await reader.pullAll()
    assert.ok(
      reader.texts.some((text) => text.includes(kept)),
      `${depth}, later`,
    )
    reader.close()
  }
  socket.close()
})
