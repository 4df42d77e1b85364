import { median } from './statistics.mjs'

/** @typedef {import('./compare.mjs').Figure} Figure */
/** @typedef {{ figure: Figure, baseline: number[], candidate: number[] }} Row */

/** How many times better the candidate is. @param {Row} row */
export const ratio = ({ figure, baseline, candidate }) => {
  const [one, other] = [median(baseline), median(candidate)]
  return figure.better === 'more' ? other / one : one / other
}

/**
 * @param {[string, string]} names
 * @param {Row[]} rows
 */
export const markdown = ([baseline, candidate], rows) =>
  [
    `| figure | ${baseline} | ${candidate} | times better |`,
    '|---|---:|---:|---:|',
    ...rows.map((row) => {
      const { label, unit } = row.figure
      return `| ${label} | ${cell(row.baseline, unit)} | ${cell(row.candidate, unit)} | ${factor(ratio(row))} |`
    }),
  ].join('\n')

/** @param {number[]} values @param {string} unit */
const cell = (values, unit) => (values.length === 0 ? 'fails' : `${round(median(values))} ${unit}`)

/** @param {number} value */
const factor = (value) => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : '')

/** @param {number} value */
const round = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
