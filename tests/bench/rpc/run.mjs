#!/usr/bin/env node
/** Calls on a Rust object and on the same object in JavaScript, in turns. */

import { fileURLToPath } from 'node:url'

import { rustWorker } from '../../harness/rust.mjs'
import { startWorkerd } from '../../harness/workerd.mjs'
import { runBenchmark } from '../benchmark.mjs'
import { alone, cpuFigure, timed } from '../measure.mjs'
import { sizes } from '../measures/footprint.mjs'

/** @typedef {{ name: string, object: string, bundle?: string }} Contender the class of its object */
/** @typedef {import('../measure.mjs').Measure<Contender>} Measure */

const OBJECTS = ['InJavaScript', 'InRust']

/** Enough for the optimising compiler to have done its work. */
const WARM_UP = 20

/** The kinds of calls, and how many are in a step: few, so that other load on the machine meets both sides. */
const CALLS = [
  { call: 'increment', label: 'a number', count: 500 },
  { call: 'todos', label: '20 structs of 5 fields', count: 300 },
  { call: 'bytes', label: '64 KiB of bytes', count: 100 },
  { call: 'update', label: 'SQL `UPDATE … RETURNING`', count: 200 },
  { call: 'fetch', label: '`stub.fetch`', count: 300 },
]
const FLIGHTS = [1, 32]

/**
 * @param {typeof CALLS[number]} call
 * @param {number} flight calls that run at the same time
 * @returns {Measure}
 */
const calling = ({ call, label, count }, flight) => ({
  name: `${call}-${flight}`,
  steps: 20,
  figures: [
    cpuFigure(`${label}, ${flight} in flight`, 'µs/call'),
    { key: 'rate', label: `${label}, ${flight} in flight`, unit: 'calls/s', better: 'more' },
  ],
  open: async ({ object }, scale) => {
    const server = await startWorkerd(benchWorker())
    const calls = scale(count)
    const query = new URLSearchParams({ object, call, count: String(calls), flight: String(flight) })
    // Seen from outside: a worker's own clock stands still while it computes.
    const step = async () => {
      let answer = ''
      const { seconds, cpu } = await timed(server.pid, async () => {
        answer = await (await fetch(`${server.url}/?${query}`)).text()
      })
      if (answer !== 'done') throw new Error(`${call} on ${object}: ${answer}`)
      return { cpu: (cpu / calls) * 1e6, rate: calls / seconds }
    }
    for (let warm = 0; warm < WARM_UP; warm++) await step()
    return { step, close: () => server.stop() }
  },
})

const benchWorker = () =>
  rustWorker('bench-objects', {
    objects: OBJECTS.map((className) => ({ binding: className, className })),
    front: [fileURLToPath(new URL('driver.js', import.meta.url))],
  })

/** The smallest worker with an object. @type {Measure} */
const bundle = {
  name: 'bundle',
  once: true,
  figures: [
    { key: 'raw', label: 'the smallest worker', unit: 'KiB', better: 'less' },
    { key: 'gzip', label: 'the smallest worker, gzip', unit: 'KiB', better: 'less' },
  ],
  open: alone(async ({ bundle }) => {
    if (!bundle) throw new Error('a few lines')
    return sizes(rustWorker(bundle).dir)
  }),
}

runBenchmark({
  script: 'tests/bench/rpc/run.mjs',
  measures: [...CALLS.flatMap((call) => FLIGHTS.map((flight) => calling(call, flight))), bundle],
  contenders: async () => [
    { name: 'JavaScript', object: 'InJavaScript' },
    { name: 'Rust', object: 'InRust', bundle: 'minimal-worker' },
  ],
})
