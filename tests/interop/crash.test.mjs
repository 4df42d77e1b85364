/** The server process is killed and comes back on the same storage. */

import assert from 'node:assert/strict'
import { after as afterAll, before as beforeAll, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { todos } from '../harness/events.mjs'
import { openClient } from '../harness/livestore.mjs'
import { assertUnbroken, createdIds, serverLog } from '../harness/log.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { assertConverged, INTERLEAVES } from './support.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

beforeAll(async () => {
  server = await startBackend()
})
afterAll(() => server?.stop())

/**
 * Pushes batches on top of `head`, each after the last one's acknowledgement, until the socket dies.
 *
 * @param {SyncSocket} socket
 * @param {number} head
 * @param {number} size
 * @param {(head: number) => void} acknowledged
 */
const pushUntilClosed = async (socket, head, size, acknowledged) => {
  for (;;) {
    const exit = await socket.push(todos(head, size)).catch(() => undefined)
    if (socket.closeInfo) return
    assert.equal(exit?._tag, 'Success')
    head += size
    acknowledged(head)
  }
}

for (const size of [1, 40]) {
  test(`acknowledged pushes of ${size} survive kills`, { timeout: 20_000 }, async () => {
    const storeId = freshStoreId()
    let head = 0
    for (let round = 1; round <= 3; round++) {
      const socket = await SyncSocket.connect(server, storeId)
      const goal = head + 5 * size
      await pushUntilClosed(socket, head, size, (acknowledged) => {
        head = acknowledged
        // The next push is on its way when the process dies.
        if (head === goal) setImmediate(() => server.kill())
      })
      await server.restart()

      const log = await serverLog(server, storeId)
      assertUnbroken(log)
      assert.ok(log.length >= head, `${head} acknowledged, ${log.length} stored`)
      assert.ok(log.length <= head + size, 'at most the one push without an answer is stored as well')
      assert.equal((log.length - head) % size, 0, 'a push is stored whole or not at all')
      head = log.length
    }
  })
}

test('stores converge after the server was killed', { timeout: 20_000, todo: INTERLEAVES }, async () => {
  const storeId = freshStoreId()
  const [anna, ben] = await Promise.all(
    ['anna', 'ben'].map((clientId) => openClient({ url: server.url, storeId, clientId })),
  )
  for (let index = 0; index < 10; index++) anna.create(`before-${index}`)
  const acknowledged = await anna.confirmed(10)

  anna.create('during-anna')
  ben.create('during-ben')
  await server.kill()
  ben.create('down-ben')
  await server.restart()
  anna.create('after-anna')

  const log = await assertConverged(server, storeId, [anna, ben], 14)
  assert.deepEqual(
    createdIds(log).slice(0, 10),
    acknowledged.map((event) => event.args.id),
  )
  assert.equal(new Set(createdIds(log)).size, 14)
  await Promise.all([anna.close(), ben.close()])
})

test('a restarted server keeps its identity', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const before = await SyncSocket.connect(server, storeId)
  await before.commit(todos(0, 3))
  const [{ backendId }] = await before.pullAll()
  await server.restart()
  const after = await SyncSocket.connect(server, storeId)

  const [page] = await after.pullAll()

  assert.equal(page.backendId, backendId)
  assert.equal(page.batch.length, 3)
  after.close()
})
