/** The backend as durable objects reach it: msgpack in, msgpack out, and calls back with what is stored later. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { eventsOf, RpcClient, startClientObjects } from '../harness/client-objects.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { constructions, hibernate } from '../harness/memory.mjs'
import { cursorAt, none, some, SyncSocket } from '../harness/socket.mjs'
import { eventually } from '../harness/wait.mjs'
import { failureOf } from './support/store.mjs'

/** @typedef {import('../harness/events.mjs').Event} Event */

/** Five failed calls, and the time between them. */
const GIVING_UP = 20_000

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startClientObjects()
})
after(() => server?.stop())

/** @param {string} storeId @param {string} [name] */
const rpcClient = (storeId, name) => new RpcClient(server, storeId, name)

const SUCCESS = { _tag: 'Success', value: {} }

test('a ping is answered', async () => {
  const client = rpcClient(freshStoreId())
  const [answer] = await client.request('Ping', { storeId: client.storeId, payload: { tok: 1 } }, '7')
  assert.deepEqual(answer, {
    _tag: 'Exit',
    requestId: '7',
    exit: { _tag: 'Success', value: { _tag: 'SyncMessage.Pong' } },
  })
})

test('what is pushed is pulled, over any transport', async () => {
  const client = rpcClient(freshStoreId())
  const [empty, done] = await client.pull({ id: '1' })
  const { backendId } = empty.values[0]
  assert.deepEqual(empty, {
    _tag: 'Chunk',
    requestId: '1',
    values: [{ rpcRequestId: '1', batch: [], pageInfo: { _tag: 'NoMore' }, backendId }],
  })
  assert.deepEqual(done, { _tag: 'Exit', requestId: '1', exit: { _tag: 'Success' } })

  const args = { text: 'ä😀', list: [0, 63, 64, 127, 128, -1, -33, 70_000, 2 ** 40, 0.1, 1e300, true, null, {}] }
  const batch = [event(0, { args }), event(1, { args: null }), event(2, { args: { $undefined: true } })]
  assert.deepEqual(await client.push(batch, some(backendId)), SUCCESS)

  const { args: _, ...bare } = event(2)
  const log = [batch[0], batch[1], bare]
  assert.deepEqual(eventsOf(await client.pull()), log)
  assert.deepEqual(eventsOf(await client.pull({ cursor: cursorAt(2, backendId) })), [bare])
  const socket = await SyncSocket.connect(server, client.storeId)
  const pages = await socket.pullAll()
  assert.deepEqual(
    pages.flatMap((page) => page.batch.map((item) => item.eventEncoded)),
    log,
  )
  socket.close()
})

test('what JSON does not have is stored as JSON.stringify has it', async () => {
  const client = rpcClient(freshStoreId())
  const args = {
    date: { $date: '2026-01-31T12:00:00.125Z' },
    early: { $date: '1900-01-01T00:00:00.000Z' },
    bytes: { $bytes: [1, 255] },
    gone: { $undefined: true },
    list: [{ $undefined: true }],
  }
  assert.deepEqual(await client.push([event(0, { args })]), SUCCESS)
  assert.deepEqual(eventsOf(await client.pull())[0].args, {
    date: '2026-01-31T12:00:00.125Z',
    early: '1900-01-01T00:00:00.000Z',
    bytes: { 0: 1, 1: 255 },
    list: [null],
  })
  await assert.rejects(client.push([event(1, { args: { $bigint: '9007199254740993' } })]), /BigInt/)
})

test('a large log comes in pages, all in one answer', async () => {
  const client = rpcClient(freshStoreId())
  const batch = todos(0, 250)
  assert.deepEqual(await client.push(batch), SUCCESS)
  const answer = await client.pull()
  assert.deepEqual(
    answer.map(({ values }) => values?.[0].pageInfo),
    [{ _tag: 'MoreKnown', remaining: 150 }, { _tag: 'MoreKnown', remaining: 50 }, { _tag: 'NoMore' }, undefined],
  )
  assert.deepEqual(eventsOf(answer), batch)

  const large = event(250, { args: { text: textOf(1_500_000) } })
  assert.deepEqual(await client.push([large]), SUCCESS)
  assert.deepEqual(eventsOf(await client.pull()).slice(250), [large])
})

test('objects of any number of shapes are read as they were written', async () => {
  const client = rpcClient(freshStoreId())
  const shape = (/** @type {number} */ n) => ({ [`key ${n}`]: n, again: { [`key ${n % 70}`]: [{}, { n }] } })
  const batch = Array.from({ length: 90 }, (_, n) => event(n, { args: shape(n) }))
  assert.deepEqual(await client.push(batch), SUCCESS)
  assert.deepEqual(eventsOf(await client.pull()), batch)
})

