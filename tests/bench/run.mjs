#!/usr/bin/env node
/** Two sync backends on the same workerd and disk, in turns, and how many times better one is than the other. */

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { contender } from './contender.mjs'
import { MEASURES } from './measures/index.mjs'
import { markdown, ratio } from './table.mjs'

const USAGE = `node tests/bench/run.mjs [options]

  --rounds N         rounds, 3 unless given; figures are medians over them
  --only NAME        this measure only; may be given several times
  --quick            one round with a tenth of the load: does it work at all
  --self             the official backend against itself: how much the figures vary
  --baseline WHICH   official unless given
  --candidate WHICH  rust unless given
  --json FILE        every round's figures as well

WHICH is official, rust, floor (the least JavaScript that speaks the protocol), or a directory with a worker.
Measures: ${MEASURES.map((measure) => measure.name + (measure.optional ? ' (only when named)' : '')).join(', ')}
`

/** @typedef {import('./contender.mjs').Contender} Contender */
/** @typedef {import('./measures/index.mjs').Measure} Measure */

const main = async () => {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      self: { type: 'boolean', default: false },
      baseline: { type: 'string', default: 'official' },
      candidate: { type: 'string', default: 'rust' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (options.help) return console.log(USAGE)
  const measures = chosen(options.only)
  const rounds = Number(options.rounds ?? (options.quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${options.rounds}: not a count`)
  const scale = (/** @type {number} */ amount) => (options.quick ? Math.max(10, Math.ceil(amount / 100) * 10) : amount)
  const baseline = await contender(options.baseline)
  const candidate = await contender(options.self ? options.baseline : options.candidate)

  const rows = await compare(baseline, candidate, measures, rounds, scale)

  console.log(markdown([baseline.name, candidate.name], rows))
  const detailed = rows.map((row) => ({ ...row, ratio: ratio(row) }))
  if (options.json) await writeFile(options.json, JSON.stringify(detailed, null, 2))
  if (rows.some((row) => row.candidate.length === 0)) process.exitCode = 1
}

/** @param {string[] | undefined} names */
const chosen = (names) => {
  if (!names) return MEASURES.filter((measure) => !measure.optional)
  return names.map((name) => {
    const measure = MEASURES.find((one) => one.name === name)
    if (!measure) throw new Error(`no measure ${name}\n\n${USAGE}`)
    return measure
  })
}

/**
 * @param {Contender} baseline
 * @param {Contender} candidate
 * @param {Measure[]} measures
 * @param {number} rounds
 * @param {(amount: number) => number} scale
 */
const compare = async (baseline, candidate, measures, rounds, scale) => {
  /** @type {Map<Measure, import('./table.mjs').Row[]>} */
  const table = new Map(
    measures.map((one) => [one, one.figures.map((figure) => ({ figure, baseline: [], candidate: [] }))]),
  )
  for (let round = 0; round < rounds; round++) {
    for (const [measure, rows] of table) {
      if (measure.once && round > 0) continue
      for (const side of sides(round)) {
        const results = await measured(measure, side === 'baseline' ? baseline : candidate, scale, round)
        for (const row of rows) if (results) row[side].push(results[row.figure.key])
      }
    }
  }
  return [...table.values()].flat()
}

/** Neither side always goes first. @param {number} round @returns {('baseline' | 'candidate')[]} */
const sides = (round) => (round % 2 ? ['candidate', 'baseline'] : ['baseline', 'candidate'])

/**
 * One run; a failure is reported and leaves a gap, as one backend may be unable to do what the other does.
 *
 * @param {Measure} measure
 * @param {Contender} contender
 * @param {(amount: number) => number} scale
 * @param {number} round
 */
const measured = async (measure, contender, scale, round) => {
  const label = `round ${round + 1} ${measure.name} ${contender.name}`
  try {
    const results = await measure.run(contender, scale)
    const shown = measure.figures.map(({ key, unit }) => `${key} ${results[key].toPrecision(4)} ${unit}`)
    console.error(`${label}: ${shown.join(', ')}`)
    return results
  } catch (error) {
    console.error(`${label}: ${error instanceof Error ? error.message : error}`)
  }
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  },
)
