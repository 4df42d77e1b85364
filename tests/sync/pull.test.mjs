/** Pulls: how pages flow, and that every client gets every event once and in order. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { cursorAt, SyncSocket } from '../harness/socket.mjs'
import { answers, failureOf, UsedStore } from './support/store.mjs'

/** Pages the backend sends ahead of the client's acknowledgements. */
const WINDOW = 4

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** @param {SyncSocket} socket @param {string} pull */
const numbers = (socket, pull) => socket.events(pull).map(({ seqNum }) => seqNum)

/** A store with `count` events. @param {number} count */
const filled = async (count) => {
  const storeId = freshStoreId()
  const author = await SyncSocket.connect(server, storeId)
  for (let head = 0; head < count; head += 250) await author.commit(todos(head, Math.min(250, count - head)))
  return { storeId, author }
}

/** A client that acknowledges nothing by itself. @param {string} storeId */
const patient = (storeId) => SyncSocket.connect(server, storeId, { autoAck: false })

/** The pages that `send` brings. @param {SyncSocket} socket @param {string} pull @param {() => void} send */
const pagesAfter = async (socket, pull, send) => {
  const before = socket.pages(pull).length
  await answers(socket, send)
  return socket.pages(pull).length - before
}

test('pages wait for acknowledgements', { timeout: 20_000 }, async () => {
  const { storeId } = await filled(1_000)
  const socket = await patient(storeId)
  const pull = socket.pull()
  assert.equal(await pagesAfter(socket, pull, () => {}), WINDOW)
  assert.equal(await pagesAfter(socket, pull, () => {}), 0)
  for (let page = WINDOW; page < 9; page++) {
    assert.equal(await pagesAfter(socket, pull, () => socket.ack(pull)), 1)
    assert.equal(socket.call(pull).exit, undefined)
  }
  assert.equal(await pagesAfter(socket, pull, () => socket.ack(pull)), 1)
  assert.deepEqual(socket.call(pull).exit, { _tag: 'Success' })
  assert.equal(await pagesAfter(socket, pull, () => socket.ack(pull)), 0)

  assert.deepEqual(numbers(socket, pull), range(1, 1_000))
  const remaining = socket.pages(pull).map(({ pageInfo }) => pageInfo)
  const more = [900, 800, 700, 600, 500, 400, 300, 200, 100].map((count) => ({ _tag: 'MoreKnown', remaining: count }))
  assert.deepEqual(remaining, [...more, { _tag: 'NoMore' }])
  socket.close()
})

test('too many acknowledgements open the window no further', { timeout: 20_000 }, async () => {
  const { storeId } = await filled(1_500)
  const socket = await patient(storeId)
  const pull = socket.pull({ live: true })
  await socket.waitPages(pull, WINDOW)
  // Each is for one page, those that come because of it included.
  const burst = await pagesAfter(socket, pull, () => {
    for (let index = 0; index < 6; index++) socket.ack(pull)
  })
  assert.equal(burst, 6)
  assert.equal(await pagesAfter(socket, pull, () => {}), 0)
  for (let index = 0; index < 30; index++) socket.ack(pull)
  await socket.waitEvents(pull, 1_500)
  assert.deepEqual(numbers(socket, pull), range(1, 1_500))
  socket.close()
})

test('an interrupted pull sends nothing more, not even an exit', { timeout: 20_000 }, async () => {
  const { storeId, author } = await filled(600)
  const socket = await patient(storeId)
  const pull = socket.pull({ live: true })
  await socket.waitPages(pull, WINDOW)
  const late = await answers(socket, () => {
    socket.interrupt(pull)
    for (let index = 0; index < 10; index++) socket.ack(pull)
  })
  await author.commit([event(600)])
  assert.deepEqual(late, [])
  assert.deepEqual(await answers(socket, () => socket.ping()), [{ _tag: 'Pong' }])

  const again = socket.pull({ live: true, id: pull })
  await socket.waitPages(again, WINDOW)
  assert.equal(numbers(socket, again)[0], 1)
  socket.close()
})

