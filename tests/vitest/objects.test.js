/** Rust objects under vitest, inside workerd: what Cloudflare's helpers do with any object, they do with these. */

import { evictDurableObject, listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'

const HOUR = 3_600_000

afterEach(() => vi.useRealTimers())

test('an object that is evicted has what it has stored, and nothing else', async () => {
  const object = env.MORTAL.getByName('evicted')
  await object.note('kept')
  expect([await object.step(), await object.step()]).toEqual([1, 2])
  await evictDurableObject(object)
  expect(await object.notes()).toEqual([['kept'], 0])
})

test('sockets outlast an eviction, unless they are to be closed', async () => {
  const room = env.ROOM.getByName('evicted')
  const { webSocket } = await room.fetch('https://test/ada', { headers: { Upgrade: 'websocket' } })
  webSocket.accept()
  const next = (type) => new Promise((resolve) => webSocket.addEventListener(type, resolve, { once: true }))
  const ask = async (message) => {
    const answer = next('message')
    webSocket.send(message)
    return (await answer).data
  }
  expect(await ask('count')).toBe('1')
  await evictDurableObject(room)
  expect(await ask('count')).toBe('2')
  const closed = next('close')
  await evictDurableObject(room, { webSockets: 'close' })
  expect((await closed).code).toBe(1006)
})

test('a test runs inside an object, with its tables', async () => {
  const object = env.MORTAL.getByName('entered')
  await object.note('from outside')
  const rows = await runInDurableObject(object, async (instance, { storage }) => {
    expect(await instance.step()).toBe(1)
    storage.sql.exec("INSERT INTO notes VALUES ('from inside')")
    return storage.sql.exec('SELECT text FROM notes ORDER BY rowid').toArray()
  })
  expect(rows).toEqual([{ text: 'from outside' }, { text: 'from inside' }])
  expect(await object.notes()).toEqual([['from outside', 'from inside'], 1])
})

test('the objects of a class are listed', async () => {
  const id = env.MORTAL.idFromName('listed')
  await env.MORTAL.get(id).note('here')
  const ids = await listDurableObjectIds(env.MORTAL)
  expect(ids.filter((found) => found.equals(id))).toHaveLength(1)
})

test('an alarm runs at once', async () => {
  const object = env.ALARMING.getByName('alarm')
  expect(await runDurableObjectAlarm(object)).toBe(false)
  await object.setAfter(HOUR, 0)
  expect(await runDurableObjectAlarm(object)).toBe(true)
  expect(await object.get()).toBeNull()
  const alarms = await runInDurableObject(object, (_, { storage }) =>
    storage.sql.exec('SELECT * FROM alarms').toArray(),
  )
  expect(alarms).toEqual([{ boot: 1, scheduled: null, retries: 0, again: 0 }])
})

// The helper does not tell the object for when the alarm was set, so the clock has to.
test('timers are due when the clock says so', async () => {
  const object = env.SCHEDULING.getByName('timers')
  await object.noteAfter('later', HOUR, null)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR })
  expect(await runDurableObjectAlarm(object)).toBe(true)
  expect((await object.notes()).map(([text]) => text)).toEqual(['later'])
  expect(await runDurableObjectAlarm(object)).toBe(false)
})
