/** Parts of a Rust object: methods and timers that a library brings along. */

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

test("a part's methods are methods of the object, and share its state", async () => {
  const object = objects.named('Metered')
  assert.equal(await object.call('quotaUsed', 'a'), 0)
  for (const allowed of [true, true, true, false]) assert.equal(await object.call('spend', 'a'), allowed)
  assert.equal(await object.call('quotaUsed', 'b'), 0)
  const failure = await object.failure('quotaUsed', 7)
  assert.match(failure.message, /key/)
})

test("a part's timer goes off, also after an eviction", async () => {
  const object = objects.named('Metered')
  await object.call('spend', 'a')
  await object.hibernate()
  assert.equal(await object.call('quotaUsed', 'a'), 1)
  await eventually(async () => (await object.call('quotaUsed', 'a')) === 0, 'the use is forgotten')
})

test('timers of two parts of one type, and of the object, are kept apart', async () => {
  const object = objects.named('Metered')
  assert.deepEqual(await object.call('ticked'), [])
  await object.call('start')
  await eventually(async () => (await object.call('ticked')).length === 3, 'all three go off')
  assert.deepEqual(await object.call('ticked'), ['another', 'first', 'own'])
})

test('an object without timers of its own has those of its part', async () => {
  const object = objects.named('Ticking')
  await object.call('start')
  await object.hibernate()
  await eventually(() => object.call('ticked'), 'the timer goes off')
})

test('a part is called in its turn, and then runs beside the object', async () => {
  const object = objects.named('Metered')
  /** @type {string[]} */
  const order = []
  const occupied = object.call('occupy', 200).then(() => order.push('occupied'))
  const used = object.call('quotaUsed', 'a').then(() => order.push('used'))
  await Promise.all([occupied, used])
  assert.deepEqual(order, ['occupied', 'used'], 'a method with `&mut self` runs alone')
})
