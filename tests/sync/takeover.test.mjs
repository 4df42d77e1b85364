/** Either backend goes on with a database the other has written. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { freshStoreId, syncWorker } from '../harness/backend.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { clientObjectsWorker, eventsOf, RpcClient } from '../harness/client-objects.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { eventsIn, SyncPost } from '../harness/http.mjs'
import { startWithD1 } from '../harness/miniflare.mjs'
import { officialWorker } from '../harness/official.mjs'
import { rustWorker } from '../harness/rust.mjs'
import { cursorAt, SyncSocket } from '../harness/socket.mjs'
import { startWorkerd } from '../harness/workerd.mjs'
import { failureOf } from './support/store.mjs'

/** @typedef {import('../harness/config.mjs').Worker} Worker */
/** @typedef {import('../harness/events.mjs').Event} Event */
/** @typedef {{ url: string, stop: () => Promise<void> }} Server */

/**
 * The engines of both backends, and how workers with them are started.
 *
 * @type {Record<string, { start: (worker: Worker, options: { storage: string }) => Promise<Server>, workers: () => Promise<Record<'ours' | 'official', Worker>> }>}
 */
const ENGINES = {
  SQLite: {
    start: startWorkerd,
    workers: async () => ({ ours: await syncWorker('rust'), official: await syncWorker('official') }),
  },
  D1: {
    start: startWithD1,
    workers: async () => ({
      ours: rustWorker('test-sync', { objects: [{ binding: 'SHARED', className: 'Shared' }] }),
      official: await officialWorker({ options: "{ storage: { _tag: 'd1', binding: 'DB' } }" }),
    }),
  },
}

const SUCCESS = { _tag: 'Success', value: {} }

/** @type {Server | undefined} */
let running
after(() => running?.stop())

/**
 * Runs `body` against a server, and ends it.
 *
 * @param {() => Promise<Server>} start
 * @param {(server: { url: string }) => Promise<void>} body
 */
const during = async (start, body) => {
  running = await start()
  try {
    await body(running)
  } finally {
    await running.stop()
    running = undefined
  }
}

const freshStorage = () => join(temporaryDirectory('takeover').path, 'storage')

/** Everything a store says about itself. @param {{ url: string }} server @param {string} storeId */
const state = async (server, storeId) => {
  const socket = await SyncSocket.connect(server, storeId)
  const pages = await socket.pullAll()
  const stale = /** @type {any} */ (await socket.push([event(-7)]))
  assert.equal(failureOf(stale), 'ServerAheadError')
  socket.socket.close()
  return {
    log: pages.flatMap((page) => page.batch),
    backendId: pages[0].backendId,
    head: stale.cause.error.minimumExpectedNum,
  }
}

const { args, ...BARE } = event(3)
assert.ok(args)
const HISTORY = [
  todos(0, 3),
  [/** @type {Event} */ (BARE), event(4, { args: null }), event(5, { args: { n: 1e21, s: 'ä"\u0000\ud800' } })],
  [event(6, { name: 'x', clientId: '😀', sessionId: '', args: 'text' })],
  todos(7, 150, { text: textOf(300) }),
  [event(157, { seqNum: 1_000 })],
]

/** @param {{ url: string }} server @param {string} storeId */
const write = async (server, storeId) => {
  const socket = await SyncSocket.connect(server, storeId)
  for (const batch of HISTORY) await socket.commit(batch)
  socket.socket.close()
}

/**
 * Returns the answer of either backend for an event without arguments.
 *
 * @param {{ log: { eventEncoded: Event }[] }} state
 */
const alike = ({ log, ...rest }) => ({
  ...rest,
  log: log.map((item) => ({ ...item, eventEncoded: { ...item.eventEncoded, args: item.eventEncoded.args ?? null } })),
})

