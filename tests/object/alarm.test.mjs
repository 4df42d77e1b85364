/** The raw alarm of a Rust object. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startObjects } from '../harness/objects.mjs'
import { eventually } from '../harness/wait.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

/** Waits for that many alarms. @param {import('../harness/objects.mjs').RemoteObject} object @param {number} count */
const alarms = (object, count) =>
  eventually(async () => {
    const [boot, seen] = await object.call('seen')
    return seen.length >= count ? { boot, seen } : undefined
  }, `${count} alarms`)

test('an alarm goes off once, and says for when it was set', async () => {
  const object = objects.named('Alarming')
  assert.equal(await object.call('get'), null)
  const date = await object.call('setAfter', 50, 0)
  assert.ok(date instanceof Date)
  const { boot, seen } = await alarms(object, 1)
  assert.equal(boot, 1)
  assert.deepEqual(seen, [[1, date.getTime(), 0, false]])
  assert.equal(await object.call('get'), null)
})

test('a time is a time, and a past one is now', async () => {
  const object = objects.named('Alarming')
  const later = new Date(Date.now() + 3_600_000)
  await object.call('setAt', later)
  assert.deepEqual(await object.call('get'), later)
  const past = new Date(Date.now() - 1000)
  await object.call('setAt', past)
  const { seen } = await alarms(object, 1)
  assert.equal(seen.length, 1, 'the second took the place of the first')
})

test('a time beyond the times of the platform is the nearest one that it takes', async () => {
  const object = objects.named('Alarming')
  const latest = new Date('2262-04-11T23:47:16.854Z')
  for (const far of [new Date(latest.getTime() + 1), new Date(9_999_999_999_000), new Date(8.64e15), latest]) {
    await object.call('setAt', far)
    assert.deepEqual(await object.call('get'), latest)
  }
  for (const [index, past] of [new Date(0), new Date(-1), new Date(-8.64e15)].entries()) {
    await object.call('setAt', past)
    const { seen } = await alarms(object, index + 1)
    assert.equal(seen.length, index + 1, 'at once')
  }
})

test('an alarm that was taken back does not go off', async () => {
  const object = objects.named('Alarming')
  await object.call('setAfter', 100, 0)
  await object.call('delete')
  assert.equal(await object.call('get'), null)
  await object.call('setAfter', 150, 0)
  const { seen } = await alarms(object, 1)
  assert.equal(seen.length, 1)
})

test('an alarm that is set in a transaction is taken back with it', async () => {
  const object = objects.named('Alarming')
  assert.equal((await object.failure('setAndFail', 60_000)).message, 'changed its mind')
  assert.equal(await object.call('get'), null)
  const date = await object.call('setAfter', 120_000, 0)
  await object.failure('setAndFail', 60_000)
  assert.deepEqual(await object.call('get'), date)
})

test('an alarm wakes an object, which is initialised first', async () => {
  const object = objects.named('Alarming')
  await object.call('setAfter', 200, 0)
  await object.failure('abort')
  const { boot, seen } = await alarms(object, 1)
  assert.equal(seen[0][0], 2, 'the second instance saw it')
  assert.equal(boot, 2)
})

test('an alarm that fails is tried again, and says so', { timeout: 30_000 }, async () => {
  const object = objects.named('Alarming')
  const date = await object.call('setAfter', 10, 1)
  const { seen } = await alarms(object, 2)
  assert.deepEqual(seen, [
    [1, date.getTime(), 0, false],
    [1, seen[1][1], 1, true],
  ])
})

test('an alarm whose handler gives its object up is tried again, unless it says otherwise', async () => {
  for (const retry of [true, false]) {
    const object = objects.named('Alarming')
    await object.call('endWith', retry)
    const { boot, seen } = await alarms(object, 1)
    assert.equal(seen[0][0], 1)
    assert.equal(boot, 2)
    assert.equal((await object.call('get')) !== null, retry)
  }
})

test('a class without a handler cannot set an alarm', async () => {
  const failure = await objects.named('Mortal').failure('remind')
  assert.match(failure.message, /alarm/)
})

test('nobody but the platform calls the handler', async () => {
  const object = objects.named('Alarming')
  const plain = await objects.named('Plain').outcome(['alarm'], [])
  assert.deepEqual(await object.outcome(['alarm'], []), plain)
  assert.deepEqual(await object.call('seen'), [1, []])
})
