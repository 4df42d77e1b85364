/** Failures in the middle of a push or a pull, and how clients of each generation get over them by themselves. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { Effect, Fiber } from 'effect4'

import { freshStoreId } from '../harness/backend.mjs'
import { withEffect4 } from '../harness/effect4.mjs'
import { event } from '../harness/events.mjs'
import { openClient } from '../harness/livestore.mjs'
import { assertUnbroken, createdIds, serverLog } from '../harness/log.mjs'
import { Moods } from '../harness/mood.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { rustWorker } from '../harness/rust.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { eventually } from '../harness/wait.mjs'
import { startWorkerd } from '../harness/workerd.mjs'
import { assertConverged } from './support.mjs'

/** @typedef {import('../harness/provider.mjs').Transport} Transport */

/** @type {import('../harness/workerd.mjs').Workerd} */
let server
/** @type {Moods} */
let moods
/** @type {(() => unknown)[]} */
const opened = []

before(async () => {
  server = await startWorkerd(rustWorker('test-sync', { objects: [{ binding: 'WAVERING', className: 'Wavering' }] }))
  moods = new Moods(server)
})
afterEach(async () => {
  await moods.become('calm')
  for (const close of opened.splice(0).reverse()) await close()
})
after(() => server?.stop())

/** @param {{ storeId: string, clientId: string, transport?: Transport, url?: string }} options */
const client = async ({ url = server.url, ...options }) => {
  const store = await openClient({ ...options, url: `${url}/moody/` })
  opened.push(() => store.close())
  return store
}

/** @param {string} storeId @param {string[]} ids */
const stored = (storeId, ids) =>
  eventually(
    async () => String(createdIds(await serverLog(moods.backend, storeId))) === String(ids),
    `${ids} are stored`,
  )

const TRANSPORTS = /** @type {const} */ (['ws', 'http'])

for (const transport of TRANSPORTS) {
  test(`${transport}: a store of 0.4.0 pushes again what was refused`, { timeout: 30_000 }, async () => {
    const storeId = freshStoreId()
    const anna = await client({ storeId, clientId: 'anna', transport })
    anna.create('a1')
    await anna.confirmed(1)
    await moods.become('refusing')
    anna.create('a2')
    await moods.asked(1)
    await stored(storeId, ['a1'])
    await moods.become('calm')
    await stored(storeId, ['a1', 'a2'])
  })

  test(`${transport}: stores of 0.4.0 go on when hooks can judge again`, { timeout: 30_000 }, async () => {
    const storeId = freshStoreId()
    const [anna, ben] = await Promise.all(['anna', 'ben'].map((clientId) => client({ storeId, clientId, transport })))
    anna.create('a1')
    await Promise.all([anna, ben].map((store) => store.confirmed(1)))
    await moods.become('failing')
    anna.create('a2')
    // Over HTTP both ask for events again and again, and over a socket who pushes does.
    await moods.asked(2)
    ben.create('b1')
    await moods.become('calm')
    await assertConverged(moods.backend, storeId, [anna, ben], 3)
  })

  test(`${transport}: a later client waits until hooks can judge again`, { timeout: 30_000 }, async () => {
    const storeId = freshStoreId()
    await withEffect4({ transport, server: moods.backend }, storeId, function* (later) {
      const [{ backendId }] = (yield* later.pull()).value
      yield* Effect.promise(() => moods.become('failing'))
      const push = yield* Effect.forkChild(later.push([event(0)], backendId))
      yield* Effect.promise(() => moods.asked(2))
      const pull = yield* Effect.forkChild(later.pull({ backendId, eventSequenceNumber: 0 }))
      yield* Effect.promise(() => moods.asked(4))
      yield* Effect.promise(() => moods.become('calm'))
      assert.deepEqual(yield* Fiber.join(push), { value: {} })
      const { value: pages } = yield* Fiber.join(pull)
      const last = pages.at(-1)
      assert.equal(last.pageInfo._tag, 'NoMore')
    })
    assert.equal((await serverLog(moods.backend, storeId)).length, 1)
  })

  test(`${transport}: a later client is told what was refused, and why`, { timeout: 30_000 }, async () => {
    const storeId = freshStoreId()
    await withEffect4({ transport, server: moods.backend }, storeId, function* (later) {
      const [{ backendId }] = (yield* later.pull()).value
      yield* Effect.promise(() => moods.become('refusing'))
      const { error } = yield* later.push([event(0)], backendId)
      assert.equal(error._tag, 'UnknownError')
      assert.equal(error.cause.message, 'not allowed')
      yield* Effect.promise(() => moods.become('calm'))
      assert.deepEqual(yield* later.push([event(0)], backendId), { value: {} })
    })
  })
}

