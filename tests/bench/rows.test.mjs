/** The arithmetic by which a benchmark calls a difference a difference. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { cpuFigure } from './measure.mjs'
import { complain, record, worse } from './record.mjs'
import { markdown, Row } from './rows.mjs'

/** @type {import('./measure.mjs').Figure} */
const RATE = { key: 'rate', label: 'push', unit: 'events/s', better: 'more' }

/** @param {import('./measure.mjs').Figure} figure @param {number[]} ours @param {number[]} floor */
const row = (figure, ours, floor) => {
  const measure = { name: 'push-1', figures: [figure], open: async () => ({ step: async () => ({}) }) }
  const row = new Row(measure, figure)
  for (const value of ours) row.add('ours', value)
  for (const value of floor) row.add('floor', value)
  return row
}

test('a ratio says how many times better, whether more or less is better', () => {
  assert.equal(row(RATE, [300, 300], [100, 100]).compare('ours', 'floor').ratio, 3)
  assert.equal(row(cpuFigure('push', 'µs'), [300, 300], [100, 100]).compare('ours', 'floor').ratio, 1 / 3)
})

test('a slow step changes no CPU figure', () => {
  const steady = Array.from({ length: 20 }, () => 100)
  const disturbed = steady.map((value, step) => (step % 3 === 0 ? value * 5 : value))
  assert.equal(row(cpuFigure('push', 'µs'), disturbed, steady).compare('ours', 'floor').ratio, 1)
})

test('the noise is how far parts of the steps disagree', () => {
  const steady = Array.from({ length: 16 }, () => 100)
  assert.equal(row(RATE, steady, steady).compare('ours', 'floor').noise, 0)
  const drifting = steady.map((value, step) => value + (step < 8 ? 10 : -10))
  const { noise } = row(RATE, drifting, steady).compare('ours', 'floor')
  assert.ok(noise > 0.04 && noise < 0.06, `${noise}`)
})

test('a difference within the noise is none', () => {
  const before = { ratio: 1, noise: 0.01 }
  assert.equal(complain(before, { ratio: 0.975, noise: 0 }), undefined)
  assert.equal(complain(before, { ratio: 0.9, noise: 0.05 }), undefined)
  assert.equal(complain(before, { ratio: 1.5, noise: 0 }), undefined)
  assert.match(complain(before, { ratio: 0.9, noise: 0.01 }) ?? '', /^0\.90 times better, was 1\.00/)
  // A ratio that could not be measured is worse than any.
  assert.match(complain(before, { ratio: Number.NaN, noise: Number.NaN }) ?? '', /NaN/)
})

test('a recorded run is held against a later one', async () => {
  const path = join(temporaryDirectory('bench').path, 'ratios.json')
  await record(path, [row(RATE, [300, 300, 300, 300], [100, 100, 100, 100])], 'ours', ['floor'])
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { 'push-1 rate': { floor: { ratio: 3, noise: 0 } } })
  const later = (/** @type {number} */ rate) => [row(RATE, [rate, rate, rate, rate], [100, 100, 100, 100])]
  assert.deepEqual(await worse(path, later(300), 'ours', ['floor', 'official']), [])
  const [complaint, ...more] = await worse(path, later(200), 'ours', ['floor'])
  assert.match(complaint, /^push-1 rate against floor: 2\.00 times better, was 3\.00/)
  assert.deepEqual(more, [])
})

test('the table has a column for each contender, and says who failed', () => {
  const [title, , line] = markdown([row(RATE, [300, 300], [])], 'ours', ['floor']).split('\n')
  assert.equal(title, '| figure | floor | ours | against floor |')
  assert.equal(line, '| push, events/s | fails | 300 |  |')
})
