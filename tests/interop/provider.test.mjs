/** The properties LiveStore asks of every sync provider, through the official sync client. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Cause, Chunk, Deferred, Effect, Exit, Option, Stream, SubscriptionRef } from 'effect'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { event, textOf, todoCreated, todos } from '../harness/events.mjs'
import { eventsOf, livePull, provider, pullItems, runEffect } from '../harness/provider.mjs'
import { pause } from '../harness/wait.mjs'

/** @typedef {import('../harness/events.mjs').Event} Event */

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

const EMPTY = { batch: [], pageInfo: { _tag: 'NoMore' } }

/** @param {Event[]} events @param {number} size */
const slices = (events, size) =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, index) => events.slice(index * size, (index + 1) * size))

/** @param {import('../harness/provider.mjs').Provider} client @param {Event[]} events @param {number} size */
const pushAll = (client, events, size) =>
  Effect.forEach(slices(events, size), (batch) => client.push(/** @type {any} */ (batch)), { discard: true })

/** All pages but the last announce more, the last one does not. @param {any[]} items */
const assertPaged = (items) => {
  assert.equal(items.at(-1).pageInfo._tag, 'NoMore')
  for (const item of items.slice(0, -1)) assert.notEqual(item.batch.length, 0)
}

/** @typedef {import('../harness/provider.mjs').Provider} Provider */
/** @typedef {import('../harness/provider.mjs').Transport} Transport */

/**
 * A property of one fresh client on a fresh store, over every transport.
 *
 * @param {string} name
 * @param {(client: Provider, storeId: string, transport: Transport) => Generator<any, void, any>} body
 * @param {number} [limit]
 */
const property = (name, body, limit = 10_000) => {
  for (const transport of /** @type {Transport[]} */ (['ws', 'http'])) {
    test(`${transport}: ${name}`, { timeout: limit + 5_000 }, () => {
      const storeId = freshStoreId()
      return runEffect(function* () {
        yield* body(yield* provider(server, storeId, transport), storeId, transport)
      }, limit)
    })
  }
}

property('connects', function* (client) {
  assert.equal(yield* SubscriptionRef.get(client.isConnected), true)
  assert.deepEqual(client.supports, { pullPageInfoKnown: true, pullLive: true })
})

property('a pull of an empty store is exactly one empty page', function* (client) {
  assert.deepEqual(yield* pullItems(client), [EMPTY])
})

property('a live pull of an empty store begins with one empty page', function* (client) {
  const first = yield* livePull(client).pipe(Stream.take(1), Stream.runCollect)
  assert.deepEqual(Chunk.toArray(first), [EMPTY])
})

property('what is pushed is pulled', function* (client) {
  const events = todos(0, 3)
  yield* client.push(/** @type {any} */ (events))
  const items = yield* pullItems(client)
  assert.deepEqual(eventsOf(items), events)
  assertPaged(items)
  const { metadata } = items[0].batch[0]
  assert.equal(new Date(Option.getOrThrow(metadata).createdAt).toISOString(), Option.getOrThrow(metadata).createdAt)
})

property('arguments come back as they were', function* (client) {
  const args = [
    { text: 'äöü €  𝄞 \u0000 \\ "quoted" \ud800', nested: { list: [1, [2, [null]]], empty: {} } },
    { numbers: [0, -1, 0.1, 1e21, 1e-7, 2 ** 53 - 1, -1.5e300] },
    ['a list'],
    'a string',
    0,
    false,
    null,
  ]
  const events = args.map((value, index) => event(index, { args: value }))
  yield* client.push(/** @type {any} */ (events))
  assert.deepEqual(eventsOf(yield* pullItems(client)), events)
})

property('a live pull survives idling and gets the next event', function* (client) {
  const events = todos(0, 1)
  const idle = yield* Deferred.make()
  const received = yield* livePull(client).pipe(
    Stream.tap((item) => (item.batch.length === 0 ? Deferred.succeed(idle, undefined) : Effect.void)),
    Stream.filter((item) => item.batch.length > 0),
    Stream.take(1),
    Stream.runCollect,
    Effect.fork,
  )
  yield* Deferred.await(idle)
  yield* Effect.promise(() => pause(800))
  yield* client.push(/** @type {any} */ (events))
  const items = Chunk.toArray(yield* received)
  assert.deepEqual(eventsOf(items), events)
  assert.equal(items[0].pageInfo._tag, 'NoMore')
})

