/** The template, copied out of this workspace: built by `worker-build`, run by `wrangler dev`. */

import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { dryRun, startWorker } from '../harness/wrangler.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))

/** A copy of the template with the crate of this workspace, and with one more object. @param {string} path */
const copyTemplate = (path) => {
  cpSync(join(ROOT, 'examples/template'), path, { recursive: true })
  cpSync(join(HERE, 'crashing.rs'), join(path, 'src/crashing.rs'))
  appendFileSync(join(path, 'src/lib.rs'), 'mod crashing;\npub use crashing::Crashing;\n')
  appendFileSync(
    join(path, 'wrangler.toml'),
    `
[[durable_objects.bindings]]
name = "CRASHING"
class_name = "Crashing"

[[migrations]]
tag = "v2"
new_sqlite_classes = ["Crashing"]
`,
  )
  // Not the published crate but the one here, with the dependencies that every other test has.
  mkdirSync(join(path, '.cargo'))
  writeFileSync(join(path, '.cargo/config.toml'), `[patch.crates-io]\ndurable-object.path = "${join(ROOT, 'runtime')}"\n`)
  cpSync(join(ROOT, 'Cargo.lock'), join(path, 'Cargo.lock'))
}

const folder = temporaryDirectory('stock').path
const [template, caller] = ['template', 'caller'].map((name) => join(folder, name))
/** @type {Awaited<ReturnType<typeof startWorker>>} */
let worker

before(async () => {
  copyTemplate(template)
  cpSync(join(HERE, 'caller'), caller, { recursive: true })
  const configs = [caller, template].map((worker) => join(worker, 'wrangler.toml'))
  worker = await startWorker({ cwd: template, configs })
})
after(() => worker?.stop())

/** @param {string} path @param {RequestInit} [init] */
const request = (path, init) =>
  fetch(`http://127.0.0.1:${worker.port}${path}`, { signal: AbortSignal.timeout(10_000), ...init })

/** What a JavaScript caller sees. @param {string} binding @param {string} method @param {...unknown} args */
const call = async (binding, method, ...args) => {
  const body = JSON.stringify({ binding, name: 'called', method, args })
  return (await request('/call', { method: 'POST', body })).json()
}

test('the Rust worker calls its object', async () => {
  const answers = []
  for (const path of ['/apples', '/apples', '/pears']) answers.push(await (await request(path)).text())
  assert.deepEqual(answers, ['1\n', '2\n', '1\n'])
})

test('a JavaScript worker calls it, and is told what was wrong with a call', async () => {
  assert.deepEqual(await call('COUNTER', 'increment', 5), { value: 5 })
  const { error } = await call('COUNTER', 'increment', 'five')
  assert.equal(error.name, 'TypeError')
  assert.match(error.message, /^increment\(by\): /)
  assert.match((await call('COUNTER', 'free')).error.message, /does not implement the method/)
  assert.deepEqual(await call('COUNTER', 'increment', 1), { value: 6 })
})

test('a panic is an error, and the objects start anew', async () => {
  assert.deepEqual(await call('CRASHING', 'calls'), { value: 1 })
  const { error } = await call('CRASHING', 'keepAndPanic', 'apples')
  assert.equal(error.name, 'ObjectCrashed')
  assert.match(error.message, /with apples/)
  assert.deepEqual(await call('CRASHING', 'calls'), { value: 1 })
  assert.deepEqual(await call('CRASHING', 'kept'), { value: ['apples'] })
  assert.equal(await (await request('/after the panic')).text(), '1\n')
})

test('wrangler would deploy it', async () => {
  assert.match(await dryRun({ cwd: template }), /env\.COUNTER \(Counter\)/)
})
