/** The rows of a benchmark's table: one for each figure, with what was measured of each contender. */

import { summarized } from './measure.mjs'

/** @typedef {import('./measure.mjs').Figure} Figure */
/** @typedef {import('./measure.mjs').Measure<any>} Measure */

/** How often a figure is estimated anew, each time from a part of the steps: those of a round, if nothing else is asked. */
const PARTS = 4

/** How many times better one contender is than another, and how far parts of the steps say otherwise. @typedef {{ ratio: number, noise: number }} Comparison */

export class Row {
  /** @type {Map<string, number[]>} */
  #samples = new Map()

  /** @param {Measure} measure @param {Figure} figure */
  constructor(measure, figure) {
    this.name = `${measure.name} ${figure.key}`
    this.figure = figure
  }

  /** @param {string} contender @param {number} value */
  add(contender, value) {
    this.#samples.set(contender, [...this.samples(contender), value])
  }

  /** @param {string} contender */
  samples(contender) {
    return this.#samples.get(contender) ?? []
  }

  /** The figure of a contender; NaN where it has failed. @param {string} contender */
  value(contender) {
    const samples = this.samples(contender)
    return samples.length === 0 ? Number.NaN : summarized(this.figure, samples)
  }

  /** @param {string} candidate @param {string} other @returns {Comparison} */
  compare(candidate, other) {
    const [all, against] = [this.samples(candidate), this.samples(other)]
    const ratio = this.#ratio(all, against)
    const size = Math.ceil(Math.min(all.length, against.length) / PARTS)
    const parts = Array.from({ length: PARTS }, (_, part) => [part * size, (part + 1) * size])
      .filter(([start]) => start < Math.min(all.length, against.length))
      .map(([start, end]) => this.#ratio(all.slice(start, end), against.slice(start, end)))
    // The mean of four parts varies half as much as one of them.
    const spread = parts.map((part) => (part / ratio - 1) ** 2).reduce((sum, square) => sum + square, 0) / parts.length
    return { ratio, noise: Math.sqrt(spread) / Math.sqrt(parts.length) }
  }

  /** @param {number[]} candidate @param {number[]} other */
  #ratio(candidate, other) {
    if (candidate.length === 0 || other.length === 0) return Number.NaN
    const [one, two] = [summarized(this.figure, candidate), summarized(this.figure, other)]
    return this.figure.better === 'more' ? one / two : two / one
  }
}

/**
 * A column for each contender, and for each of the others how many times better the candidate is.
 *
 * @param {Row[]} rows
 * @param {string} candidate
 * @param {string[]} others
 */
export const markdown = (rows, candidate, others) => {
  const names = [...others, candidate]
  const titles = ['figure', ...names, ...others.map((other) => `against ${other}`)]
  const lines = rows.map((row) => [
    `${row.figure.label}, ${row.figure.unit}`,
    ...names.map((name) => number(row.value(name))),
    ...others.map((other) => factor(row.compare(candidate, other))),
  ])
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [line(titles), line(['---', ...titles.slice(1).map(() => '---:')]), ...lines.map(line)].join('\n')
}

/** @param {number} value */
const number = (value) => {
  if (Number.isNaN(value)) return 'fails'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** @param {Comparison} comparison */
const factor = ({ ratio, noise }) =>
  Number.isFinite(ratio) ? `${ratio.toFixed(ratio < 10 ? 2 : 1)} ± ${(noise * 100).toFixed(0)} %` : ''