property('a pull resumes after its cursor', function* (client) {
  const events = todos(0, 7)
  yield* client.push(/** @type {any} */ (events))
  yield* pullItems(client)
  assert.deepEqual(eventsOf(yield* pullItems(client, 4)), events.slice(4))
  assert.deepEqual(yield* pullItems(client, 7), [EMPTY])
})

property('a live pull resumes after its cursor and goes on', function* (client) {
  const events = todos(0, 5)
  yield* client.push(/** @type {any} */ (events.slice(0, 3)))
  yield* pullItems(client)
  const received = yield* livePull(client, 2).pipe(
    Stream.mapConcat((item) => item.batch),
    Stream.take(3),
    Stream.runCollect,
    Effect.fork,
  )
  yield* client.push(/** @type {any} */ (events.slice(3)))
  const got = Chunk.toArray(yield* received).map((item) => item.eventEncoded)
  assert.deepEqual(got, events.slice(2))
})

property(
  '60 events of 120 kB come back',
  function* (client) {
    const events = todos(0, 60, { text: textOf(120_000) })
    yield* pushAll(client, events, 6)
    const items = yield* pullItems(client)
    assert.deepEqual(eventsOf(items), events)
    assertPaged(items)
    assert.ok(items.length > 1)
  },
  20_000,
)

property(
  '1,800 events of 1 kB come back in pages',
  function* (client) {
    const events = todos(0, 1_800, { text: textOf(1_000) })
    yield* pushAll(client, events, 90)
    const items = yield* pullItems(client)
    assert.deepEqual(eventsOf(items), events)
    assertPaged(items)
    assert.ok(items.filter((item) => item.batch.length > 0).length > 1)
  },
  30_000,
)

property('remaining counts down to the last page', function* (client) {
  yield* pushAll(client, todos(0, 450), 90)
  let left = 450
  for (const item of yield* pullItems(client)) {
    left -= item.batch.length
    if (item.pageInfo._tag === 'MoreKnown') assert.equal(item.pageInfo.remaining, left)
  }
  assert.equal(left, 0)
})

property('a first event may have any sequence number', function* (client) {
  const events = [event(0, { seqNum: 100 }), ...todos(100, 9)]
  yield* client.push(/** @type {any} */ (events))
  const [item] = Chunk.toArray(yield* livePull(client).pipe(Stream.take(1), Stream.runCollect))
  assert.deepEqual(eventsOf([item]), events)
})

property(
  '10,000 events from sequence number 20000',
  function* (client) {
    const events = [event(0, { seqNum: 20_000 }), ...todos(20_000, 9_999)]
    yield* pushAll(client, events, 100)
    const items = yield* pullItems(client)
    assert.deepEqual(eventsOf(items), events)
    assertPaged(items)
    assert.deepEqual(eventsOf(yield* pullItems(client, 25_000)), events.slice(5_001))
  },
  60_000,
)

property('of 8 pushes with the same parent exactly one succeeds', function* (_, storeId, transport) {
  const clients = yield* Effect.all(
    Array.from({ length: 8 }, () => provider(server, storeId, transport)),
    { concurrency: 'unbounded' },
  )
  const exits = yield* Effect.forEach(
    clients,
    (client, index) => {
      const own = event(0, { ...todoCreated(`from ${index}`), clientId: `c${index}` })
      return Effect.exit(client.push(/** @type {any} */ ([own])))
    },
    { concurrency: 'unbounded' },
  )
  const failures = exits.filter(Exit.isFailure)
  assert.equal(failures.length, 7)
  for (const exit of failures) {
    const error = Option.getOrThrow(Cause.failureOption(exit.cause))
    assert.equal(error._tag, 'ServerAheadError')
    assert.equal(error.minimumExpectedNum, 1)
    assert.equal(error.providedNum, 0)
  }
  const winner = exits.findIndex(Exit.isSuccess)
  assert.deepEqual(
    eventsOf(yield* pullItems(clients[0])).map((stored) => stored.clientId),
    [`c${winner}`],
  )
})

property('a push behind the head says so and changes nothing', function* (client) {
  yield* client.push(/** @type {any} */ (todos(0, 3)))
  const error = yield* Effect.flip(client.push(/** @type {any} */ (todos(1, 3))))
  assert.equal(error._tag, 'ServerAheadError')
  assert.equal(eventsOf(yield* pullItems(client)).length, 3)
})
