/** SQL that goes wrong in ways that Rust's tests cannot survive. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startObjects } from '../harness/objects.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

test('a panic rolls back all transactions around it', async () => {
  const notes = objects.named('Notes')
  assert.equal(await notes.call('migrated'), 2)
  const failure = await notes.failure('addAndPanic')
  assert.match(failure.message, /on purpose, in a transaction/)
  assert.deepEqual(await notes.call('authors'), [])
  assert.deepEqual(await notes.call('countAroundRollback'), [1, 2, 2, 0])
  assert.deepEqual(await notes.call('authors'), ['outer', 'changed its mind'])
})

test('an object that is made anew has migrated already', async () => {
  const notes = objects.named('Notes')
  assert.equal(await notes.call('migrated'), 2)
  await notes.failure('addAndPanic')
  assert.equal(await notes.call('migrated'), 0)
})
