/** Every live pull gets every stored event, also when the author of the event does something else meanwhile. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { todos } from '../harness/events.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { pause } from '../harness/wait.mjs'
import { INTERLEAVES } from './support.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1)

/** @param {SyncSocket} socket @param {string} pull */
const received = (socket, pull) => socket.events(pull).map((event) => event.seqNum)

// Stores abandon a push whenever a page arrives before its answer, and send the events again.
test('what an abandoned push stored is delivered', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const listener = await SyncSocket.connect(server, storeId)
  const author = await SyncSocket.connect(server, storeId)
  const pull = listener.pull({ live: true })
  await listener.waitPages(pull, 1)

  for (let head = 0; head < 50; head++) {
    const batch = todos(head, 1)
    const abandoned = author.sendPush(batch)
    if (head % 2) await pause(head % 10)
    author.interrupt(abandoned)
    const again = await author.push(batch)
    if (again._tag === 'Failure') assert.equal(again.cause.error?.minimumExpectedNum, head + 1)
  }

  await listener.waitEvents(pull, 50)
  assert.deepEqual(received(listener, pull), upTo(50))
  listener.close()
  author.close()
})

test('a pull begun amid pushes gets every event once, in order', { timeout: 20_000, todo: INTERLEAVES }, async () => {
  const storeId = freshStoreId()
  const author = await SyncSocket.connect(server, storeId)
  await author.commit(todos(0, 250))
  /** @type {[SyncSocket, string][]} */
  const pulls = []
  for (let head = 250; head < 300; head++) {
    const pushed = author.commit(todos(head, 1))
    if (head % 5 === 0) {
      const socket = await SyncSocket.connect(server, storeId)
      pulls.push([socket, socket.pull({ live: true })])
    }
    await pushed
  }

  for (const [socket, pull] of pulls) {
    await socket.waitEvents(pull, 300)
    assert.deepEqual(received(socket, pull), upTo(300))
    socket.close()
  }
  author.close()
})
