/** Unmodified LiveStore stores against a backend whose events are in a D1 database. */

import assert from 'node:assert/strict'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'

import { Effect, Fiber } from 'effect4'

import { freshStoreId } from '../harness/backend.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { ClientObject, withClientObjects } from '../harness/client-objects.mjs'
import { listModules, MAIN_MODULE } from '../harness/config.mjs'
import { withEffect4 } from '../harness/effect4.mjs'
import { event, todos } from '../harness/events.mjs'
import { openClient } from '../harness/livestore.mjs'
import { serverLog } from '../harness/log.mjs'
import { startWithD1 } from '../harness/miniflare.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { rustWorker, SYNC_OBJECT } from '../harness/rust.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { eventually, pause } from '../harness/wait.mjs'
import { assertConverged } from './support.mjs'

/** The worker with several backends, as one that has only that with D1, by the name that client objects know. */
const backend = () => {
  const worker = rustWorker('test-sync')
  const { path: dir } = temporaryDirectory('backend')
  for (const name of listModules(worker.dir)) {
    copyFileSync(join(worker.dir, name), join(dir, name === MAIN_MODULE ? 'worker.js' : name))
  }
  writeFileSync(join(dir, MAIN_MODULE), `export { Shared as ${SYNC_OBJECT.className}, default } from './worker.js'`)
  const objects = [SYNC_OBJECT.binding, 'SHARED'].map((binding) => ({ ...SYNC_OBJECT, binding }))
  return { ...worker, dir, objects }
}

/** @type {import('../harness/miniflare.mjs').WithD1} */
let server
/** @type {{ url: string }} */
let d1
/** @type {(() => Promise<void>)[]} */
const opened = []

before(async () => {
  server = await startWithD1(await withClientObjects(backend()))
  d1 = { url: `${server.url}/d1` }
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
after(() => server?.stop())

/** @param {{ storeId: string, clientId: string, transport?: import('../harness/provider.mjs').Transport, url?: string }} options */
const client = async ({ url = server.url, ...options }) => {
  const store = await openClient({ ...options, url: `${url}/d1/` })
  opened.push(() => store.close())
  return store
}

test('clients that commit at the same time converge, over sockets and HTTP', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben, cleo] = await Promise.all([
    client({ storeId, clientId: 'anna' }),
    client({ storeId, clientId: 'ben' }),
    client({ storeId, clientId: 'cleo', transport: 'http' }),
  ])
  for (let index = 0; index < 8; index++) {
    anna.create(`a${index}`, `from anna ${index}`)
    ben.create(`b${index}`, `from ben ${index}`)
    cleo.create(`c${index}`, `from cleo ${index}`)
    if (index % 2) anna.complete(`a${index}`)
  }
  await assertConverged(d1, storeId, [anna, ben, cleo], 28)
})

test('a store goes on after its object has hibernated and its connection was cut', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const proxy = await startProxy(server)
  opened.push(() => proxy.stop())
  const anna = await client({ storeId, clientId: 'anna', url: proxy.url })
  const ben = await client({ storeId, clientId: 'ben' })
  anna.create('a1')
  await Promise.all([anna, ben].map((store) => store.confirmed(1)))
  await server.hibernate(storeId)
  ben.create('b1')
  await Promise.all([anna, ben].map((store) => store.confirmed(2)))
  proxy.drop()
  anna.create('a2')
  ben.create('b2')
  const log = await assertConverged(d1, storeId, [anna, ben], 4)
  assert.deepEqual(new Set(log.map(({ clientId }) => clientId)), new Set(['anna', 'ben']))
})

test('stores in durable objects are called with what is stored later', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const object = new ClientObject(server, 'STORE_OBJECT', storeId)
  await object.call('open', storeId)
  const anna = await client({ storeId, clientId: 'anna' })
  const shows = (/** @type {string[]} */ ids) =>
    eventually(async () => String(await object.call('ids')) === String(ids), `the object shows ${ids}`)
  anna.create('a1')
  await shows(['a1'])
  await object.call('create', 'b1')
  await anna.confirmed(2)
  // The object also gets the events that are stored after the backend has lost its memory.
  await server.hibernate(storeId)
  for (let index = 2; index < 150; index++) anna.create(`a${index}`.padEnd(5, '-'))
  await anna.confirmed(150)
  await eventually(async () => (await object.call('ids')).length === 150, 'the object shows all')
  await assertConverged(d1, storeId, [anna], 150)
})

/** A time in which requests are made, fail and are made again. */
const TROUBLE = 2_500

/** From now on the database fails whatever is asked of a store's events, until the result is called. @param {string} storeId */
const loseEvents = async (storeId) => {
  const [{ eventlog }] = await server.query('SELECT eventlog FROM eventlog_owner_7 WHERE storeId = ?', storeId)
  await server.query(`ALTER TABLE "${eventlog}" RENAME TO "${eventlog}_away"`)
  await server.query(`CREATE VIEW "${eventlog}" AS SELECT * FROM nowhere`)
  let lost = true
  const find = async () => {
    if (!lost) return
    lost = false
    await server.query(`DROP VIEW "${eventlog}"`)
    await server.query(`ALTER TABLE "${eventlog}_away" RENAME TO "${eventlog}"`)
  }
  opened.push(find)
  return find
}

for (const transport of /** @type {const} */ (['ws', 'http'])) {
  test(`${transport}: stores of 0.4.0 go on when the database does`, { timeout: 40_000 }, async () => {
    const storeId = freshStoreId()
    const [anna, ben] = await Promise.all(['anna', 'ben'].map((clientId) => client({ storeId, clientId, transport })))
    anna.create('a1')
    await Promise.all([anna, ben].map((store) => store.confirmed(1)))
    const findEvents = await loseEvents(storeId)
    anna.create('a2')
    await pause(TROUBLE)
    // Polls hold the object in memory.
    if (transport === 'ws') await server.hibernate(storeId)
    ben.create('b1')
    await pause(TROUBLE)
    await findEvents()
    await assertConverged(d1, storeId, [anna, ben], 3)
  })

  test(`${transport}: later clients wait until the database answers`, { timeout: 40_000 }, async () => {
    const storeId = freshStoreId()
    const first = await SyncSocket.connect(d1, storeId)
    await first.commit(todos(0, 120))
    first.close()
    await withEffect4({ transport, server: d1 }, storeId, function* (later) {
      const [{ backendId }] = (yield* later.pull()).value
      const findEvents = yield* Effect.promise(() => loseEvents(storeId))
      const pull = yield* Effect.forkChild(later.pull({ backendId, eventSequenceNumber: 100 }))
      const push = yield* Effect.forkChild(later.push([event(120)], backendId))
      yield* Effect.promise(() => pause(TROUBLE))
      yield* Effect.promise(findEvents)
      assert.deepEqual(yield* Fiber.join(push), { value: {} })
      const pulled = (yield* Fiber.join(pull)).value.flatMap((/** @type {any} */ page) => page.batch)
      const numbers = pulled.map((/** @type {any} */ item) => item.eventEncoded.seqNum)
      assert.deepEqual(
        numbers.slice(0, 20),
        todos(100, 20).map(({ seqNum }) => seqNum),
      )
    })
    assert.equal((await serverLog(d1, storeId)).length, 121)
  })
}