test('a live pull never ends', { timeout: 20_000 }, async () => {
  const { storeId, author } = await filled(0)
  const socket = await SyncSocket.connect(server, storeId)
  const pull = socket.pull({ live: true })
  const [first] = await socket.waitPages(pull, 1)
  assert.deepEqual([first.batch, first.pageInfo], [[], { _tag: 'NoMore' }])
  for (let head = 0; head < 20; head++) await author.commit([event(head)])
  await socket.waitEvents(pull, 20)
  await answers(socket, () => socket.ack(pull))
  assert.equal(socket.call(pull).exit, undefined)
  assert.deepEqual(numbers(socket, pull), range(1, 20))
  assert.ok(socket.pages(pull).every(({ pageInfo }) => pageInfo._tag === 'NoMore'))
  socket.close()
})

test('live events wait for an unfinished backlog', { timeout: 20_000 }, async () => {
  const { storeId, author } = await filled(600)
  const socket = await patient(storeId)
  const pull = socket.pull({ live: true })
  await socket.waitPages(pull, WINDOW)
  await author.commit([event(600)])
  assert.equal(await pagesAfter(socket, pull, () => {}), 0, 'a broadcast overtakes the backlog')

  assert.equal(await pagesAfter(socket, pull, () => socket.ack(pull)), 1)
  await author.commit([event(601)])
  for (let index = 0; index < 4; index++) socket.ack(pull)
  await socket.waitEvents(pull, 602)
  await author.commit([event(602)])
  await socket.waitEvents(pull, 603)
  assert.deepEqual(numbers(socket, pull), range(1, 603))
  assert.deepEqual(
    socket.pages(pull).map((page) => page.batch.length),
    [100, 100, 100, 100, 100, 100, 2, 1],
  )
  socket.close()
})

test('five clients that push at once: everyone gets the same events, once, in order', { timeout: 30_000 }, async () => {
  const store = await UsedStore.open(server)
  const clients = await Promise.all(range(1, 5).map(() => store.connect()))
  const pulls = clients.map((client) => client.pull({ live: true }))
  const each = 40

  /** Pushes as a store does: on top of what it has pulled, again after each refusal. @param {number} index */
  const author = async (index) => {
    const [client, pull] = [clients[index], pulls[index]]
    let refused = 0
    for (let done = 0; done < each; refused++) {
      assert.ok(refused < 5 * each * 5, 'no progress')
      const head = client.events(pull).at(-1)?.seqNum ?? 0
      const exit = await client.push([event(head, { clientId: `client-${index}`, args: { done } })], {
        backendId: store.backendId,
      })
      if (exit._tag === 'Success') done++
      else {
        assert.equal(failureOf(exit), 'ServerAheadError')
        await client.waitFor(() => (client.events(pull).at(-1)?.seqNum ?? 0) > head, 'the events it lacks')
      }
    }
  }
  await Promise.all(clients.map((_, index) => author(index)))

  store.log = await store.stored()
  assert.deepEqual(
    store.log.map(({ seqNum }) => seqNum),
    range(1, 5 * each),
  )
  for (const index of clients.keys()) {
    const own = store.log.filter(({ clientId }) => clientId === `client-${index}`)
    assert.deepEqual(
      own.map(({ args }) => /** @type {any} */ (args).done),
      range(0, each - 1),
    )
    assert.deepEqual(await clients[index].waitEvents(pulls[index], 5 * each), store.log)
  }
  await store.complete()
  for (const client of clients) client.close()
  store.close()
})

test('pulls that start and page while others push get every event once', { timeout: 30_000 }, async () => {
  const { storeId, author } = await filled(500)
  /** @type {[SyncSocket, string][]} */
  const pulls = []
  for (let head = 500; head < 560; head++) {
    if (head % 6 === 0) {
      const socket = await SyncSocket.connect(server, storeId)
      pulls.push([socket, socket.pull({ live: true })])
    }
    await author.commit([event(head)])
  }
  for (const [socket, pull] of pulls) {
    await socket.waitEvents(pull, 560)
    assert.deepEqual(numbers(socket, pull), range(1, 560))
    socket.close()
  }
})