test('refusals are the ones that clients act on', async () => {
  const client = rpcClient(freshStoreId())
  await client.push([event(0)])
  const ahead = await client.push([event(0, { clientId: 'other' })])
  assert.deepEqual(ahead.cause, {
    _tag: 'Fail',
    error: { minimumExpectedNum: 1, providedNum: 0, _tag: 'ServerAheadError' },
  })
  assert.equal(failureOf(await client.push([event(1)], some('wrong'))), 'BackendIdMismatchError')
  const [pulled] = await client.pull({ cursor: cursorAt(1, 'wrong') })
  assert.equal(failureOf(pulled.exit), 'BackendIdMismatchError')
  for (const [tag, payload] of [
    ['Push', { storeId: client.storeId }],
    ['Pull', { storeId: client.storeId, cursor: none, rpcContext: {} }],
    ['Push', { storeId: 'another store', batch: [], backendId: none }],
    ['Nothing', {}],
  ]) {
    const [{ exit }] = await client.request(/** @type {string} */ (tag), payload)
    assert.equal(failureOf(exit), 'Die')
  }
  assert.deepEqual(await client.push([event(1)]), SUCCESS, 'the store goes on')
})

test('bytes that are no message are refused, and nothing else happens', async () => {
  const client = rpcClient(freshStoreId())
  await client.push([event(0)])
  for (const [bytes, why] of /** @type {[number[], RegExp][]} */ ([
    [[], /ends in the middle/],
    [[0x91], /ends in the middle/],
    [[0xc1], /no value begins/],
    [[0xdd, 0xff, 0xff, 0xff, 0xff], /ends in the middle/],
    [Array.from({ length: 20_000 }, () => 0x91), /nests deeper/],
    [[0x05], /malformed/],
    [[0x91, 0x05], /malformed/],
  ])) {
    await assert.rejects(client.object.call('sendBytes', client.storeId, bytes), why)
  }
  assert.deepEqual(await client.push([event(1)]), SUCCESS)
})

test('several requests are answered together', async () => {
  const client = rpcClient(freshStoreId())
  /** @param {string} id @param {string} tag @param {object} payload */
  const request = (id, tag, payload) => ({ _tag: 'Request', id, tag: `SyncDoRpc.${tag}`, payload, headers: [] })
  const push = request('0', 'Push', { batch: [event(0)], backendId: none, storeId: client.storeId })
  const pull = request('1', 'Pull', { cursor: none, storeId: client.storeId })
  /** @type {{ _tag: string, requestId: string }[]} */
  const answer = await client.object.call('send', client.storeId, [[push, pull]])
  assert.deepEqual(
    answer.map(({ _tag, requestId }) => [_tag, requestId]),
    [
      ['Exit', '0'],
      ['Chunk', '1'],
      ['Exit', '1'],
    ],
  )
})

