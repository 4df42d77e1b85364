/** A store's object leaves memory while its sockets stay, and goes on where it was. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { event, todos } from '../harness/events.mjs'
import { constructions, countedWorker, hibernate } from '../harness/memory.mjs'
import { cursorAt } from '../harness/socket.mjs'
import { startWorkerd } from '../harness/workerd.mjs'
import { answers, failureOf, UsedStore } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startWorkerd(await countedWorker())
})
after(() => server?.stop())

/** @param {UsedStore} store */
const made = (store) => constructions(server, store.storeId)

/** A store with `count` events. @param {number} count */
const filled = async (count) => {
  const store = await UsedStore.open(server)
  const author = await store.connect()
  for (let head = 0; head < count; head += 200) await store.commit(author, todos(head, Math.min(200, count - head)))
  await store.complete()
  return { store, author }
}

/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('a live pull that slept gets the next event', async () => {
  const { store, author } = await filled(3)
  assert.equal(await made(store), 1)
  await hibernate(server, store.storeId)
  await store.commit(author, [event(3)])
  assert.equal(await made(store), 2)
  await store.complete()
  await store.servedBy(author)
  assert.equal(await made(store), 2)
})

test('an unfinished backlog goes on after the page it was at', async () => {
  const { store, author } = await filled(600)
  const reader = await store.connect({ autoAck: false })
  const pull = reader.pull({ live: true })
  await reader.waitPages(pull, 4)
  await hibernate(server, store.storeId)

  // Nobody but the reader says anything: its Ack has to find the pull.
  for (const page of [5, 6]) {
    reader.ack(pull)
    await reader.waitPages(pull, page)
  }
  assert.equal(await made(store), 2)
  assert.deepEqual(
    reader.events(pull).map(({ seqNum }) => seqNum),
    range(1, 600),
  )
  assert.deepEqual(reader.pages(pull).at(-1)?.pageInfo, { _tag: 'NoMore' })
  await store.commit(author, [event(600)])
  assert.deepEqual(await reader.waitEvents(pull, 601), store.log)
})

test('a pull that ends, ends after it slept', async () => {
  const { store } = await filled(500)
  const reader = await store.connect({ autoAck: false })
  const pull = reader.pull()
  await reader.waitPages(pull, 4)
  await hibernate(server, store.storeId)
  reader.ack(pull)
  assert.deepEqual(await reader.exitOf(pull), { _tag: 'Success' })
  assert.deepEqual(
    reader.events(pull).map(({ seqNum }) => seqNum),
    range(1, 500),
  )
  assert.equal(await made(store), 2)
})

test('it still knows who has pulled, where its log ends and which backend it is', async () => {
  const { store } = await filled(3)
  const backendId = store.backendId
  const puller = await store.connect()
  await puller.pullAll()
  const lost = await store.connect()
  // With nothing said it would be closed soon.
  await lost.push([])
  const interrupted = await store.connect()
  const pull = interrupted.pull({ live: true })
  await interrupted.waitPages(pull, 1)
  interrupted.interrupt(pull)
  await answers(interrupted, () => {})
  await hibernate(server, store.storeId)

  const stale = /** @type {any} */ (await puller.push([event(1)], { backendId }))
  assert.equal(stale.cause.error.minimumExpectedNum, 3)
  assert.equal(await made(store), 2)
  assert.equal(failureOf(await puller.push([event(3)], { backendId: 'other' })), 'BackendIdMismatchError')
  lost.sendPush([event(1)], { backendId })
  assert.equal((await lost.closed()).code, 1012)
  const [page] = await puller.pullAll({ cursor: cursorAt(2, backendId) })
  assert.equal(page.backendId, backendId)
  await store.servedBy(puller)
  assert.equal(interrupted.events(pull).length, 3, 'an interrupted pull stays interrupted')
})

test('sockets that closed while it slept are gone', async () => {
  const { store, author } = await filled(3)
  const readers = await Promise.all([1, 2, 3].map(() => store.connect()))
  for (const reader of readers) await reader.waitPages(reader.pull({ live: true }), 1)
  await hibernate(server, store.storeId)
  for (const reader of readers) reader.close()
  for (const reader of readers) assert.ok((await reader.closed()).wasClean)
  await store.servedBy(author)
})
