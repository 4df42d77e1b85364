import { cpuSeconds } from '../../../harness/process.mjs'
import { STORE } from '../../contender.mjs'
import { alone } from '../../measure.mjs'
import { median } from '../../statistics.mjs'
import { BenchObject } from '../contender.mjs'

/** @typedef {import('../../measure.mjs').Measure<import('../contender.mjs').StoreContender>} Measure */

const WARM_UP = 3
/** Enough for a slow store, and the most that a fast one is given. */
const MILLISECONDS = 4_000
const CALLS = 30

/**
 * Calls of an object that commit, one after the other. The calls' own time is shared by their commits.
 *
 * @param {'oneByOne' | 'atOnce' | 'together'} method
 * @param {string} label
 * @param {{ perCall: number, isEach?: boolean }} size the events in a call; `isEach` gives figures for one of them
 * @returns {Measure}
 */
export const committing = (method, label, { perCall, isEach = false }) => ({
  name: method,
  figures: [
    { key: 'time', label, unit: 'ms', better: 'less' },
    { key: 'cpu', label: `${label}: CPU`, unit: 'ms', better: 'less' },
  ],
  open: alone((contender, scale) =>
    contender.onServer(0, async (server) => {
      const object = new BenchObject(server)
      await object.call('open', STORE)
      const size = scale(perCall)
      let first = 0
      const call = async () => {
        const start = performance.now()
        await object.call(method, first, size)
        first += size
        return performance.now() - start
      }
      for (let warm = 0; warm < WARM_UP; warm++) await call()
      const cpu = cpuSeconds(server.pid)
      const end = performance.now() + MILLISECONDS
      /** @type {number[]} */
      const times = []
      while (times.length < CALLS && performance.now() < end) times.push(await call())
      const used = ((cpuSeconds(server.pid) - cpu) * 1_000) / times.length
      const parts = isEach ? size : 1
      return { time: median(times) / parts, cpu: used / parts }
    }),
  ),
})