test('stores of 0.4.0 converge when a socket breaks in the middle of a push', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const proxy = await startProxy(server)
  opened.push(() => proxy.stop())
  const anna = await client({ storeId, clientId: 'anna', url: proxy.url })
  const ben = await client({ storeId, clientId: 'ben' })
  anna.create('a1')
  await Promise.all([anna, ben].map((store) => store.confirmed(1)))
  await moods.become('waiting')
  anna.create('a2')
  await moods.asked(1)
  proxy.drop()
  await moods.become('calm')
  ben.create('b1')
  const log = await assertConverged(moods.backend, storeId, [anna, ben], 3)
  assert.equal(new Set(createdIds(log)).size, 3)
})

test(
  'a push of a later client whose socket broke is stored once when it comes again',
  { timeout: 30_000 },
  async () => {
    const storeId = freshStoreId()
    const proxy = await startProxy(server)
    opened.push(() => proxy.stop())
    const through = { url: `${proxy.url}/moody` }
    let backendId = ''
    await withEffect4({ transport: 'ws', server: through }, storeId, function* (later) {
      backendId = (yield* later.pull()).value[0].backendId
      yield* Effect.promise(() => moods.become('waiting'))
      const push = yield* Effect.forkChild(later.push([event(0)], backendId))
      yield* Effect.promise(() => moods.asked(1))
      proxy.drop()
      // LiveStore makes an `UnknownError` of it.
      const { error } = yield* Fiber.join(push)
      assert.equal(error._tag, 'RpcClientError')
    })
    await moods.become('calm')
    await withEffect4({ transport: 'ws', server: through }, storeId, function* (later) {
      yield* later.pull()
      assert.deepEqual(yield* later.push([event(0)], backendId), { value: {} })
    })
    const log = await serverLog(moods.backend, storeId)
    assert.equal(log.length, 1)
    assertUnbroken(log)
  },
)

test('stores of 0.4.0 converge when the object crashes in the middle of a push', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben] = await Promise.all(['anna', 'ben'].map((clientId) => client({ storeId, clientId })))
  anna.create('a1')
  await Promise.all([anna, ben].map((store) => store.confirmed(1)))
  await moods.become('crashing')
  anna.create('a2')
  await Promise.all([anna, ben].map((store) => store.confirmed(2)))
  ben.create('b1')
  await assertConverged(moods.backend, storeId, [anna, ben], 3)
})

test('a store of 0.4.0 pulls again when the object crashes in the middle of a pull', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const anna = await client({ storeId, clientId: 'anna' })
  anna.create('a1')
  await anna.confirmed(1)
  await moods.become('crashing')
  const ben = await client({ storeId, clientId: 'ben' })
  await ben.confirmed(1)
  ben.create('b1')
  await assertConverged(moods.backend, storeId, [anna, ben], 2)
})

test(
  'a later client is told that the object has crashed, and its socket and its pull go on',
  { timeout: 30_000 },
  async () => {
    const storeId = freshStoreId()
    await withEffect4({ transport: 'ws', server: moods.backend }, storeId, function* (later) {
      const [{ backendId }] = (yield* later.pull()).value
      yield* Effect.promise(() => moods.become('calm'))
      const live = yield* Effect.forkChild(later.live(1))
      yield* Effect.promise(() => moods.asked(1))
      yield* Effect.promise(() => moods.become('crashing'))
      const { error } = yield* later.push([event(0)], backendId)
      assert.equal(error._tag, 'UnknownError')
      assert.equal(error.cause.name, 'ObjectCrashed')
      assert.deepEqual(yield* later.push([event(0)], backendId), { value: {} })
      const { value: events } = yield* Fiber.join(live)
      assert.deepEqual(
        events.map((/** @type {any} */ item) => item.eventEncoded),
        [event(0)],
      )
    })
  },
)

test('a pull during which the object crashes is closed', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const [pulling, idle] = await Promise.all([1, 2].map(() => SyncSocket.connect(server, storeId, { path: '/moody/' })))
  await idle.pullAll()
  await moods.become('crashing')
  pulling.pull({ live: true })
  const { code, reason } = await pulling.closed()
  assert.deepEqual({ code, reason }, { code: 1011, reason: 'ObjectCrashed' })
  assert.equal((await idle.pullAll()).length, 1, 'the other is open')
  idle.close()
})
