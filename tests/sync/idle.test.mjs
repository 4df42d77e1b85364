/** Objects that have nothing to do hibernate by themselves: no test here takes them out of memory. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { event, todos } from '../harness/events.mjs'
import { constructions, countedWorker } from '../harness/memory.mjs'
import { startObjects } from '../harness/objects.mjs'
import { pause } from '../harness/wait.mjs'
import { startWorkerd } from '../harness/workerd.mjs'
import { UsedStore } from './support/store.mjs'

/** workerd lets go of an object that has been idle for 10 s. */
const IDLE = 12_000
/** As official clients ping, but more often. */
const PING_INTERVAL = 2_000

/** @type {import('../harness/objects.mjs').Objects} */
let objects
/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  objects = await startObjects()
  server = await startWorkerd(await countedWorker())
})
after(() => Promise.all([objects?.stop(), server?.stop()]))

/** Does something now and then while the time of idleness passes. @param {() => unknown} action */
const meanwhile = async (action) => {
  const end = performance.now() + IDLE
  while (performance.now() < end) {
    await action()
    await pause(PING_INTERVAL)
  }
}

/** A store with events, and somebody who has pushed them and pulls what comes. */
const usedStore = async () => {
  const store = await UsedStore.open(server)
  const author = await store.connect()
  await store.commit(author, todos(0, 3))
  await store.complete()
  return { store, author, made: () => constructions(server, store.storeId) }
}

// The waits pass side by side.
test('an idle object', { concurrency: true, timeout: 60_000 }, async (t) => {
  await Promise.all([
    t.test('leaves memory, and its sockets do not notice', async () => {
      const room = objects.named('Room')
      const ada = await room.connect('/ada/red')
      assert.equal(await ada.ask('count'), '1')
      await meanwhile(async () => assert.equal(await ada.ask('ping'), 'pong'))
      assert.equal(await ada.ask('count'), '2')
      assert.equal((await room.call('report')).boots, 2, 'pings are answered without it')
      await ada.close()
    }),

    t.test('does so where a part of it has the socket', async () => {
      const object = objects.named('Faceted')
      const socket = await object.connect('/')
      assert.equal(await socket.ask('"hello"'), '["hello",1,1,1]')
      await pause(IDLE)
      assert.equal(await socket.ask('"again"'), '["again",1,1,2]')
    }),

    t.test('does so as a sync backend, whose live pulls go on', async () => {
      const { store, author, made } = await usedStore()
      await meanwhile(async () => {
        const frames = author.frames.length
        author.ping()
        await author.waitFor(() => author.frames.length > frames, 'a pong')
        assert.deepEqual(author.frames.at(-1), { _tag: 'Pong' })
      })
      assert.equal(await made(), 1, 'nothing has woken it')
      await store.servedBy(author)
      assert.equal(await made(), 2)
    }),

    t.test('stays in memory while it is used', async () => {
      const { store, author, made } = await usedStore()
      await meanwhile(() => store.commit(author, [event(store.head)]))
      await store.servedBy(author)
      assert.equal(await made(), 1)
    }),
  ])
})
