/** Clients of both generations at one backend, over every transport. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Effect, Fiber } from 'effect4'

import { BACKEND, freshStoreId } from '../harness/backend.mjs'
import { ClientObject, startClientObjects } from '../harness/client-objects.mjs'
import { withEffect4 } from '../harness/effect4.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { eventually } from '../harness/wait.mjs'

/** @typedef {import('../harness/effect4.mjs').Effect4Client} Client */

// The official backend serves the generation that it belongs to.
const options = { skip: BACKEND === 'official' && 'serves clients of 0.4.0 only' }

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  if (!options.skip) server = await startClientObjects()
})
after(() => server?.stop())

/** @param {string} storeId */
const objectOf = (storeId) => new ClientObject(server, 'RPC_OBJECT', `${storeId}-client`)

/** @param {{ value: any[] }} pulled */
const eventsOf = ({ value }) => value.flatMap((page) => page.batch).map((item) => item.eventEncoded)

/** @param {any} page @returns {{ backendId: string }} */
const firstPage = ({ value: [page] }) => page

/**
 * @param {string} name
 * @param {(client: Client, storeId: string) => Generator<any, void, any>} body
 */
const overAll = (name, body) => {
  for (const transport of /** @type {const} */ (['ws', 'http', 'rpc'])) {
    test(`${transport}: ${name}`, options, () => {
      const storeId = freshStoreId()
      return withEffect4({ transport, server, object: objectOf(storeId) }, storeId, (client) => body(client, storeId))
    })
  }
}

overAll('what is pushed is pulled, also by a client of 0.4.0', function* (client, storeId) {
  const { backendId } = firstPage(yield* client.pull())
  const log = todos(0, 150)
  assert.deepEqual(yield* client.push(log, backendId), { value: {} })
  const pulled = yield* client.pull()
  assert.deepEqual(eventsOf(pulled), log)
  assert.deepEqual(
    pulled.value.map((/** @type {any} */ { pageInfo }) => pageInfo),
    [{ _tag: 'MoreKnown', remaining: 50 }, { _tag: 'NoMore' }],
  )
  assert.deepEqual(eventsOf(yield* client.pull({ backendId, eventSequenceNumber: 149 })), [log[149]])

  const pages = yield* Effect.promise(async () => {
    const socket = await SyncSocket.connect(server, storeId)
    const pages = await socket.pullAll()
    socket.close()
    return pages
  })
  assert.deepEqual(
    pages.flatMap((page) => page.batch.map((item) => item.eventEncoded)),
    log,
  )
})

overAll('every failure is the one that it is', function* (client) {
  const { backendId } = firstPage(yield* client.pull())
  yield* client.push([event(0)], backendId)
  const { error: ahead } = yield* client.push([event(4)], backendId)
  assert.deepEqual(ahead, { _tag: 'ServerAheadError', minimumExpectedNum: 1, providedNum: 4 })
  const mismatch = { _tag: 'BackendIdMismatchError', expected: backendId, received: 'other' }
  assert.deepEqual((yield* client.push([event(1)], 'other')).error, mismatch)
  assert.deepEqual((yield* client.pull({ backendId: 'other', eventSequenceNumber: 1 })).error, mismatch)
  const { error: unknown } = yield* client.push([event(1, { args: textOf(1_900_000) })], backendId)
  assert.equal(unknown._tag, 'UnknownError')
  assert.equal(unknown.cause.name, 'OversizeChunkItemError')
  const { defect } = yield* client.push([event(1)], backendId, { storeId: 'another store' })
  assert.match(String(defect), /another store/)
  assert.deepEqual(yield* client.push([event(1)], backendId), { value: {} })
})

for (const transport of /** @type {const} */ (['http', 'rpc'])) {
  test(`${transport}: a ping is answered`, options, () => {
    const storeId = freshStoreId()
    return withEffect4({ transport, server, object: objectOf(storeId) }, storeId, function* (client) {
      const pong = transport === 'rpc' ? undefined : { _tag: 'SyncMessage.Pong' }
      assert.deepEqual(yield* client.ping(), { value: pong })
    })
  })
}

test('ws: a live pull goes on', options, () => {
  const storeId = freshStoreId()
  return withEffect4({ transport: 'ws', server }, storeId, function* (client) {
    const log = todos(0, 30)
    const { backendId } = firstPage(yield* client.pull())
    yield* client.push(log.slice(0, 10), backendId)
    const live = yield* Effect.forkChild(client.live(30))
    yield* client.push(log.slice(10, 20), backendId)
    yield* client.push(log.slice(20), backendId)
    const { value } = yield* Fiber.join(live)
    assert.deepEqual(
      value.map((/** @type {any} */ item) => item.eventEncoded),
      log,
    )
  })
})

test('rpc: an object is called with bytes until it unsubscribes', options, () => {
  const storeId = freshStoreId()
  const object = objectOf(storeId)
  return withEffect4({ transport: 'rpc', server, object }, storeId, function* (client) {
    const { callerContext } = yield* Effect.promise(() => object.call('context'))
    const [{ backendId, rpcRequestId }] = (yield* client.subscribe(callerContext)).value
    yield* client.push([event(0)], backendId)
    const [[chunk, store]] = yield* Effect.promise(() =>
      eventually(async () => {
        const calls = await object.call('calls')
        return calls.length > 0 && calls
      }, 'the object is called'),
    )
    assert.equal(store, storeId)
    const { _tag, requestId, values } = chunk.$msgpack
    assert.deepEqual([_tag, requestId], ['Chunk', rpcRequestId])
    assert.deepEqual(
      values[0].batch.map((/** @type {any} */ item) => item.eventEncoded),
      [event(0)],
    )

    // A call is made within milliseconds now: that none comes is seen once another object was called.
    assert.deepEqual(yield* client.unsubscribe(callerContext.durableObjectId, 'another pull'), { value: undefined })
    yield* client.push([event(1)], backendId)
    yield* Effect.promise(() =>
      eventually(async () => (await object.call('calls')).length === 2, 'the object is called again'),
    )
    assert.deepEqual(yield* client.unsubscribe(callerContext.durableObjectId, rpcRequestId), { value: undefined })
    const witness = new ClientObject(server, 'RPC_OBJECT', `${storeId}-witness`)
    const { callerContext: other } = yield* Effect.promise(() => witness.call('context'))
    yield* client.subscribe(other)
    yield* client.push([event(2)], backendId)
    yield* Effect.promise(() =>
      eventually(async () => (await witness.call('calls')).length > 0, 'the other object is called'),
    )
    assert.equal((yield* Effect.promise(() => object.call('calls'))).length, 2)
  })
})
