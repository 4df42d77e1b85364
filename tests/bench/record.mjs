/** The ratios of an earlier run, which a later one is held against. */

import { readFile, writeFile } from 'node:fs/promises'

/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./rows.mjs').Comparison} Comparison */
/** @typedef {Record<string, Record<string, Comparison>>} Recorded by row, and by the contender that the candidate is held against */

/** A difference that no two runs are precise enough to tell. */
const LEAST = 0.05
/** How many times its noise a ratio may differ: by chance, one in a thousand does so more. */
const SIGMAS = 3

/** @param {string} path @param {Row[]} rows @param {string} candidate @param {string[]} others */
export const record = async (path, rows, candidate, others) => {
  /** @type {Recorded} */
  const recorded = {}
  for (const row of rows) {
    const comparisons = others.map((other) => /** @type {const} */ ([other, row.compare(candidate, other)]))
    const known = comparisons.filter(([, { ratio }]) => Number.isFinite(ratio))
    const rounded = known.map(([other, { ratio, noise }]) => [other, { ratio: round(ratio), noise: round(noise) }])
    recorded[row.name] = Object.fromEntries(rounded)
  }
  await writeFile(path, `${JSON.stringify(recorded, null, 2)}\n`)
}

/**
 * The ratios that are worse than the recorded ones, beyond the noise of both runs.
 *
 * @param {string} path
 * @param {Row[]} rows
 * @param {string} candidate
 * @param {string[]} others
 */
export const worse = async (path, rows, candidate, others) => {
  /** @type {Recorded} */
  const recorded = JSON.parse(await readFile(path, 'utf8'))
  return rows.flatMap((row) =>
    others.flatMap((other) => {
      const before = recorded[row.name]?.[other]
      const complaint = before && complain(before, row.compare(candidate, other))
      return complaint ? [`${row.name} against ${other}: ${complaint}`] : []
    }),
  )
}

/** @param {Comparison} before @param {Comparison} now */
export const complain = (before, now) => {
  const allowed = Math.max(LEAST, SIGMAS * Math.hypot(before.noise, now.noise))
  if (now.ratio >= before.ratio * (1 - allowed)) return
  const [was, is] = [before.ratio, now.ratio].map((ratio) => ratio.toFixed(2))
  return `${is} times better, was ${was}, and ${(allowed * 100).toFixed(0)} % less is noise`
}

/** @param {number} value */
const round = (value) => Number(value.toPrecision(3))
