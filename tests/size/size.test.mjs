/** Users pay for each byte of a worker, at each cold start: none grows beyond its budget unnoticed. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { rustWorker } from '../harness/rust.mjs'

/** Kilobytes (of 1,000 bytes) that each worker may have at most, all of its files compressed. */
const BUDGET = JSON.parse(readFileSync(new URL('budget.json', import.meta.url), 'utf8'))

/** Bytes of a worker, compressed as Cloudflare measures it. @param {string} name */
const sizeOf = (name) => {
  const { dir } = rustWorker(name)
  const files = readdirSync(dir).filter((file) => /\.(js|wasm)$/.test(file))
  assert.ok(
    files.some((file) => file.endsWith('.wasm')),
    `${dir} has ${files}`,
  )
  return files.reduce((total, file) => total + gzipSync(readFileSync(join(dir, file)), { level: 9 }).length, 0)
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
