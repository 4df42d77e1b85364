/** Something that a benchmark measures, for several contenders in turns. */

import { cpuSeconds } from '../harness/process.mjs'
import { median, quantile } from './statistics.mjs'

/**
 * @typedef {object} Figure
 * @property {string} key
 * @property {string} label
 * @property {string} unit
 * @property {'more' | 'less'} better
 * @property {'lowest decile'} [summary] of all steps; the median unless given
 */

/** @typedef {{ name: string }} Named */
/** @typedef {Record<string, number>} Sample the figures of one step, by their keys */

/**
 * A contender that is ready: its server runs and is warm.
 *
 * @typedef {object} Lane
 * @property {() => Promise<Sample>} step a small batch of work
 * @property {() => Promise<unknown>} [close]
 */

/**
 * @template {Named} C the contenders
 * @typedef {object} Measure
 * @property {string} name
 * @property {boolean} [optional] runs only when named
 * @property {boolean} [once] each step gives the same, so there is only one
 * @property {number} [steps] in a round, 1 unless given
 * @property {Figure[]} figures
 * @property {(contender: C, scale: (amount: number) => number) => Promise<Lane>} open
 */

/**
 * A lane whose steps have nothing in common, not even a server.
 *
 * @template {Named} C
 * @param {(contender: C, scale: (amount: number) => number) => Promise<Sample>} step
 * @returns {Measure<C>['open']}
 */
export const alone = (step) => async (contender, scale) => ({ step: () => step(contender, scale) })

/**
 * The CPU of the server for each operation. Other load on the machine makes some steps dearer, and none cheaper.
 *
 * @param {string} label
 * @param {string} unit
 * @returns {Figure}
 */
export const cpuFigure = (label, unit) => ({
  key: 'cpu',
  label: `${label}: CPU`,
  unit,
  better: 'less',
  summary: 'lowest decile',
})

/** @param {Figure} figure @param {number[]} values */
export const summarized = ({ summary }, values) => (summary ? quantile(values, 0.1) : median(values))

/**
 * Does something, and returns its time and the CPU that a process takes meanwhile.
 *
 * @param {number} pid
 * @param {() => Promise<unknown>} act
 * @returns {Promise<{ seconds: number, cpu: number }>} both in seconds
 */
export const timed = async (pid, act) => {
  const [start, cpu] = [performance.now(), cpuSeconds(pid)]
  await act()
  return { seconds: (performance.now() - start) / 1_000, cpu: cpuSeconds(pid) - cpu }
}
