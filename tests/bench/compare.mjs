/** A benchmark as a command: two contenders in turns, and how many times better one is than the other. */

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { markdown, ratio } from './table.mjs'

/** @typedef {{ key: string, label: string, unit: string, better: 'more' | 'less' }} Figure */

/** @typedef {{ name: string }} Named */

/**
 * @template {Named} C the contenders
 * @typedef {object} Measure
 * @property {string} name
 * @property {boolean} [optional] runs only when named
 * @property {boolean} [once] the same in every round
 * @property {Figure[]} figures
 * @property {(contender: C, scale: (amount: number) => number) => Promise<Record<string, number>>} run
 */

const OPTIONS = `
  --rounds N         rounds, 3 unless given; figures are medians over them
  --only NAME        this measure only; may be given several times
  --quick            one round with a tenth of the load: does it work at all
  --json FILE        every round's figures as well`

/**
 * @template {Named} C
 * @typedef {object} Benchmark
 * @property {string} script its path
 * @property {string} [usage] the description of its own options
 * @property {import('node:util').ParseArgsConfig['options']} [options] its own options
 * @property {Measure<C>[]} measures
 * @property {(values: Record<string, any>) => Promise<[C, C]>} contenders the baseline and the candidate
 */

/** Runs a benchmark and ends the process. @template {Named} C @param {Benchmark<C>} benchmark */
export const runBenchmark = (benchmark) => {
  main(benchmark).then(
    () => process.exit(),
    (error) => {
      console.error(error instanceof Error ? error.message : error)
      process.exit(2)
    },
  )
}

/** @template {Named} C @param {Benchmark<C>} benchmark */
const main = async ({ script, usage = '', options = {}, measures, contenders }) => {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
      ...options,
    },
  })
  const names = measures.map((measure) => measure.name + (measure.optional ? ' (only when named)' : ''))
  const help = `node ${script} [options]\n${OPTIONS}\n${usage}\nMeasures: ${names.join(', ')}\n`
  if (values.help) return console.log(help)
  const { rounds: given, only, quick, json } = /** @type {any} */ (values)
  const chosen = choose(measures, only, help)
  const rounds = Number(given ?? (quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${given}: not a count`)
  const scale = (/** @type {number} */ amount) => (quick ? Math.max(10, Math.ceil(amount / 100) * 10) : amount)
  const [baseline, candidate] = await contenders(values)

  const rows = await compare(baseline, candidate, chosen, rounds, scale)

  console.log(markdown([baseline.name, candidate.name], rows))
  const detailed = rows.map((row) => ({ ...row, ratio: ratio(row) }))
  if (json) await writeFile(json, JSON.stringify(detailed, null, 2))
  if (rows.some((row) => row.candidate.length === 0)) process.exitCode = 1
}

/** @param {Measure<any>[]} measures @param {string[] | undefined} names @param {string} help */
const choose = (measures, names, help) => {
  if (!names) return measures.filter((measure) => !measure.optional)
  return names.map((name) => {
    const measure = measures.find((one) => one.name === name)
    if (!measure) throw new Error(`no measure ${name}\n\n${help}`)
    return measure
  })
}

/**
 * @param {Named} baseline
 * @param {Named} candidate
 * @param {Measure<any>[]} measures
 * @param {number} rounds
 * @param {(amount: number) => number} scale
 */
const compare = async (baseline, candidate, measures, rounds, scale) => {
  /** @type {Map<Measure<any>, import('./table.mjs').Row[]>} */
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
 * @param {Measure<any>} measure
 * @param {Named} contender
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
