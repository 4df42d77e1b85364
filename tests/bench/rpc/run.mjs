#!/usr/bin/env node
/** Calls on a Rust object and on the same object in JavaScript, in turns, on one workerd. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

import { listModules } from '../../harness/config.mjs'
import { rustWorker } from '../../harness/rust.mjs'
import { startWorkerd } from '../../harness/workerd.mjs'
import { cpuSeconds } from '../../harness/process.mjs'
import { median } from '../statistics.mjs'

const USAGE = `node tests/bench/rpc/run.mjs [options]

  --rounds N   rounds, 60 unless given; figures are medians over them
  --only CALL  this kind of call only; may be given several times
`

const OBJECTS = /** @type {const} */ (['InJavaScript', 'InRust'])
/** Enough for the optimising compiler to have done its work. */
const WARM_UP = 20

/**
 * The calls, and their number in a round. It is small, so that other load on the machine is the same for both sides.
 *
 * @typedef {{ call: string, label: string, count: number }} Measure
 */

/** @typedef {{ wall: number, cpu: number }} Batch seconds, and seconds of all the server's threads */

/** @type {Measure[]} */
const MEASURES = [
  { call: 'increment', label: 'a number', count: 500 },
  { call: 'todos', label: '20 structs of 5 fields', count: 300 },
  { call: 'bytes', label: '64 KiB of bytes', count: 100 },
  { call: 'update', label: 'SQL `UPDATE … RETURNING`', count: 200 },
  { call: 'fetch', label: '`stub.fetch`', count: 300 },
]
const FLIGHTS = [1, 32]

const main = async () => {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: 'string', default: '60' },
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  })
  if (options.help) return console.log(USAGE)
  const rounds = Number(options.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${options.rounds}: not a count`)
  const unknown = options.only?.find((name) => !MEASURES.some(({ call }) => call === name))
  if (unknown) throw new Error(`no call ${unknown}\n\n${USAGE}`)
  const measures = MEASURES.filter(({ call }) => options.only?.includes(call) ?? true)

  console.log(
    '| call | in flight | JavaScript | Rust | time, Rust / JavaScript | CPU, Rust / JavaScript |\n|---|---:|---:|---:|---:|---:|',
  )
  for (const measure of measures) {
    for (const flight of FLIGHTS) console.log(await compared(measure, flight, rounds))
  }
  console.log(`\n| the smallest worker | bytes | gzip |\n|---|---:|---:|\n${sizes('minimal-worker').join('\n')}`)
}

/** A row of the table, measured on a server of its own. @param {Measure} measure @param {number} flight @param {number} rounds */
const compared = async ({ call, label, count }, flight, rounds) => {
  const server = await startWorkerd(benchWorker())
  try {
    /** @type {Record<string, Batch[]>} */
    const batches = { InJavaScript: [], InRust: [] }
    for (let round = -WARM_UP; round < rounds; round++) {
      // Neither side always goes first.
      for (const object of round % 2 ? OBJECTS : OBJECTS.toReversed()) {
        const done = await batch(server, { object, call, count: String(count), flight: String(flight) })
        if (round >= 0) batches[object].push(done)
      }
    }
    const rates = OBJECTS.map((object) => `${(count / median(batches[object].map(({ wall }) => wall))).toFixed(0)}/s`)
    const ratios = [timeRatio(batches), cpuRatio(batches)].map((ratio) => ratio.toFixed(2))
    return `| ${[label, flight, ...rates, ...ratios].join(' | ')} |`
  } finally {
    await server.stop()
  }
}

const benchWorker = () =>
  rustWorker('bench-objects', {
    objects: OBJECTS.map((className) => ({ binding: className, className })),
    front: [fileURLToPath(new URL('driver.js', import.meta.url))],
  })

/**
 * How many times as long Rust takes; of batches that ran one after the other, so that whatever else the machine does
 * then slows both.
 *
 * @param {Record<string, Batch[]>} batches
 */
const timeRatio = ({ InRust, InJavaScript }) => median(InRust.map(({ wall }, round) => wall / InJavaScript[round].wall))

/** How many times as much of the processor: of all batches, since one takes only a few ticks of its clock. @param {Record<string, Batch[]>} batches */
const cpuRatio = ({ InRust, InJavaScript }) => total(InRust) / total(InJavaScript)

/** @param {Batch[]} batches */
const total = (batches) => batches.reduce((sum, { cpu }) => sum + cpu, 0)

/**
 * Seconds that a batch of calls takes, seen from outside: a worker's own clock stands still while it computes.
 *
 * @param {import('../../harness/workerd.mjs').Workerd} server
 * @param {Record<string, string>} query
 * @returns {Promise<Batch>}
 */
const batch = async (server, query) => {
  const [start, used] = [performance.now(), cpuSeconds(server.pid)]
  const response = await fetch(`${server.url}/?${new URLSearchParams(query)}`)
  const answer = await response.text()
  if (answer !== 'done') throw new Error(`${query.call} on ${query.object}: ${answer}`)
  return { wall: (performance.now() - start) / 1_000, cpu: cpuSeconds(server.pid) - used }
}

/** @param {string} name */
const sizes = (name) => {
  const { dir } = rustWorker(name)
  return listModules(dir).map((module) => {
    const bytes = readFileSync(join(dir, module))
    return `| ${module} | ${bytes.length} | ${gzipSync(bytes, { level: 9 }).length} |`
  })
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  },
)
