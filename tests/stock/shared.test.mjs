/** Two workers written in Rust: one calls the objects of the other, whose crate they share. */

import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { startWorker } from '../harness/wrangler.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const folder = temporaryDirectory('shared').path
/** @type {Awaited<ReturnType<typeof startWorker>>} */
let worker

before(async () => {
  cpSync(fileURLToPath(new URL('shared', import.meta.url)), folder, { recursive: true })
  cpSync(join(ROOT, 'Cargo.lock'), join(folder, 'Cargo.lock'))
  mkdirSync(join(folder, '.cargo'))
  const patch = `[patch.crates-io]\ndurable-object.path = "${join(ROOT, 'runtime')}"\n`
  writeFileSync(join(folder, '.cargo/config.toml'), patch)
  worker = await startWorker({ cwd: folder, configs: ['caller/wrangler.toml', 'owner/wrangler.toml'] })
})
after(() => worker?.stop())

test('a Rust worker calls the objects of another one by their typed stub', async () => {
  const answers = []
  for (const path of ['apples', 'apples', 'pears']) {
    const response = await fetch(`http://127.0.0.1:${worker.port}/${path}`, { signal: AbortSignal.timeout(10_000) })
    answers.push(await response.text())
  }
  assert.deepEqual(answers, ['2', '4', '2'])
})

test('only the worker that has the objects exports their class', () => {
  const exported = (/** @type {string} */ name) => {
    const [last] = readFileSync(join(folder, name, 'build/index.js'), 'utf8').match(/export\s*\{[^}]*\}/g) ?? []
    return last ?? ''
  }
  assert.match(exported('owner'), /\bTally\b/)
  assert.doesNotMatch(exported('caller'), /\bTally\b/)
  const size = (/** @type {string} */ name) => readFileSync(join(folder, name, 'build/index_bg.wasm')).length
  assert.ok(size('caller') < size('owner'), `${size('caller')} bytes, ${size('owner')} with the objects`)
})
