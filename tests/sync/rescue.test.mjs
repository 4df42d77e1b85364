/** Clients that lost their place: after a bad connection the official client can wait for ever, unless it is helped. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { startBackend } from '../harness/backend.mjs'
import { event, todos } from '../harness/events.mjs'
import { openClient } from '../harness/livestore.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { cursorAt, none, SyncSocket } from '../harness/socket.mjs'
import { eventually, pause } from '../harness/wait.mjs'
import { answers, failureOf, UsedStore } from './support/store.mjs'

/** Service restart: an official client takes any close as a reason to pull and push again. */
const SERVICE_RESTART = 1012

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
/** Undone after each test, however it ends. @type {(() => unknown)[]} */
const opened = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
after(() => server?.stop())

const proxied = async () => {
  const proxy = await startProxy(server)
  opened.push(() => proxy.stop())
  return proxy
}

/** @param {{ url: string }} via @param {string} storeId @param {string} clientId */
const client = async (via, storeId, clientId) => {
  const store = await openClient({ url: via.url, storeId, clientId })
  opened.push(() => store.close())
  return store
}

/** A store with three events, in use. @param {string} name @param {(store: UsedStore) => Promise<void>} body */
const storeTest = (name, body) =>
  test(name, { timeout: 20_000 }, async () => {
    const store = await UsedStore.open(server)
    await store.commit(store.bystander, todos(0, 3))
    try {
      await body(store)
    } finally {
      store.close()
    }
  })

storeTest('a stale push from a client that lost its pull closes its socket', async (store) => {
  const { backendId } = store
  const pushes = [[event(0)], [event(2)], [event(7)], [event(3, { seqNum: 3 })], [event(3, { seqNum: 1 })], todos(1, 5)]
  for (const batch of pushes) {
    const socket = await store.connect()
    socket.sendPush(batch, { backendId })
    const { code, wasClean } = await socket.closed()
    assert.deepEqual([code, wasClean], [SERVICE_RESTART, true])
    assert.deepEqual(socket.frames, [], 'an answer would park the client')
  }
  const socket = await store.connect()
  await store.servedBy(socket)
  socket.close()
})

storeTest('so it starts over: the same push, after a pull and a rebase, is stored', async (store) => {
  const { backendId } = store
  const lost = await store.connect()
  lost.ping()
  lost.sendPush([event(2)], { backendId })
  assert.equal((await lost.closed()).code, SERVICE_RESTART)

  const again = await store.connect()
  const pull = again.pull({ live: true, cursor: cursorAt(2, backendId) })
  const stale = again.sendPush([event(2)], { backendId })
  assert.deepEqual(await again.waitEvents(pull, 1), store.log.slice(2))
  assert.equal(failureOf(await again.exitOf(stale)), 'ServerAheadError')
  const rebased = event(3)
  assert.equal((await again.push([rebased], { backendId }))._tag, 'Success')
  store.log.push(rebased)
  await store.servedBy(again)
  again.close()
})

storeTest('a push that is not stale needs no pull', async (store) => {
  const socket = await store.connect()
  assert.equal((await socket.push([event(3)], { backendId: store.backendId }))._tag, 'Success')
  store.log.push(event(3))
  await store.servedBy(socket)
  socket.close()
})

storeTest('a stale push from a client that has never pulled anywhere is answered', async (store) => {
  const socket = await store.connect()
  for (const batch of [[event(0)], [event(7)], [event(3, { seqNum: 2 })]]) {
    const exit = /** @type {any} */ (await socket.push(batch))
    assert.deepEqual(exit.cause.error, {
      _tag: 'ServerAheadError',
      minimumExpectedNum: 3,
      providedNum: batch[0].parentSeqNum,
    })
  }
  await store.servedBy(socket)
  socket.close()
})

storeTest('a stale push is answered once there was a pull, also one that has ended', async (store) => {
  const { backendId } = store
  const finished = await store.connect()
  await finished.pullAll()
  const interrupted = await store.connect()
  const pull = interrupted.pull({ live: true })
  await interrupted.waitPages(pull, 1)
  interrupted.interrupt(pull)
  for (const socket of [finished, interrupted]) {
    assert.equal(failureOf(await socket.push([event(0)], { backendId })), 'ServerAheadError')
    await store.servedBy(socket)
    socket.close()
  }
})

storeTest('a wrong backend id is answered, never closed on', async (store) => {
  const socket = await store.connect()
  assert.equal(failureOf(await socket.push([event(0)], { backendId: 'wiped' })), 'BackendIdMismatchError')
  await store.servedBy(socket)
  socket.close()
})