for (const [engine, { start, workers }] of Object.entries(ENGINES)) {
  /** @param {'ours' | 'official'} backend @param {string} storage @param {(server: { url: string }) => Promise<void>} body */
  const serving = async (backend, storage, body) => {
    const worker = (await workers())[backend]
    // A path of the worker that has several backends; the others look at none.
    await during(
      () => start(worker, { storage }),
      ({ url }) => body({ url: `${url}/d1` }),
    )
  }

  for (const [from, to] of /** @type {const} */ ([
    ['official', 'ours'],
    ['ours', 'official'],
  ])) {
    test(`${engine}: ${to} goes on where ${from} has stopped`, { timeout: 40_000 }, async () => {
      const storage = freshStorage()
      const storeId = `${freshStoreId()} ä'"😀`
      /** @type {Awaited<ReturnType<typeof state>> | undefined} */
      let left
      await serving(from, storage, async (server) => {
        await write(server, storeId)
        left = await state(server, storeId)
        assert.equal(left.log.length, HISTORY.flat().length)
        assert.equal(left.head, 1_000)
      })
      const before = /** @type {NonNullable<typeof left>} */ (left)

      const more = [event(1_000), event(1_001)]
      await serving(to, storage, async (server) => {
        assert.deepEqual(alike(await state(server, storeId)), alike(before))
        const client = await SyncSocket.connect(server, storeId)
        const cursor = cursorAt(157, before.backendId)
        const pull = client.pull({ live: true, cursor })
        await client.waitEvents(pull, 1)
        assert.equal((await client.push(more, { backendId: before.backendId }))._tag, 'Success')
        await client.waitEvents(pull, 3)
        assert.deepEqual(
          client.events(pull).map(({ seqNum }) => seqNum),
          [1_000, 1_001, 1_002],
        )
        client.socket.close()
      })

      // And back again.
      await serving(from, storage, async (server) => {
        const after = await state(server, storeId)
        assert.equal(after.backendId, before.backendId)
        assert.equal(after.head, 1_002)
        assert.deepEqual(alike({ log: after.log.slice(0, before.log.length) }), alike({ log: before.log }))
        assert.deepEqual(
          after.log.slice(-2).map((item) => item.eventEncoded),
          more,
        )
      })
    })
  }

  test(`${engine}: a store the official backend has broken works again`, { timeout: 40_000 }, async () => {
    const storage = freshStorage()
    const storeId = freshStoreId()
    let backendId = ''
    await serving('official', storage, async (server) => {
      const socket = await SyncSocket.connect(server, storeId)
      const batch = todos(0, 15)
      batch[14] = event(13, { seqNum: 14 })
      assert.equal(failureOf(await socket.push(batch)), 'UnknownError', 'the second of its INSERTs fails')
      assert.equal(failureOf(await socket.push(todos(0, 1))), 'UnknownError', 'and with it all later pushes')
      const left = await state(server, storeId)
      assert.deepEqual([left.log.length, left.head], [14, 0], 'rows beyond the head')
      backendId = left.backendId
      socket.socket.close()
    })
    await serving('ours', storage, async (server) => {
      const found = await state(server, storeId)
      assert.deepEqual([found.log.length, found.head, found.backendId], [14, 14, backendId])
      const client = await SyncSocket.connect(server, storeId)
      const pull = client.pull({ live: true })
      await client.waitEvents(pull, 14)
      const stale = /** @type {any} */ (await client.push([event(0)], { backendId }))
      assert.equal(stale.cause.error.minimumExpectedNum, 14)
      assert.equal((await client.push([event(14)], { backendId }))._tag, 'Success')
      await client.waitEvents(pull, 15)
      assert.deepEqual(client.events(pull), todos(0, 14).concat(event(14)))
      client.socket.close()
    })
    await serving('official', storage, async (server) => {
      const mended = await state(server, storeId)
      assert.deepEqual([mended.log.length, mended.head, mended.backendId], [15, 15, backendId])
      const client = await SyncSocket.connect(server, storeId)
      await client.commit([event(15)])
      client.socket.close()
    })
  })

  test(`${engine}: a store whose head the official backend moved back works again`, { timeout: 40_000 }, async () => {
    const storage = freshStorage()
    const storeId = freshStoreId()
    await serving('official', storage, async (server) => {
      const socket = await SyncSocket.connect(server, storeId)
      await socket.commit([event(0, { seqNum: 20 }), event(20, { seqNum: 17 })])
      assert.equal((await state(server, storeId)).head, 17)
      socket.socket.close()
    })
    await serving('ours', storage, async (server) => {
      const found = await state(server, storeId)
      assert.deepEqual(
        found.log.map((item) => item.eventEncoded.seqNum),
        [17, 20],
      )
      assert.equal(found.head, 20)
      const client = await SyncSocket.connect(server, storeId)
      await client.commit([event(20)])
      client.socket.close()
    })
  })

  test(`${engine}: our own restart keeps everything`, { timeout: 40_000 }, async () => {
    const storage = freshStorage()
    const storeId = freshStoreId()
    /** @type {unknown} */
    let left
    await serving('ours', storage, async (server) => {
      await write(server, storeId)
      left = await state(server, storeId)
    })
    await serving('ours', storage, async (server) => assert.deepEqual(await state(server, storeId), left))
  })

  test(`${engine}: gaps left by the official backend are gaps, from whatever cursor`, { timeout: 40_000 }, async () => {
    const storage = freshStorage()
    const storeId = freshStoreId()
    const numbers = [5, 6, 100, 20_000, 2 ** 40]
    const log = numbers.map((seqNum, index) => event(index === 0 ? 0 : numbers[index - 1], { seqNum }))
    let backendId = ''
    await serving('official', storage, async (server) => {
      const socket = await SyncSocket.connect(server, storeId)
      for (const item of log) await socket.commit([item])
      backendId = (await socket.pullAll())[0].backendId
      socket.socket.close()
    })
    await serving('ours', storage, async (server) => {
      const poller = new SyncPost(server, storeId)
      for (const cursor of [-1, 0, 4, 5, 7, 100, 19_999, 20_000, 2 ** 40, 2 ** 40 + 1]) {
        const { pages, exit } = await poller.pull(cursorAt(cursor, backendId))
        assert.equal(exit._tag, 'Success')
        assert.deepEqual(
          eventsIn(pages),
          log.filter(({ seqNum }) => seqNum > cursor),
          `after ${cursor}`,
        )
        assert.deepEqual(pages.at(-1).pageInfo, { _tag: 'NoMore' })
      }
      assert.deepEqual(await poller.push([event(2 ** 40)]), SUCCESS)
    })
  })
}

