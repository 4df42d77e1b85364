/** Objects within a Rust object. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startObjects } from '../harness/objects.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

test('a part that crashes fails the call, and starts anew on its storage', async () => {
  const object = objects.named('Faceted')
  assert.deepEqual(await object.call('add', 'a', 2), [2, 1])
  assert.equal((await object.failure('crash', 'a')).name, 'ObjectCrashed')
  assert.deepEqual(await object.call('add', 'a', 3), [5, 2])
  assert.deepEqual(await object.call('add', 'b', 1), [1, 1])
})

test('a part has sockets of its own, which outlast hibernation', async () => {
  const object = objects.named('Faceted')
  const socket = await object.connect('/')
  assert.equal(await socket.ask('"hello"'), '["hello",1,1,1]')
  await objects.hibernateAll()
  assert.equal(await socket.ask('"again"'), '["again",1,1,2]')
  assert.equal((await object.fetch()).status, 426)
})

test('parts are kept with their object', async () => {
  const object = objects.named('Faceted')
  await object.call('add', 'a', 2)
  await objects.server.restart()
  assert.deepEqual(await object.call('add', 'a', 3), [5, 2])
})
