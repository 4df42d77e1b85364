/** A benchmark as a command: contenders in turns, and how many times better one of them is than each of the others. */

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { record, worse } from './record.mjs'
import { markdown, Row } from './rows.mjs'

/** @typedef {import('./measure.mjs').Named} Named */
/** @typedef {import('./measure.mjs').Lane} Lane */

const OPTIONS = `
  --rounds N         rounds, 4 unless given
  --only NAME        this measure only; may be given several times
  --quick            one round of one step, with a tenth of the load: does it work at all
  --json FILE        write the figures of all steps
  --record FILE      write the ratios
  --check FILE       fail if a ratio is worse than in that file, beyond the noise of both runs`

/**
 * @template {Named} C
 * @typedef {import('./measure.mjs').Measure<C>} Measure
 */

/**
 * @template {Named} C
 * @typedef {object} Benchmark
 * @property {string} script its path
 * @property {string} [usage] the description of its own options
 * @property {import('node:util').ParseArgsConfig['options']} [options] its own options
 * @property {Measure<C>[]} measures
 * @property {(values: Record<string, any>) => Promise<C[]>} contenders the candidate is the last one
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
      record: { type: 'string' },
      check: { type: 'string' },
      help: { type: 'boolean', default: false },
      ...options,
    },
  })
  const names = measures.map((measure) => measure.name + (measure.optional ? ' (only when named)' : ''))
  const help = `node ${script} [options]\n${OPTIONS}\n${usage}\nMeasures: ${names.join(', ')}\n`
  if (values.help) return console.log(help)
  const { rounds: given, only, quick, json, record: to, check } = /** @type {any} */ (values)
  const chosen = choose(measures, only, help)
  const rounds = Number(given ?? (quick ? 1 : 4))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${given}: not a count`)
  const all = await contenders(values)

  const rows = []
  for (const measure of chosen) rows.push(...(await new Race(measure, all, { rounds, quick }).run()))

  const others = all.map(({ name }) => name)
  const candidate = /** @type {string} */ (others.pop())
  console.log(markdown(rows, candidate, others))
  if (json) await writeFile(json, JSON.stringify(rows.map(detailed(all)), null, 2))
  if (to) await record(to, rows, candidate, others)
  const complaints = check ? await worse(check, rows, candidate, others) : []
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0 || rows.some((row) => row.samples(candidate).length === 0)) process.exitCode = 1
}

/** @param {Named[]} contenders */
const detailed = (contenders) => (/** @type {Row} */ row) => ({
  name: row.name,
  ...row.figure,
  samples: Object.fromEntries(contenders.map(({ name }) => [name, row.samples(name)])),
})

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
 * One measure, with all contenders ready at the same time. Small steps alternate, so that other load meets all. Each round
 * has processes of its own: V8 compiles and places the same code differently in each.
 */
class Race {
  /** @type {Map<string, Lane>} */
  #lanes = new Map()
  #measure
  #contenders
  #rounds
  #steps
  #rows

  /** @param {Measure<any>} measure @param {Named[]} contenders @param {{ rounds: number, quick: boolean }} size */
  constructor(measure, contenders, { rounds, quick }) {
    this.#measure = measure
    this.#contenders = contenders
    const once = quick || measure.once
    this.#rounds = once ? 1 : rounds
    this.#steps = once ? 1 : (measure.steps ?? 1)
    this.#rows = measure.figures.map((figure) => new Row(measure, figure))
    this.scale = (/** @type {number} */ amount) => (quick ? Math.max(10, Math.ceil(amount / 100) * 10) : amount)
  }

  async run() {
    for (let round = 0; round < this.#rounds; round++) await this.#round()
    this.#report()
    return this.#rows
  }

  async #round() {
    try {
      for (const contender of this.#contenders) {
        await this.#trying(contender.name, async () => {
          this.#lanes.set(contender.name, await this.#measure.open(contender, this.scale))
        })
      }
      for (let step = 0; step < this.#steps; step++) {
        // Each is the first one equally often.
        const first = step % this.#contenders.length
        const order = [...this.#contenders.slice(first), ...this.#contenders.slice(0, first)]
        for (const { name } of order) await this.#step(name)
      }
    } finally {
      for (const lane of this.#lanes.values()) await lane.close?.()
      this.#lanes.clear()
    }
  }

  /** @param {string} name */
  async #step(name) {
    const lane = this.#lanes.get(name)
    if (!lane) return
    await this.#trying(name, async () => {
      const sample = await lane.step()
      for (const row of this.#rows) row.add(name, sample[row.figure.key])
    })
  }

  /** A contender that fails leaves a gap: it may be unable to do what another one does. @param {string} name @param {() => Promise<void>} act */
  async #trying(name, act) {
    try {
      await act()
    } catch (error) {
      console.error(`${this.#measure.name} ${name}: ${error instanceof Error ? error.message : error}`)
      await this.#lanes.get(name)?.close?.()
      this.#lanes.delete(name)
    }
  }

  #report() {
    for (const row of this.#rows) {
      const values = this.#contenders.map(({ name }) => `${name} ${row.value(name).toPrecision(4)}`)
      console.error(`${row.name}: ${values.join(', ')} ${row.figure.unit}`)
    }
  }
}