storeTest('a socket that pings and over which nothing is asked for is closed, and no other', async (store) => {
  const [puller, author, silent] = [await store.connect(), await store.connect(), await store.connect()]
  await puller.pullAll()
  await author.push([])
  const [pinging, pusher] = [await store.connect(), await store.connect()]
  await pusher.push([event(3)], { backendId: store.backendId })
  store.log.push(event(3))
  // A ping at once is not a sign: official clients send one before their first pull.
  for (const socket of [puller, author, pinging]) socket.ping()
  await pause(5_100)
  for (const socket of [puller, author, pinging, pusher]) socket.ping()
  // The object is in use all the time: whoever had to wait until it leaves memory would wait for ever.
  const closed = Promise.all([pinging.closed(), pusher.closed()])
  let ended = false
  void closed.finally(() => (ended = true)).catch(() => {})
  while (!ended) {
    await store.stored()
    await pause(100)
  }
  for (const { code, wasClean } of await closed) assert.deepEqual([code, wasClean], [SERVICE_RESTART, true])
  for (const socket of [puller, author, silent]) {
    await store.servedBy(socket)
    socket.close()
  }
})

storeTest('an Ack without a pull closes the socket', async (store) => {
  for (const first of ['nothing', 'ping', 'push', 'interrupt']) {
    const socket = await store.connect()
    if (first === 'ping') socket.ping()
    if (first === 'push') await store.commit(socket, [event(store.head)])
    if (first === 'interrupt') socket.interrupt('0')
    socket.ack('0')
    const { code, wasClean } = await socket.closed()
    assert.deepEqual([code, wasClean], [SERVICE_RESTART, true], first)
  }
  const socket = await store.connect()
  await store.servedBy(socket)
  socket.close()
})

storeTest('an Ack of a pull that has ended, or of another request, does not', async (store) => {
  const socket = await store.connect()
  const pull = socket.pull()
  await socket.exitOf(pull)
  const quiet = await answers(socket, () => {
    for (const id of [pull, pull, 'other']) socket.ack(id)
  })
  assert.deepEqual(quiet, [])
  await store.servedBy(socket)
  socket.close()
})

storeTest('an interrupted push is stored and published all the same', async (store) => {
  const author = await store.connect()
  for (let round = 0; round < 30; round++) {
    const batch = todos(store.head, 1 + (round % 3))
    const id = author.sendPush(batch)
    author.interrupt(id)
    store.log.push(...batch)
  }
  await store.complete()
  await store.servedBy(author)
  author.close()
})

storeTest('a push whose socket breaks is stored whole and published, or not at all', async (store) => {
  const proxy = await proxied()
  const rounds = 20
  let stored = 0
  for (let round = 0; round < rounds; round++) {
    const author = await SyncSocket.connect(proxy, store.storeId)
    const batch = todos(store.head, 5)
    author.sendPush(batch)
    // Broken before the push has left, or on its way, or when its answer is.
    await pause(round % 4)
    proxy.drop()
    await author.closed()
    const log = await store.stored()
    if (log.length > store.log.length) {
      store.log.push(...batch)
      stored++
    }
    assert.deepEqual(log, store.log)
  }
  assert.ok(stored > 0, 'some got through')
  const socket = await store.connect()
  await store.servedBy(socket)
  socket.close()
})

test('a store whose connection breaks amid its pushes converges', { timeout: 30_000 }, async () => {
  const store = await UsedStore.open(server)
  opened.push(() => store.close())
  const proxy = await proxied()
  const [anna, ben] = await Promise.all([client(proxy, store.storeId, 'anna'), client(server, store.storeId, 'ben')])
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 10; index++) {
      anna.create(`anna-${round}-${index}`)
      ben.create(`ben-${round}-${index}`)
    }
    if (round === 1) {
      await eventually(() => proxy.connections > 0, 'anna is connected')
      proxy.drop()
    }
    await ben.settled()
  }
  const [first, second] = await Promise.all([anna.confirmed(60, 20_000), ben.confirmed(60, 20_000)])
  assert.deepEqual(first, second)
  await Promise.all([anna.settled(), ben.settled()])
  await eventually(
    () => anna.todos().length === 60,
    () => `anna’s state; has ${anna.todos().length} todos`,
  )
  await eventually(
    () => ben.todos().length === 60,
    () => `ben’s state; has ${ben.todos().length} todos`,
  )
  assert.deepEqual(anna.todos(), ben.todos())
  store.log = await store.stored()
  const links = store.log.map(({ seqNum, parentSeqNum }) => [parentSeqNum, seqNum])
  assert.deepEqual(
    links,
    Array.from({ length: 60 }, (_, index) => [index, index + 1]),
  )
  await store.complete()
})

storeTest('a pull that is refused does not count as one', async (store) => {
  const socket = await store.connect()
  const pull = socket.pull({ live: true, cursor: cursorAt(1, 'wiped') })
  assert.equal(failureOf(await socket.exitOf(pull)), 'BackendIdMismatchError')
  const other = socket.request('SyncWsRpc.Pull', { storeId: 'elsewhere', live: true, cursor: none })
  assert.equal(failureOf(await socket.exitOf(other)), 'Die')
  socket.sendPush([event(0)], { backendId: store.backendId })
  assert.equal((await socket.closed()).code, SERVICE_RESTART)
})