test('an oversize event in a backlog travels alone and holds up nothing', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const author = await SyncSocket.connect(server, storeId)
  await author.commit([...todos(0, 150), event(150, { args: textOf(1_700_000) })])
  await author.commit(todos(151, 150))
  const socket = await SyncSocket.connect(server, storeId)
  const pages = await socket.pullAll()
  // Behind it more like it are expected, so the next page begins with few.
  assert.deepEqual(
    pages.map(({ batch }) => batch.length),
    [100, 50, 1, 2, 100, 48],
  )
  assert.deepEqual(
    pages.flatMap(({ batch }) => batch.map((item) => item.eventEncoded.seqNum)),
    range(1, 301),
  )
  assert.equal(/** @type {any} */ (pages[2].batch[0].eventEncoded.args).length, 1_700_000)
  socket.close()
})

test('pages are filled by size as well as by count', { timeout: 20_000 }, async () => {
  const { storeId, author } = await filled(0)
  for (let head = 0; head < 30; head += 10) await author.commit(todos(head, 10, { text: textOf(200_000) }))
  const reader = await SyncSocket.connect(server, storeId)
  const pages = await reader.pullAll()
  for (const { batch } of pages) assert.ok(JSON.stringify(batch).length <= 900_000)
  assert.deepEqual(
    pages.map(({ batch }) => batch.length),
    [4, 4, 4, 4, 4, 4, 4, 2],
  )
  assert.deepEqual(
    pages.flatMap(({ batch }) => batch.map((item) => item.eventEncoded.seqNum)),
    range(1, 30),
  )
  reader.close()
})

for (const lengths of [[1], [100], [100, 1], [100, 100, 50]]) {
  const count = lengths.reduce((sum, length) => sum + length)
  test(`a push of ${count} is broadcast in chunks of at most 100`, { timeout: 20_000 }, async () => {
    const { storeId, author } = await filled(0)
    const socket = await patient(storeId)
    const pull = socket.pull({ live: true })
    await socket.waitPages(pull, 1)
    await author.commit(todos(0, count))
    await socket.waitEvents(pull, count)
    const live = socket.pages(pull).slice(1)
    assert.deepEqual(
      live.map(({ batch }) => batch.length),
      lengths,
    )
    assert.ok(live.every(({ pageInfo }) => pageInfo._tag === 'NoMore'))
    const times = live.flatMap(({ batch }) => batch.map(({ metadata }) => metadata.value.createdAt))
    assert.equal(new Set(times).size, 1, 'events of one push have one time')
    const reader = await SyncSocket.connect(server, storeId)
    const stored = (await reader.pullAll()).flatMap(({ batch }) => batch)
    assert.deepEqual(
      live.flatMap(({ batch }) => batch),
      stored,
    )
    socket.close()
    reader.close()
  })
}

test('cursors anywhere: in a gap, at the head, beyond it, below the beginning', { timeout: 20_000 }, async () => {
  const store = await UsedStore.open(server)
  const socket = await store.connect()
  await store.commit(socket, [event(0, { seqNum: 10 }), event(10, { seqNum: 20 }), event(20, { seqNum: 30 })])
  const backendId = store.backendId
  const MAX = Number.MAX_SAFE_INTEGER
  for (const [at, rest] of /** @type {[number, number[]][]} */ ([
    [-MAX, [10, 20, 30]],
    [-1, [10, 20, 30]],
    [0, [10, 20, 30]],
    [9, [10, 20, 30]],
    [10, [20, 30]],
    [15, [20, 30]],
    [29, [30]],
    [30, []],
    [31, []],
    [MAX, []],
  ])) {
    const pages = await socket.pullAll({ cursor: cursorAt(at, backendId) })
    assert.equal(pages.length, 1)
    assert.deepEqual(
      pages[0].batch.map((item) => item.eventEncoded.seqNum),
      rest,
      `${at}`,
    )
    assert.deepEqual([pages[0].pageInfo, pages[0].backendId], [{ _tag: 'NoMore' }, backendId])
  }
  await store.servedBy(socket)
  socket.close()
  store.close()
})

