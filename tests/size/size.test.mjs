/** Users pay for each byte of a worker, at each cold start: none grows beyond its budget unnoticed. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { rustWorker } from '../harness/rust.mjs'

/**
 * Kilobytes (of 1,000 bytes) that each worker may have at most, all of its files compressed. `a - b` is what `a` has more
 * than `b`.
 */
const BUDGET = JSON.parse(readFileSync(new URL('budget.json', import.meta.url), 'utf8'))

/** Bytes of a worker, compressed as Cloudflare measures it. @param {string} name */
const sizeOfWorker = (name) => {
  const { dir } = rustWorker(name)
  const files = readdirSync(dir).filter((file) => /\.(js|wasm)$/.test(file))
  assert.ok(
    files.some((file) => file.endsWith('.wasm')),
    `${dir} has ${files}`,
  )
  return files.reduce((total, file) => total + gzipSync(readFileSync(join(dir, file)), { level: 9 }).length, 0)
}

/** Bytes of a worker, or of what it has more than another. @param {string} name */
const sizeOf = (name) => {
  const [size, ...without] = name.split(' - ').map(sizeOfWorker)
  return without.reduce((rest, size) => rest - size, size)
}

for (const [name, budget] of Object.entries(BUDGET)) {
  test(`${name} has ${budget} kB at most`, () => {
    const size = sizeOf(name) / 1_000
    const told = `${name} has ${size.toFixed(1)} kB, and its budget is ${budget}: make it smaller, or say in the commit what the bytes are for and raise tests/size/budget.json`
    assert.ok(size <= budget, told)
    // A budget that nobody comes near to guards nothing.
    assert.ok(
      size > budget * 0.95,
      `${name} has ${size.toFixed(1)} kB: lower its budget of ${budget} in tests/size/budget.json`,
    )
  })
}

/** The crates in a worker with an object and nothing else, by their names. */
const dependencies = () => {
  const edges = ['-e', 'normal,no-proc-macro', '--target', 'wasm32-unknown-unknown']
  const args = ['tree', '--package', 'minimal-worker', ...edges, '--prefix', 'none', '--format', '{lib}']
  const tree = execFileSync(process.env.CARGO ?? 'cargo', args, { encoding: 'utf8' })
  return [...new Set(tree.split('\n').map((line) => line.replace(/ \(\*\)$/, '').trim()))].filter(Boolean).sort()
}

test('a crate comes into every worker only on purpose', () => {
  const expected = readFileSync(new URL('dependencies.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  assert.deepEqual(dependencies(), expected, 'if the change is meant, write it into tests/size/dependencies.txt')
})