test('objects and HTTP clients use it under one, the other, and the first again', { timeout: 60_000 }, async () => {
  const storage = freshStorage()
  const storeId = freshStoreId()
  const workers = { rust: await clientObjectsWorker('rust'), official: await clientObjectsWorker('official') }
  let backendId = ''
  await during(
    () => startWorkerd(workers.rust, { storage }),
    async (server) => {
      const [listener, author] = ['listener', 'author'].map((name) => new RpcClient(server, storeId, name))
      await listener.pull({ live: true, id: '7' })
      assert.deepEqual(await author.push(todos(0, 20)), SUCCESS)
      assert.deepEqual(await new SyncPost(server, storeId).push(todos(20, 1)), SUCCESS)
      assert.deepEqual(await listener.waitEvents(21), todos(0, 21), 'ours has noted who listens')
      backendId = (await state(server, storeId)).backendId
    },
  )
  await during(
    () => startWorkerd(workers.official, { storage }),
    async (server) => {
      const found = await state(server, storeId)
      assert.deepEqual([found.backendId, found.head], [backendId, 21])
      const author = new RpcClient(server, storeId, 'author')
      assert.deepEqual(await author.push(todos(21, 1)), SUCCESS)
      assert.deepEqual(await new SyncPost(server, storeId).push(todos(22, 20)), SUCCESS)
      assert.deepEqual(eventsOf(await author.pull()), todos(0, 42))
    },
  )
  await during(
    () => startWorkerd(workers.rust, { storage }),
    async (server) => {
      const poller = new SyncPost(server, storeId)
      assert.deepEqual(eventsIn((await poller.pull()).pages), todos(0, 42))
      // Its live pull has outlasted the other backend, and lacks what was stored there.
      const listener = new RpcClient(server, storeId, 'listener')
      assert.deepEqual(await listener.waitEvents(21), todos(21, 21))
      assert.deepEqual(await poller.push(todos(42, 1)), SUCCESS)
      assert.deepEqual(await listener.waitEvents(22), todos(21, 22))
    },
  )
})

/** Ids that cannot be names of tables, or that give the same name as another id. */
const STORE_IDS = [
  '',
  ' ',
  'a b',
  'a-b',
  'a_b',
  '0',
  '__proto__',
  'context_7',
  'sqlite_schema',
  '日本語',
  '👩‍👩‍👧',
  '%2F',
  'Ünï',
  `x"'; DROP TABLE context_7; --`,
  'x'.repeat(1_000),
]

for (const [from, to] of [
  ['official', 'rust'],
  ['rust', 'official'],
]) {
  test(`${to} finds every store of ${from}, whatever its id`, { timeout: 60_000 }, async () => {
    const storage = freshStorage()
    /** @type {Map<string, string>} */
    const ids = new Map()
    await during(
      async () => startWorkerd(await syncWorker(from), { storage }),
      async (server) => {
        for (const [index, storeId] of STORE_IDS.entries()) {
          const socket = await SyncSocket.connect(server, storeId)
          await socket.commit(todos(0, index + 1))
          ids.set(storeId, (await socket.pullAll())[0].backendId)
          socket.socket.close()
        }
      },
    )
    await during(
      async () => startWorkerd(await syncWorker(to), { storage }),
      async (server) => {
        for (const [index, storeId] of STORE_IDS.entries()) {
          const socket = await SyncSocket.connect(server, storeId)
          await socket.commit(todos(index + 1, 1))
          const pages = await socket.pullAll()
          assert.equal(pages[0].backendId, ids.get(storeId), storeId)
          assert.deepEqual(eventsIn(pages), todos(0, index + 2), storeId)
          socket.socket.close()
        }
      },
    )
  })
}