test('a live pull from beyond the head gets nothing it says it has', { timeout: 20_000 }, async () => {
  const store = await UsedStore.open(server)
  const socket = await store.connect()
  await store.commit(socket, todos(0, 3))
  const pull = socket.pull({ live: true, cursor: cursorAt(5, store.backendId) })
  await socket.waitPages(pull, 1)
  await store.commit(socket, todos(3, 5))
  const last = event(8)
  await store.commit(socket, [last])
  await socket.waitFor(() => numbers(socket, pull).includes(9), 'event 9')
  assert.deepEqual(numbers(socket, pull), [6, 7, 8, 9])
  socket.close()
  store.close()
})

test('another backend’s id is told apart, on pull and push', { timeout: 20_000 }, async () => {
  const store = await UsedStore.open(server)
  const socket = await store.connect()
  await store.commit(socket, todos(0, 3))
  const { backendId } = store
  for (const received of ['', 'wrong', `${backendId}x`, '"\\\n\u0000😀']) {
    const expected = { _tag: 'Fail', error: { _tag: 'BackendIdMismatchError', expected: backendId, received } }
    for (const live of [true, false]) {
      const pull = socket.pull({ live, cursor: cursorAt(1, received) })
      assert.deepEqual(/** @type {any} */ (await socket.exitOf(pull)).cause, expected)
      assert.deepEqual(socket.pages(pull), [])
    }
    for (const batch of [[event(3)], [event(0)]]) {
      assert.deepEqual(/** @type {any} */ (await socket.push(batch, { backendId: received })).cause, expected)
    }
    assert.equal((await socket.push([], { backendId: received }))._tag, 'Success', 'nothing is pushed')
  }
  assert.equal((await socket.push([event(3)], { backendId }))._tag, 'Success')
  store.log.push(event(3))
  await store.servedBy(socket)
  socket.close()
  store.close()
})

test(
  'of eight pushes on top of the same event one is stored, whoever they come from',
  { timeout: 20_000 },
  async () => {
    const store = await UsedStore.open(server)
    const sockets = await Promise.all(Array.from({ length: 8 }, () => store.connect()))
    for (const socket of sockets) await socket.pullAll()
    const exits = await Promise.all(
      sockets.map((socket, index) => socket.push([event(0, { clientId: `client-${index}` })])),
    )
    const stored = await store.stored()
    assert.equal(stored.length, 1)
    for (const [index, exit] of exits.entries()) {
      if (stored[0].clientId === `client-${index}`) assert.equal(exit._tag, 'Success')
      else assert.equal(failureOf(exit), 'ServerAheadError')
    }
    assert.deepEqual(await store.bystander.waitEvents(store.pull, 1), stored)
    for (const socket of [...sockets, store]) socket.close()
  },
)

test(
  'a socket that has pulled 2,000 times hears of the next event, and only by its open pull',
  { timeout: 30_000 },
  async () => {
    const { storeId, author } = await filled(1)
    const socket = await SyncSocket.connect(server, storeId)
    const finished = []
    for (let count = 0; count < 2_000; count++) {
      finished.push(socket.pull())
      if (count % 50 === 49) await socket.exitOf(/** @type {string} */ (finished.at(-1)))
    }
    const open = socket.pull({ live: true })
    await socket.waitPages(open, 1)
    await author.commit([event(1)])
    await socket.waitEvents(open, 2)
    for (const pull of finished) assert.deepEqual(numbers(socket, pull), [1])
    socket.close()
  },
)

test('a client that closes is answered with its own code', { timeout: 20_000 }, async () => {
  const { storeId } = await filled(1)
  for (const code of [1000, 3000, 4999]) {
    const socket = await SyncSocket.connect(server, storeId)
    await socket.pullAll()
    socket.close(code, 'bye')
    assert.deepEqual(await socket.closed(), { code, reason: 'bye', wasClean: true })
  }
})
