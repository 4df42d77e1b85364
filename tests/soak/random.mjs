/** Chance that a seed decides, so that a run can be made again as far as its timing allows. */

export class Random {
  #state

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** A number from 0 to 1, without 1. */
  next() {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability
  }

  /** A whole number. @param {number} from @param {number} to one more than the largest */
  integer(from, to) {
    return from + Math.floor(this.next() * (to - from))
  }

  /** @template T @param {T[]} items */
  one(items) {
    return items[this.integer(0, items.length)]
  }
}
