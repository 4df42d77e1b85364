/** A store in a durable object, with our backend and with LiveStore's, beside LiveStore's own clients. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { ClientObject, eventsOf, RpcClient } from '../harness/client-objects.mjs'
import { chain } from '../harness/events.mjs'
import { some } from '../harness/socket.mjs'
import { startStoreClients, todoClient } from '../harness/store-client.mjs'
import { eventually } from '../harness/wait.mjs'

for (const backend of /** @type {const} */ (['rust', 'official'])) {
  describe(`with the ${backend} backend`, () => {
    /** @type {import('../harness/workerd.mjs').Workerd} */
    let server
    before(async () => {
      server = await startStoreClients(backend)
    })
    after(() => server?.stop())

    /** A client of its own, connected to a store. @param {string} storeId @param {string} [name] */
    const connected = async (storeId, name = `${storeId}-${Math.random()}`) => {
      const client = todoClient(server, name)
      await client.call('open', storeId)
      return client
    }

    /** @param {ClientObject} client @param {string[]} expected */
    const has = (client, expected) =>
      eventually(
        async () => JSON.stringify(await client.call('ids')) === JSON.stringify(expected),
        () => `the lines ${expected}`,
      )

    test('a commit is seen at once, and confirmed', async () => {
      const client = await connected(freshStoreId())
      await client.call('create', ['a', 'b'])
      assert.deepEqual(await client.call('todos'), [
        { id: 'a', text: 'a', completed: false },
        { id: 'b', text: 'b', completed: false },
      ])
      await client.call('createConfirmed', 'c')
      await client.call('synced')
      const { head, backendPendingCount, isBackendSynced, halted, pushParked } = await client.call('status')
      assert.deepEqual(
        { head, backendPendingCount, isBackendSynced, halted, pushParked },
        { head: 3, backendPendingCount: 0, isBackendSynced: true, halted: null, pushParked: null },
      )
      assert.deepEqual(await client.call('sizes'), { read: 3, written: 0 }, 'no undo rows are left')
    })

    test('what was committed before the first connection is pushed', async () => {
      const client = todoClient(server, freshStoreId())
      await client.call('create', ['early'])
      const storeId = freshStoreId()
      await client.call('open', storeId)
      await client.call('synced')
      const other = await connected(storeId)
      await has(other, ['early'])
    })

    test('two clients that commit at the same time end with the same lines', async () => {
      const storeId = freshStoreId()
      const [one, two] = [await connected(storeId), await connected(storeId)]
      const ids = Array.from({ length: 30 }, (_, index) => String(index).padStart(2, '0'))
      await Promise.all(ids.map((id, index) => (index % 2 ? one : two).call('create', [id])))
      await Promise.all([one.call('synced'), two.call('synced')])
      // A backend of LiveStore 0.4.0 calls only the client that pulled last; the others pull by a timer.
      if (backend === 'official') await Promise.all([one.call('resume'), two.call('resume')])
      await Promise.all([has(one, ids), has(two, ids)])
    })

    test('one that cannot be applied any more is rejected, and its receipt says so', async () => {
      const storeId = freshStoreId()
      const one = await connected(storeId)
      await one.call('createConfirmed', 'same')
      // The other one commits before it has ever heard of the first.
      const two = todoClient(server, `${storeId}-two`)
      const outcome = two.call('createConfirmed', 'same').then(String, String)
      await eventually(async () => (await two.call('ids')).length === 1, 'the commit')
      await two.call('open', storeId)
      assert.match(await outcome, /rejected/)
      await two.call('synced')
      assert.deepEqual(await two.call('ids'), ['same'])
      assert.equal((await two.call('status')).rejected, 1)
    })

    test("LiveStore's own store in an object sees the lines, and ours sees its", async () => {
      const storeId = freshStoreId()
      const ours = await connected(storeId)
      await ours.call('createConfirmed', 'from ours')
      const theirs = new ClientObject(server, 'STORE_OBJECT', storeId)
      await theirs.call('open', storeId)
      assert.deepEqual(await theirs.call('ids'), ['from ours'])
      await theirs.call('create', 'from theirs')
      await eventually(async () => {
        await ours.call('resume')
        return (await ours.call('ids')).length === 2
      }, 'the event of the other client')
      await ours.call('create', ['again'])
      await ours.call('synced')
      // A backend of LiveStore 0.4.0 does not call this object any more: ours pulled after it.
      if (backend === 'official') await theirs.call('crash').catch(() => {})
      await eventually(async () => {
        await theirs.call('open', storeId)
        return (await theirs.call('ids')).length === 3
      }, 'ours again')
    })

    test('a backlog of 1,000 events is pulled', async () => {
      const storeId = freshStoreId()
      const client = new RpcClient(server, storeId)
      /** @type {any} */
      let backendId
      for (let first = 0; first < 1_000; first += 100) {
        const batch = chain(
          first,
          Array.from({ length: 100 }, (_, index) => {
            const id = String(first + index).padStart(4, '0')
            return { name: 'v1.TodoCreated', args: { id, text: 'x' } }
          }),
        )
        const exit = await client.push(batch, backendId)
        assert.equal(exit._tag, 'Success', JSON.stringify(exit))
        if (backendId === undefined) {
          const [{ values }] = await client.pull()
          backendId = some(values[0].backendId)
        }
      }
      const ours = await connected(storeId)
      await ours.call('synced')
      assert.equal((await ours.call('ids')).length, 1_000)
    })

    test('an eviction between commit and confirmation loses nothing and doubles nothing', async () => {
      const storeId = freshStoreId()
      const name = `${storeId}-evicted`
      const client = await connected(storeId, name)
      for (const id of ['a', 'b', 'c', 'd']) {
        await client.call('create', [id])
        await client.call('crash').catch(() => {})
      }
      await client.call('synced')
      await has(client, ['a', 'b', 'c', 'd'])
      const other = await connected(storeId)
      await has(other, ['a', 'b', 'c', 'd'])
      const messages = await new RpcClient(server, storeId).pull()
      const count = messages.flatMap(({ values = [] }) =>
        values.flatMap((/** @type {any} */ page) => page.batch),
      ).length
      assert.equal(count, 4)
    })

    test('an object that sleeps is woken by others’ commits', async () => {
      const storeId = freshStoreId()
      const sleeper = await connected(storeId)
      await sleeper.call('synced')
      await sleeper.call('crash').catch(() => {})
      const other = backend === 'rust' ? await connected(storeId) : new RpcClient(server, storeId)
      if (other instanceof RpcClient) {
        const [{ values }] = await other.pull()
        await other.push(chain(0, [{ name: 'v1.TodoCreated', args: { id: 'x', text: '' } }]), some(values[0].backendId))
      } else {
        await other.call('createConfirmed', 'x')
      }
      await has(sleeper, ['x'])
      const changes = await sleeper.call('changes')
      assert.ok(changes.includes('remote: todos'), JSON.stringify(changes))
    })

    test('a commit that asks the backend first is never rebased', async () => {
      const storeId = freshStoreId()
      const clients = [await connected(storeId), await connected(storeId), await connected(storeId)]
      await Promise.all(
        clients.map(async (client, number) => {
          for (const turn of [0, 1, 2]) await client.call('createFirst', `${number}${turn}`)
        }),
      )
      const expected = [0, 1, 2].flatMap((number) => [0, 1, 2].map((turn) => `${number}${turn}`))
      for (const client of clients) {
        await client.call('resume')
        await client.call('synced')
        await has(client, expected)
        const log = await client.call('log')
        assert.deepEqual(log.map((/** @type {any} */ { id }) => id).sort(), expected)
      }
      const refused = await clients[0].call('createFirst', '00').then(String, String)
      assert.match(refused, /cannot be applied/)
      assert.equal((await clients[0].call('status')).backendPendingCount, 0)
    })

    test('a subscription is called when its rows change, and not otherwise', async () => {
      const client = await connected(freshStoreId())
      await client.call('create', ['a', 'b'])
      await client.call('create', ['c'])
      await client.call('complete', 'a')
      await client.call('complete', 'a')
      await client.call('synced')
      assert.deepEqual(await client.call('counts'), [0, 2, 3, 2])
    })

    test('a commit, a pulled event and an open cost few rows', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      await client.call('createConfirmed', 'first')
      /** @param {ClientObject} client @param {() => Promise<unknown>} act */
      const costOf = async (client, act) => {
        const before = await client.call('cost')
        await act()
        const after = await client.call('cost')
        return { read: after.read - before.read, written: after.written - before.written }
      }
      const commit = await costOf(client, () => client.call('createConfirmed', 'second'))
      assert.ok(commit.written <= 5, `a confirmed commit writes ${commit.written} rows`)

      const rpc = new RpcClient(server, storeId)
      const [{ values }] = await rpc.pull()
      const batch = chain(
        2,
        Array.from({ length: 50 }, (_, index) => ({ name: 'v1.TodoCreated', args: { id: `p${index}`, text: '' } })),
      )
      const pulled = await costOf(client, async () => {
        assert.equal((await rpc.push(batch, some(values[0].backendId)))._tag, 'Success')
        await eventually(async () => {
          await client.call('resume')
          return (await client.call('ids')).length === 52
        }, 'the events')
      })
      assert.ok(pulled.written <= 2.2 * 50, `50 pulled events write ${pulled.written} rows`)

      await client.call('synced')
      await client.call('crash').catch(() => {})
      await client.call('synced')
      const { written } = await client.call('cost')
      assert.equal(written, 0, 'an open writes nothing')
    })

    test('a commit in a transaction that is rolled back never happened', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      await client.call('createConfirmed', 'before')
      assert.match(await client.call('rollBack', 'never'), /rolled back/)
      await client.call('createConfirmed', 'after')
      await client.call('synced')
      await has(client, ['after', 'before'])
      const messages = await new RpcClient(server, storeId).pull()
      assert.deepEqual(
        eventsOf(messages).map(({ args }) => /** @type {any} */ (args).id),
        ['before', 'after'],
      )
      const { head, backendPendingCount } = await client.call('status')
      assert.deepEqual({ head, backendPendingCount }, { head: 2, backendPendingCount: 0 })
    })

    test('a subscription hears of a commit that was rolled back after it', async () => {
      const client = await connected(freshStoreId())
      await client.call('rollBack', 'never')
      await eventually(async () => JSON.stringify(await client.call('counts')) === '[0,1,0]', '0, 1 and 0 lines')
      assert.equal((await client.call('changes')).at(-1), 'reset: todos')
    })

    test('a function that commits when it subscribes is called again', async () => {
      const client = await connected(freshStoreId())
      assert.deepEqual(await client.call('seed'), [0, 1])
    })

    test('a reset right after a start does not take the answer to an earlier pull for its own', async () => {
      const client = await connected(freshStoreId())
      await client.call('create', ['a', 'b'])
      await client.call('synced')
      await client.call('crash').catch(() => {})
      await client.call('reset')
      await client.call('synced')
      await has(client, ['a', 'b'])
    })

    test('an object that only wakes and pulls sets no timer, so that it sleeps again', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId, `quiet-${storeId}`)
      await client.call('createConfirmed', 'a')
      const wait = await client.call('timer')
      assert.ok(wait > 0 && wait <= 30_000, `the timer of the push: ${wait}`)
      const other = await connected(freshStoreId(), `quiet-${freshStoreId()}`)
      await other.call('synced')
      for (let life = 0; life < 3; life++) {
        await other.call('crash').catch(() => {})
        await other.call('synced')
      }
      assert.equal(await other.call('timer'), null)
    })

    test('one that watches pulls now and then', async () => {
      const client = await connected(freshStoreId())
      await client.call('synced')
      const wait = await client.call('timer')
      assert.ok(wait > 30_000 && wait <= 60_000, `the timer of the next pull: ${wait}`)
    })

    /** The ids of the lines that the backend has, in its order. @param {string} storeId */
    const stored = async (storeId) =>
      eventsOf(await new RpcClient(server, storeId).pull()).map(({ args }) => /** @type {any} */ (args).id)

    /** @param {string} storeId */
    const backendOf = (storeId) => new ClientObject(server, 'SYNC_BACKEND_DO', storeId)

    test('a backend that was replaced is taken over, and pending events are rejected', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      await client.call('createConfirmed', 'a')
      await client.call('createConfirmed', 'b')
      await backendOf(storeId)
        .call('wipe')
        .catch(() => {})
      const outcome = await client.call('createConfirmed', 'c').then(String, String)
      assert.match(outcome, /replaced/)
      await client.call('synced')
      const { head, rejected, backendPendingCount } = await client.call('status')
      assert.deepEqual({ head, rejected, backendPendingCount }, { head: 0, rejected: 1, backendPendingCount: 0 })
      await client.call('createConfirmed', 'd')
      await has(client, ['d'])
      assert.deepEqual(await stored(storeId), ['d'])
    })

    test('a backend that is replaced at any time ends with the lines of its clients', async () => {
      const storeId = freshStoreId()
      const name = `${storeId}-any`
      const client = await connected(storeId, name)
      await client.call('createConfirmed', 'a')
      for (const [index, crashes] of [false, true, false, true].entries()) {
        const commits = [0, 1, 2].map((each) => client.call('createConfirmed', `${index}-${each}`).catch(String))
        const wiped = backendOf(storeId)
          .call('wipe')
          .catch(() => {})
        if (crashes) await client.call('crash').catch(() => {})
        await Promise.all([...commits, wiped])
        await client.call('resume')
        await client.call('synced')
        const lines = await client.call('ids')
        await eventually(
          async () => JSON.stringify((await stored(storeId)).sort()) === JSON.stringify(lines),
          () => `the backend has ${lines}`,
        )
      }
    })

    test('lost answers to pushes and pulls double nothing', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      await client.call('createConfirmed', 'a')
      for (const id of ['b', 'c']) {
        await backendOf(storeId).call('loseAnswers', 2)
        await client.call('create', [id])
        await client.call('synced')
        await backendOf(storeId).call('loseAnswers', 0)
      }
      assert.deepEqual(await client.call('ids'), ['a', 'b', 'c'])
      assert.deepEqual(await stored(storeId), ['a', 'b', 'c'])
    })

    test('large events and commits of many events are pushed in parts', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      const large = ['1', '2', '3'].map((first) => first.repeat(224_900))
      await client.call('create', large)
      await client.call('synced')
      const many = Array.from({ length: 1_000 }, (_, index) => `m${index}`)
      await client.call('create', many)
      await client.call('synced')
      const { head, pushParked } = await client.call('status')
      assert.deepEqual({ head, pushParked }, { head: 1_003, pushParked: null })
      const other = await connected(storeId)
      await other.call('synced')
      assert.equal((await other.call('ids')).length, 1_003)
    })

    test('an event whose arguments are deep comes in a call and in a pull', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      await client.call('synced')
      let deep = /** @type {any} */ ([])
      for (let depth = 0; depth < 1_000; depth++) deep = [deep]
      const author = new RpcClient(server, storeId)
      const [{ values }] = await author.pull()
      const event = { name: 'v1.TodoCreated', args: { id: 'deep', text: 'cut \ud83d', more: deep } }
      const exit = await author.push(chain(0, [event]), some(values[0].backendId))
      assert.equal(exit._tag, 'Success', JSON.stringify(exit))
      await has(client, ['deep'])
      const later = await connected(storeId)
      await has(later, ['deep'])
    })

    // The hooks of a backend in JavaScript are not ours.
    if (backend === 'rust') {
      test('a hook that cannot decide yet is asked again, and the store waits', async () => {
        const storeId = freshStoreId()
        const client = await connected(storeId)
        await client.call('createConfirmed', 'undecided')
        const { pushParked, backendPendingCount } = await client.call('status')
        assert.deepEqual({ pushParked, backendPendingCount }, { pushParked: null, backendPendingCount: 0 })
        assert.deepEqual(await stored(storeId), ['undecided'])
      })

      test('events that a hook refuses wait visibly, and can be taken back', async () => {
        const storeId = freshStoreId()
        const client = await connected(storeId)
        await client.call('createConfirmed', 'a')
        await assert.rejects(client.call('createConfirmed', 'forbidden'), /this word is not allowed/)
        await client.call('create', ['behind'])
        await client.call('crash').catch(() => {})
        const { pushParked, backendPendingCount } = await client.call('status')
        assert.match(pushParked, /this word is not allowed/)
        assert.equal(backendPendingCount, 2)
        assert.equal(await client.call('rejectRefused'), 2)
        assert.equal(await client.call('rejectRefused'), 0)
        await client.call('createConfirmed', 'b')
        await client.call('synced')
        assert.deepEqual(await client.call('ids'), ['a', 'b'])
        assert.deepEqual(await stored(storeId), ['a', 'b'])
        assert.equal((await client.call('status')).rejected, 2)
      })

      test('refused events stay when taking them back is rolled back', async () => {
        const client = await connected(freshStoreId())
        await assert.rejects(client.call('createConfirmed', 'forbidden'), /this word is not allowed/)
        assert.equal(await client.call('rejectAndRollBack'), 1)
        await eventually(async () => (await client.call('status')).pushParked !== null, 'it is refused again')
        const { backendPendingCount, rejected } = await client.call('status')
        assert.deepEqual({ backendPendingCount, rejected }, { backendPendingCount: 1, rejected: 0 })
        assert.equal(await client.call('rejectRefused'), 1)
        assert.deepEqual(await client.call('ids'), [])
      })
    }

    test('another store is only connected to after a reset', async () => {
      const [first, second] = [freshStoreId(), freshStoreId()]
      const client = await connected(first)
      await client.call('createConfirmed', 'a')
      await client.call('disconnect')
      await client.call('create', ['b'])
      await client.call('crash').catch(() => {})
      const { storeId, backendPendingCount } = await client.call('status')
      assert.deepEqual({ storeId, backendPendingCount }, { storeId: null, backendPendingCount: 1 })
      await assert.rejects(client.call('open', second), /keeps the store/)
      await client.call('open', first)
      await client.call('synced')
      assert.deepEqual(await stored(first), ['a', 'b'])
      await client.call('disconnect')
      await client.call('reset')
      await client.call('open', second)
      await client.call('createConfirmed', 'c')
      assert.deepEqual(await client.call('ids'), ['c'])
      assert.deepEqual([await stored(first), await stored(second)], [['a', 'b'], ['c']])
    })

    test('a call that cannot be read is harmless', async () => {
      const storeId = freshStoreId()
      const client = await connected(storeId)
      await client.call('createConfirmed', 'a')
      let deep = /** @type {any} */ ([])
      for (let depth = 0; depth < 3_000; depth++) deep = [deep]
      const page = (/** @type {any} */ event, backendId = 'b') => ({
        _tag: 'Chunk',
        requestId: '0',
        values: [{ backendId, pageInfo: { _tag: 'NoMore' }, batch: [{ eventEncoded: event }] }],
      })
      for (const payload of [null, 7, 'text', [], {}, { _tag: 'Chunk' }, page({}), page({ args: deep })]) {
        await client.call('syncUpdateRpc', payload).catch(() => {})
      }
      await client.call('synced')
      await has(client, ['a'])
    })

    test('a reset pulls everything again', async () => {
      const client = await connected(freshStoreId())
      await client.call('create', ['a', 'b'])
      await client.call('synced')
      await client.call('reset')
      await client.call('synced')
      await has(client, ['a', 'b'])
    })
  })
}
