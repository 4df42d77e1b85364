/** Objects made from a struct of bindings. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startObjects } from '../harness/objects.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects
/** @type {import('../harness/objects.mjs').RemoteObject} */
let configured

before(async () => {
  objects = await startObjects()
  configured = objects.named('Configured')
})
after(() => objects?.stop())

test('a namespace leads to its objects', async () => {
  assert.equal(await configured.call('increment', 'of the namespace', 3), 3)
  assert.equal(await objects.named('Counter', 'of the namespace').call('increment', 4), 7)
})

test('variables are read as their types', async () => {
  assert.deepEqual(await configured.call('texts'), ['Good day', 'Ada'])
  assert.deepEqual(await configured.call('variables'), [{ per_minute: 60, names: ['a', 'b'] }, 0.5])
})

test('a secret is shown to nobody who does not ask', async () => {
  assert.deepEqual(await configured.call('secret'), ['Secret(..)', 'hunter2'])
})

test('another worker answers', async () => {
  assert.equal(await configured.call('ask', 'http://peer/no/such/path'), 404)
})

test('what may be missing is None', async () => {
  assert.equal(await configured.call('hasNothing'), true)
})

test('all that is wrong or missing fails the init, in one error', async () => {
  const { name, message } = await objects.named('Misconfigured').failure('ping')
  assert.equal(name, 'InitError')
  const [what, ...write] = message.split('wrangler.toml needs:')
  assert.deepEqual(what.trimEnd().split('\n'), [
    "the worker's environment is not what the code expects:",
    '- `CACHE` should be an R2 bucket, but is of type KvNamespace',
    '- `BUCKET` should be a KV namespace, but is of type R2Bucket',
    '- `GREETING` should be a namespace of durable objects, but is of type string',
    what.split('\n')[4],
    '- `FACTOR` should be a text, but is of type number',
    '- `ABSENT`, a D1 database, is missing',
    '- `ABSENT_TOO`, a secret, is missing',
  ])
  assert.match(what.split('\n')[4], /^- `LIMITS`, a variable, cannot be read: /)
  assert.match(write.join(), /\[\[r2_buckets\]\]\nbinding = "CACHE"/)
  assert.match(
    write.join(),
    /name = "GREETING"\nclass_name = "Counter"\n\n\[exports\.Counter\]\ntype = "durable-object"\nstorage = "sqlite"\n/,
  )
  assert.match(write.join(), /wrangler secret put ABSENT_TOO$/)
})
