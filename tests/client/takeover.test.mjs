/** An object whose storage LiveStore's own store has written goes on as ours. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { ClientObject, eventsOf, RpcClient } from '../harness/client-objects.mjs'
import { chain, todoCreated } from '../harness/events.mjs'
import { openClient } from '../harness/livestore.mjs'
import { some, SyncSocket } from '../harness/socket.mjs'
import { startMovingClients, todoClient } from '../harness/store-client.mjs'
import { eventually, pause } from '../harness/wait.mjs'

/** The session of the official stores. */
const SESSION = 'static'

/** @typedef {import('../harness/events.mjs').Event} Event */

for (const backend of /** @type {const} */ (['rust', 'official'])) {
  describe(`with the ${backend} backend`, () => {
    /** @type {import('../harness/workerd.mjs').Workerd} */
    let server
    before(async () => {
      server = await startMovingClients(backend)
    })
    after(() => server?.stop())

    /** An object with LiveStore's own store. @param {string} storeId @param {string} [name] */
    const official = async (storeId, name = `${storeId}-object`) => {
      const object = todoClient(server, name)
      await object.call('open', storeId)
      return object
    }

    /** The methods of an object that end its life. @param {ClientObject} object @param {'crash' | 'move'} method */
    const end = (object, method) => object.call(method).catch(() => {})

    /** @param {string} storeId */
    const backendOf = (storeId) => new ClientObject(server, 'SYNC_BACKEND_DO', storeId)

    /** The events that the backend has. @param {string} storeId @returns {Promise<Event[]>} */
    const log = async (storeId) => eventsOf(await new RpcClient(server, storeId).pull())

    /** Waits until the backend has so many events. @param {string} storeId @param {number} count */
    const stored = (storeId, count) =>
      eventually(async () => (await log(storeId)).length === count, `${count} events in the backend`)

    /** Has another client commit. @param {string} storeId @param {import('../harness/events.mjs').Body[]} bodies */
    const commit = async (storeId, ...bodies) => {
      const author = new RpcClient(server, storeId)
      const messages = await author.pull()
      const head = eventsOf(messages).at(-1)?.seqNum ?? 0
      const exit = await author.push(chain(head, bodies), some(messages[0].values[0].backendId))
      assert.equal(exit._tag, 'Success', JSON.stringify(exit))
    }

    /** The names of an object's tables. @param {ClientObject} object @returns {Promise<string[]>} */
    const tables = async (object) =>
      (await object.call('rows', "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")).map(
        (/** @type {any} */ row) => row.name,
      )

    /** What the official store has: its head, and the numbers of its log. @param {ClientObject} object */
    const left = async (object) => {
      const [{ head, backendId }] = await object.call('rows', 'SELECT * FROM __livestore_sync_status')
      const rows = await object.call('rows', 'SELECT * FROM eventlog ORDER BY seqNumGlobal, seqNumClient')
      const numbers = rows.map((/** @type {any} */ row) => [row.seqNumGlobal, row.seqNumClient])
      return { head, backendId, numbers, rows }
    }

    test('a long log is applied while the object is up, and its subscription hears of the rows in the end', async () => {
      const storeId = freshStoreId()
      const count = 1_500
      const bodies = Array.from({ length: count }, (_, index) => todoCreated(String(index)))
      for (let first = 0; first < count; first += 100) await commit(storeId, ...bodies.slice(first, first + 100))
      const object = await official(storeId)
      await eventually(async () => (await left(object)).head === count, 'all events are pulled')
      await end(object, 'move')
      // The object subscribes in its `#[init]`, which must not wait for the rebuild, or fail because of it.
      await object.call('status')
      await eventually(async () => {
        const counts = await object.call('counts')
        return counts.length === 1 && counts[0] === count
      }, 'the subscription hears of all rows once')
      assert.deepEqual(await object.call('constants'), [7], 'one that reads no table hears of the end as well')
      assert.equal((await object.call('ids')).length, count)
    })

    test('confirmed and pending events, and a conflict', async () => {
      const storeId = freshStoreId()
      const object = await official(storeId)
      await object.call('create', 'a')
      await object.call('create', 'b')
      await stored(storeId, 2)
      // It learns of its own events when it pulls.
      await end(object, 'crash')
      await object.call('open', storeId)
      await eventually(async () => (await left(object)).head === 2, 'two confirmed events')
      await backendOf(storeId).call('cutOff', true)
      await object.call('create', 'c')
      await object.call('note', 'stays here')
      await object.call('touch')
      await object.call('create', 'd')
      await eventually(async () => (await left(object)).numbers.length === 6, 'four more rows')
      const { numbers, rows } = await left(object)
      // prettier-ignore
      assert.deepEqual(numbers, [[1, 0], [2, 0], [3, 0], [3, 1], [4, 0], [5, 0]])
      assert.equal(rows[4].argsJson, '{}')
      assert.deepEqual(await tables(object), ['__livestore_sync_status', '_cf_KV', 'eventlog', 'vfs_pages'])
      await end(object, 'move')

      assert.deepEqual(await object.call('todos'), [
        { id: 'a', text: 'a', completed: false },
        { id: 'b', text: 'b', completed: false },
        { id: 'c', text: 'c', completed: false },
        { id: 'd', text: 'd', completed: false },
      ])
      const { storeId: known, head, backendPendingCount, rebuilt } = await object.call('status')
      assert.deepEqual(
        { known, head, backendPendingCount, rebuilt },
        { known: null, head: 2, backendPendingCount: 3, rebuilt: null },
      )
      const names = await tables(object)
      assert.ok(!names.some((name) => ['__livestore_sync_status', 'eventlog', 'vfs_pages'].includes(name)), `${names}`)
      // Nobody has connected it, so the pending events stay.
      await end(object, 'crash')
      assert.equal((await object.call('status')).backendPendingCount, 3)
      assert.equal((await object.call('cost')).written, 0, 'the second open writes nothing')

      await backendOf(storeId).call('cutOff', false)
      await commit(storeId, todoCreated('x'))
      await object.call('open', storeId)
      await object.call('createConfirmed', 'e')
      await object.call('synced')
      const lines = ['a', 'b', 'c', 'd', 'e', 'x']
      assert.deepEqual(await object.call('ids'), lines)

      const events = await log(storeId)
      assert.deepEqual(
        events.map(({ name, args, seqNum, parentSeqNum }) => [
          seqNum,
          parentSeqNum,
          name === 'v1.Touched' ? name : /** @type {any} */ (args).id,
        ]),
        ['a', 'b', 'x', 'c', 'v1.Touched', 'd', 'e'].map((what, index) => [index + 1, index, what]),
      )
      const theirs = events.filter(({ sessionId }) => sessionId === SESSION)
      assert.deepEqual(new Set(theirs.map(({ clientId }) => clientId)), new Set([rows[0].clientId]))
      assert.equal(theirs.length, 5, 'the events keep the session that made them')
      const { clientId, sessionId } = /** @type {Event} */ (events.at(-1))
      assert.ok(clientId.startsWith(rows[0].clientId) && sessionId !== SESSION, 'new events have ids of their own')

      const node = await openClient({ url: server.url, storeId, clientId: 'node' })
      await eventually(() => node.todos().length === lines.length, 'an official client shows all')
      assert.deepEqual(
        node.todos(),
        lines.map((id) => ({ id, text: id, completed: false })),
      )
      await node.close()
      const { rejected, halted, pushParked, pullParked } = await object.call('status')
      assert.deepEqual(
        { rejected, halted, pushParked, pullParked },
        { rejected: 0, halted: null, pushParked: null, pullParked: null },
      )
    })

    for (const kind of ['live', 'plain']) {
      test(`events that the backend has already are not pushed again, ${kind}`, async () => {
        const storeId = freshStoreId()
        const object = await official(storeId, `${kind}-${storeId}`)
        // The backend calls a live store with its events, so that they do not stay pending.
        if (kind === 'live') await backendOf(storeId).call('loseAnswers', 1)
        await object.call('create', 'a')
        await object.call('touch')
        await object.call('create', 'b')
        await object.call('touch')
        await stored(storeId, 4)
        assert.equal((await log(storeId))[1].args ?? null, null, 'where the log of the object has an empty object')
        if (kind === 'plain') assert.equal((await left(object)).head, 0, 'it has not heard of them')
        await end(object, 'move')
        await object.call('open', storeId)
        await object.call('synced')
        const { head, backendPendingCount, rejected } = await object.call('status')
        assert.deepEqual({ head, backendPendingCount, rejected }, { head: 4, backendPendingCount: 0, rejected: 0 })
        assert.deepEqual(await object.call('ids'), ['a', 'b'])
        assert.equal((await log(storeId)).length, 4)
      })
    }

    test('pending events that the old code has moved behind others', async () => {
      const storeId = freshStoreId()
      const object = await official(storeId, `live-${storeId}`)
      await object.call('create', 'a')
      await eventually(async () => (await left(object)).head === 1, 'a confirmed event')
      await backendOf(storeId).call('cutOff', true)
      await object.call('create', 'c')
      await object.call('create', 'd')
      await eventually(async () => (await left(object)).numbers.length === 3, 'two pending events')
      // A client that is not cut off. The backend calls the object with its event.
      const socket = await SyncSocket.connect(server, storeId)
      await socket.commit(chain(1, [todoCreated('x')]))
      socket.close()
      await eventually(async () => {
        const { rows } = await left(object)
        return rows.filter((/** @type {any} */ row) => row.seqNumRebaseGeneration > 0).length === 2
      }, 'the rebase')
      await end(object, 'move')
      await backendOf(storeId).call('cutOff', false)
      const { head, backendPendingCount } = await object.call('status')
      assert.deepEqual({ head, backendPendingCount }, { head: 2, backendPendingCount: 2 })
      await object.call('open', storeId)
      await object.call('synced')
      assert.deepEqual(
        (await log(storeId)).map(({ args }) => /** @type {any} */ (args).id),
        ['a', 'x', 'c', 'd'],
      )
      assert.deepEqual(await object.call('ids'), ['a', 'c', 'd', 'x'])
    })

    test('a store that cannot start any more goes on', async () => {
      const storeId = freshStoreId()
      const object = await official(storeId)
      await object.call('create', 'a')
      await stored(storeId, 1)
      // Our schema does not know the event, and theirs cannot read it.
      const poison = { name: 'v1.TodoDeleted', args: { id: 7 } }
      await commit(storeId, poison, todoCreated('b'))
      await end(object, 'crash')
      await object.call('open', storeId).catch(() => {})
      await eventually(async () => (await left(object)).head === 3, 'the head has moved')
      assert.deepEqual((await left(object)).numbers, [[1, 0]])
      await end(object, 'crash')
      await assert.rejects(object.call('open', storeId), /./)
      await end(object, 'move')
      await object.call('open', storeId)
      await object.call('synced')
      assert.deepEqual(await object.call('ids'), ['a', 'b'])
    })

    test('there is no way back, but the way forward again', async () => {
      const storeId = freshStoreId()
      const object = await official(storeId)
      await object.call('create', 'a')
      await stored(storeId, 1)
      await end(object, 'move')
      await object.call('open', storeId)
      await object.call('createConfirmed', 'b')
      await object.call('disconnect')
      await object.call('create', ['c'])
      await end(object, 'move')
      // The old code begins anew, with the events of the backend.
      await object.call('open', storeId)
      await eventually(async () => (await object.call('ids')).length === 2, 'the confirmed lines')
      await object.call('create', 'd')
      await stored(storeId, 3)
      await end(object, 'move')
      // Ours has what it had.
      assert.deepEqual(await object.call('ids'), ['a', 'b', 'c'])
      await object.call('open', storeId)
      await object.call('synced')
      assert.deepEqual(await object.call('ids'), ['a', 'b', 'c', 'd'])
      assert.equal((await log(storeId)).length, 4)
    })

    // The rest needs no backend.
    if (backend === 'official') return

    /** Gives an official store that is not connected a long log. @param {ClientObject} object @param {number} count */
    const fill = async (object, count) => {
      const numbers = `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${count})`
      const args = "json_object('id', 't' || n, 'text', 'todo ' || n)"
      await object.call(
        'rows',
        `INSERT INTO eventlog ${numbers} SELECT n, 0, 0, n - 1, 0, 0, 'v1.TodoCreated', ${args}, 'c', 's', -1, '{}' FROM n`,
      )
      await object.call('rows', 'UPDATE __livestore_sync_status SET head = ?', count)
    }

    /** Asserts that an object has a log of ours, all of it once. @param {ClientObject} object @param {number} count */
    const has = async (object, count) => {
      await eventually(async () => (await object.call('status')).rebuilt === null, 'the tables are filled')
      const select =
        'SELECT (SELECT count(*) FROM __livestore_eventlog) AS events, (SELECT count(*) FROM todos) AS lines'
      assert.deepEqual(await object.call('rows', select), [{ events: count, lines: count }])
      assert.ok(!(await tables(object)).includes('eventlog'))
      assert.equal((await object.call('status')).head, count)
    }

    test('a long log is taken over, through evictions', async () => {
      const storeId = freshStoreId()
      const object = await official(storeId, `quiet-${storeId}`)
      await fill(object, 8_500)
      await end(object, 'move')
      for (const least of [1_000, 2_000]) {
        const { rebuilt, head } = await object.call('status')
        assert.equal(head, 8_500)
        assert.ok(rebuilt === null || rebuilt >= least, `${rebuilt}`)
        await end(object, 'crash')
      }
      await has(object, 8_500)
      await end(object, 'crash')
      assert.equal((await object.call('status')).rebuilt, null)
      assert.equal((await object.call('cost')).written, 0)
    })

    test('a process that is killed in the middle takes over nothing or all', async () => {
      for (const wait of [0, 15, 40, 80]) {
        const storeId = freshStoreId()
        const object = await official(storeId, `quiet-${storeId}`)
        await fill(object, 20_000)
        await end(object, 'move')
        const call = object.call('status').catch(() => {})
        await pause(wait)
        await server.restart()
        await call
        await has(object, 20_000)
      }
    })

    test('an alarm that the old code has set is harmless, and its values stay', async () => {
      const storeId = freshStoreId()
      const object = await official(storeId, `quiet-${storeId}`)
      await object.call('setAlarm', 300)
      await end(object, 'move')
      await object.call('status')
      await eventually(async () => (await object.call('timer')) === null, 'the alarm goes off')
      await pause(100)
      assert.equal(await object.call('timer'), null)
      assert.equal(await object.call('value', 'storeId'), storeId)
    })
  })
}
