/** Clients that read slowly, not at all, or are gone without a word: they harm nobody, and lose nothing. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { chain, textOf, todoCreated } from '../harness/events.mjs'
import { Listener } from '../harness/listener.mjs'
import { constructions, countedWorker, hibernate } from '../harness/memory.mjs'
import { residentMiB } from '../harness/process.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { startWorkerd } from '../harness/workerd.mjs'

/** For what is about much data. */
const LONG = 60_000

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startWorkerd(await countedWorker())
})
after(() => server?.stop())

/** @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1)

/** Pushes events over a socket that listens to nothing. */
class Writer {
  head = 0

  /** @param {SyncSocket} socket */
  constructor(socket) {
    this.socket = socket
  }

  /** @param {string} storeId */
  static async open(storeId) {
    return new Writer(await SyncSocket.connect(server, storeId))
  }

  /** @param {number} count @param {number} bytes of each */
  async push(count, bytes) {
    const text = textOf(bytes)
    const bodies = upTo(count).map((number) => todoCreated(`t${this.head + number}`, text))
    await this.socket.commit(chain(this.head, bodies))
    this.head += count
  }
}

test('clients that stop reading wait for what they lack, not in memory', { timeout: LONG }, async () => {
  const storeId = freshStoreId()
  const slow = await Promise.all(upTo(4).map(() => Listener.open(server, storeId)))
  const quick = await Listener.open(server, storeId)
  const writer = await Writer.open(storeId)
  await writer.push(100, 8_000)
  await quick.sees(writer.head)
  for (const listener of slow) listener.stopReading()
  const before = residentMiB(server.pid)

  // 200 MB, which would be 800 MB for the four of them.
  while (writer.head < 25_000) {
    await writer.push(100, 8_000)
    await quick.sees(writer.head)
  }
  const grown = residentMiB(server.pid) - before
  assert.ok(grown < 300, `workerd has grown by ${grown} MiB`)
  assert.deepEqual(quick.seen, upTo(writer.head))

  const [first, second, ...gone] = slow
  for (const listener of gone) listener.close()
  for (const listener of [first, second]) listener.readAgain()
  for (const listener of [first, second]) await listener.sees(writer.head, LONG)
  await writer.push(1, 10)
  for (const listener of [first, second, quick]) {
    await listener.sees(writer.head)
    assert.deepEqual(listener.seen, upTo(writer.head), 'everything once, and in order')
    listener.close()
  }
})

test('a client that falls behind gets few pages for many pushes', { timeout: LONG }, async () => {
  const storeId = freshStoreId()
  const slow = await Listener.open(server, storeId)
  const writer = await Writer.open(storeId)
  slow.stopReading()
  for (let pushes = 0; pushes < 20; pushes++) await writer.push(1, 800_000)
  for (let pushes = 0; pushes < 500; pushes++) await writer.push(1, 10)
  slow.readAgain()
  await slow.sees(writer.head)
  assert.deepEqual(slow.seen, upTo(520))
  assert.ok(slow.pages < 100, `${slow.pages} pages`)
  slow.close()
})

test('clients that are gone without a word are nobody’s trouble', { timeout: LONG }, async () => {
  const storeId = freshStoreId()
  const proxy = await startProxy(server)
  const lost = await Promise.all(upTo(3).map(() => Listener.open(proxy, storeId)))
  const writer = await Writer.open(storeId)
  await writer.push(10, 10)
  for (const listener of lost) await listener.sees(10)
  proxy.vanish()
  const quick = await Listener.open(server, storeId)
  for (let pushes = 0; pushes < 50; pushes++) {
    await writer.push(10, 80_000)
    await quick.sees(writer.head)
  }
  // One of them comes back by another connection.
  const back = await Listener.open(proxy, storeId)
  await back.sees(writer.head)
  assert.deepEqual(back.seen, upTo(writer.head))
  assert.deepEqual(quick.seen, upTo(writer.head))
  await proxy.stop()
})

test('a thousand sockets on one object hear everything once, through hibernation', { timeout: LONG }, async () => {
  const storeId = freshStoreId()
  const writer = await Writer.open(storeId)
  await writer.push(150, 20)
  /** @type {Listener[]} */
  const listeners = []
  while (listeners.length < 1_000) {
    listeners.push(...(await Promise.all(upTo(50).map(() => Listener.open(server, storeId)))))
  }
  const allSee = async () => {
    for (const listener of listeners) await listener.sees(writer.head, LONG)
  }
  await writer.push(1, 20)
  await writer.push(100, 20)
  await allSee()
  assert.equal(await constructions(server, storeId), 1)
  await hibernate(server, storeId)

  await writer.push(1, 20)
  await writer.push(100, 20)
  await allSee()
  assert.equal(await constructions(server, storeId), 2, 'it has slept')
  for (const listener of listeners) assert.deepEqual(listener.seen, upTo(writer.head))
  for (const listener of listeners) listener.close()
})
