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

test('rows of any shape are plain objects', async () => {
  const tables = objects.named('Tables')
  const select = "SELECT ?1 AS z, ?2 AS a, x'00ff' AS bytes, NULL AS n, 0.5 AS r"
  const [row] = await tables.call('select', select, [true, 'text'])
  assert.deepEqual(Object.keys(row), ['z', 'a', 'bytes', 'n', 'r'])
  assert.deepEqual(row, { z: 1, a: 'text', bytes: Uint8Array.of(0, 255), n: null, r: 0.5 })
  const whole = await tables.call('select', 'SELECT CAST(?1 AS TEXT) AS t, typeof(?1) AS y', [9007199254740993n])
  assert.deepEqual(whole, [{ t: '9007199254740993', y: 'integer' }])
  const { message } = await tables.failure('select', 'SELECT ?', [{}])
  assert.match(message, /^select\(params\): \[0\]: .*expected a SQL value: null, a number, text or bytes/)
})

test('an object without SQLite says so, and keeps values', async () => {
  const legacy = objects.named('Legacy')
  assert.deepEqual(await legacy.call('store', [['a', 1]], false), [['a', 1]])
  const outcomes = new Map(await legacy.call('withoutSqlite'))
  for (const what of ['execute', 'transaction', 'put', 'restore']) {
    assert.match(outcomes.get(what), /^ConfigError: .*SQLite/)
  }
})

test('an object that is made anew has migrated already', async () => {
  const notes = objects.named('Notes')
  assert.equal(await notes.call('migrated'), 2)
  await notes.failure('addAndPanic')
  assert.equal(await notes.call('migrated'), 0)
})