test('live pulls', { concurrency: true }, async (t) => {
  await Promise.all([
    t.test('every object that pulls live is called with what the others store', async () => {
      const storeId = freshStoreId()
      const [first, second, late] = ['first', 'second', 'late'].map((name) => rpcClient(storeId, `${storeId} ${name}`))
      await first.pull({ live: true, id: '3' })
      await second.pull({ live: true, id: '3' })
      const author = await SyncSocket.connect(server, storeId)
      await author.commit([event(0)])
      await first.push([event(1)])
      for (const client of [first, second]) assert.deepEqual(await client.waitEvents(2), [event(0), event(1)])
      const [[chunk, store]] = await first.object.call('calls')
      assert.equal(store, storeId)
      assert.deepEqual([chunk._tag, chunk.requestId, chunk.values[0].rpcRequestId], ['Chunk', '3', undefined])

      assert.deepEqual(eventsOf(await late.pull({ live: true })), [event(0), event(1)])
      await author.commit([event(2)])
      assert.deepEqual(await late.waitEvents(1), [event(2)])
      author.close()
    }),

    t.test('a pull that is not live is not called', async () => {
      const storeId = freshStoreId()
      const [quiet, live] = ['quiet', 'live'].map((name) => rpcClient(storeId, `${storeId} ${name}`))
      await quiet.pull()
      await live.pull({ live: true })
      await live.push([event(0)])
      await live.waitEvents(1)
      assert.deepEqual(await quiet.object.call('calls'), [])
    }),

    t.test('a call that fails is made again, and nothing is left out or out of order', async () => {
      const client = rpcClient(freshStoreId())
      await client.pull({ live: true })
      await client.object.call('fail', 2)
      await client.push(todos(0, 2))
      // It may have failed because it has started anew: before the events it is called with none.
      /** @type {any[][]} */
      const calls = await eventually(async () => {
        const made = await client.object.call('calls')
        return made.length >= 4 && made
      }, 'four calls are made')
      assert.deepEqual(
        calls.map(([chunk]) => eventsOf([chunk])),
        [todos(0, 2), [], [], todos(0, 2)],
      )
    }),

    t.test('an object that cannot be called costs the others nothing', async () => {
      const storeId = freshStoreId()
      const [broken, sound] = ['broken', 'sound'].map((name) => rpcClient(storeId, `${storeId} ${name}`))
      const { callerContext } = await broken.object.call('context')
      for (const context of [
        { ...callerContext, bindingName: 'MISSING' },
        { ...callerContext, durableObjectId: 'nonsense' },
        { ...callerContext, bindingName: 'STORE_OBJECT' },
      ]) {
        const rpcContext = { callerContext: context }
        const [page] = await broken.request('Pull', { cursor: none, rpcContext, storeId })
        assert.equal(page._tag, 'Chunk')
      }
      await sound.pull({ live: true })
      await sound.push(todos(0, 3))
      assert.deepEqual(await sound.waitEvents(3), todos(0, 3))
    }),

    t.test('an object that does not answer keeps nobody waiting, and is heard again when it pulls', async () => {
      const storeId = freshStoreId()
      const [stuck, sound] = ['stuck', 'sound'].map((name) => rpcClient(storeId, `${storeId} ${name}`))
      for (const client of [stuck, sound]) await client.pull({ live: true })
      await stuck.object.call('hang', true)
      const socket = await SyncSocket.connect(server, storeId)
      const pull = socket.pull({ live: true })
      await socket.commit([event(0)])
      await stuck.waitEvents(1)
      await socket.commit([event(1)])
      assert.deepEqual(await socket.waitEvents(pull, 2), [event(0), event(1)])
      assert.deepEqual(await sound.waitEvents(2), [event(0), event(1)])
      assert.deepEqual(await stuck.heard(), [event(0)])
      await stuck.object.call('hang', false)
      await stuck.pull({ live: true })
      await socket.commit([event(2)])
      assert.deepEqual(await stuck.waitEvents(2), [event(0), event(2)])
      socket.close()
    }),

    t.test('an object that always fails is forgotten, and heard again when it pulls', async () => {
      const storeId = freshStoreId()
      const [broken, sound] = ['broken', 'sound'].map((name) => rpcClient(storeId, `${storeId} ${name}`))
      await broken.pull({ live: true })
      await broken.object.call('fail', 5)
      await broken.push([event(0)])
      const calls = async () => (await broken.object.call('calls')).length
      await eventually(async () => (await calls()) === 5, 'five calls have failed', GIVING_UP)
      await sound.pull({ live: true })
      await sound.push([event(1)])
      assert.deepEqual(await sound.waitEvents(1), [event(1)])
      assert.equal(await calls(), 5)
      assert.deepEqual(eventsOf(await broken.pull({ live: true })), [event(0), event(1)])
      await sound.push([event(2)])
      await eventually(async () => (await broken.heard()).at(-1)?.seqNum === 3, 'it is called again')
    }),

    t.test('a live pull goes on after the backend was evicted', async () => {
      const client = rpcClient(freshStoreId())
      await client.pull({ live: true })
      await client.push([event(0)])
      await client.waitEvents(1)
      await hibernate(server, client.storeId)
      const author = await SyncSocket.connect(server, client.storeId)
      await author.commit([event(1)])
      assert.equal(await constructions(server, client.storeId), 2)
      await eventually(async () => (await client.heard()).at(-1)?.seqNum === 2, 'the next event is heard')
      author.close()
    }),
  ])
})

test('a live pull goes on after the process was killed', async () => {
  const client = rpcClient(freshStoreId())
  await client.pull({ live: true })
  await client.push([event(0)])
  await client.waitEvents(1)
  await server.restart()
  // The arguments of the earlier calls were in its memory, which is gone.
  const author = await SyncSocket.connect(server, client.storeId)
  await author.commit([event(1)])
  assert.deepEqual(await client.waitEvents(1), [event(1)])
  author.close()
})
