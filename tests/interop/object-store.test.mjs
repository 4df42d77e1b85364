/** LiveStore's own store in a durable object, which syncs over RPC. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { ClientObject, startClientObjects } from '../harness/client-objects.mjs'
import { openClient } from '../harness/livestore.mjs'
import { assertUnbroken, createdIds, serverLog } from '../harness/log.mjs'
import { eventually } from '../harness/wait.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startClientObjects()
})
after(() => server?.stop())

/** @param {string} storeId @param {string} [name] */
const openObject = async (storeId, name = `${storeId} object`) => {
  const object = new ClientObject(server, 'STORE_OBJECT', name)
  await object.call('open', storeId)
  return object
}

/** Waits until the backend has woken the object. @param {ClientObject} object @param {number} times */
const booted = (object, times) =>
  eventually(async () => (await object.call('boots')) === times, `the object has opened its store ${times} times`)

/**
 * Waits until all of them show these todos, and the backend has an event for each.
 *
 * @param {string} storeId
 * @param {ClientObject[]} objects
 * @param {string[]} ids
 */
const converged = async (storeId, objects, ids) => {
  for (const object of objects) {
    /** @type {string[]} */
    let shown = []
    await eventually(
      async () => {
        shown = await object.call('ids')
        return shown.length === ids.length
      },
      () => `an object shows ${ids}; it shows ${shown}\n${server.log}`,
    )
    assert.deepEqual(shown, [...ids].sort())
  }
  await eventually(
    async () => (await serverLog(server, storeId)).length === ids.length,
    `the log has ${ids.length} events`,
  )
  const log = await serverLog(server, storeId)
  assertUnbroken(log)
  assert.deepEqual(createdIds(log).sort(), [...ids].sort())
}

test('what an object commits reaches the others, and the other way round', async () => {
  const storeId = freshStoreId()
  const [first, second] = [await openObject(storeId, `${storeId} 1`), await openObject(storeId, `${storeId} 2`)]
  const browser = await openClient({ url: server.url, storeId, clientId: 'browser' })
  await first.call('create', 'a')
  await converged(storeId, [first, second], ['a'])
  browser.create('b')
  await converged(storeId, [first, second], ['a', 'b'])
  await second.call('create', 'c')
  await converged(storeId, [first, second], ['a', 'b', 'c'])
  await eventually(() => browser.todos().length === 3, 'the browser shows all')
  await browser.close()
})

test('commits at the same time are rebased', async () => {
  const storeId = freshStoreId()
  const objects = [await openObject(storeId, `${storeId} 1`), await openObject(storeId, `${storeId} 2`)]
  const ids = ['a1', 'b1', 'a2', 'b2', 'a3', 'b3']
  await Promise.all(ids.map((id) => objects[id.startsWith('a') ? 0 : 1].call('create', id)))
  await converged(storeId, objects, ids)
})

test('an object that has lost its memory is woken by the next event, and gets it once', async () => {
  const storeId = freshStoreId()
  const object = await openObject(storeId)
  const browser = await openClient({ url: server.url, storeId, clientId: 'browser' })
  browser.create('a')
  await converged(storeId, [object], ['a'])
  await object.call('crash').catch(() => {})
  browser.create('b')
  await booted(object, 2)
  await converged(storeId, [object], ['a', 'b'])
  // It still listens.
  browser.create('c')
  await converged(storeId, [object], ['a', 'b', 'c'])
  await browser.close()
})

test('all goes on after the process was killed', async () => {
  const storeId = freshStoreId()
  const object = await openObject(storeId)
  const browser = await openClient({ url: server.url, storeId, clientId: 'browser' })
  await object.call('create', 'a')
  browser.create('b')
  await converged(storeId, [object], ['a', 'b'])
  await server.restart()
  browser.create('c')
  await booted(object, 2)
  await converged(storeId, [object], ['a', 'b', 'c'])
  await object.call('create', 'd')
  await converged(storeId, [object], ['a', 'b', 'c', 'd'])
  await eventually(() => browser.todos().length === 4, 'the browser shows all')
  await browser.close()
})
