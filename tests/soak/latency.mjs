/** How long operations take: counts in classes that are 10 % apart, which takes no memory however long a run is. */

const STEP = Math.log(1.1)

export class Latency {
  count = 0
  /** Milliseconds. */
  longest = 0
  /** @type {number[]} */
  #classes = []

  /** @param {number} milliseconds */
  add(milliseconds) {
    const index = Math.max(0, Math.round(Math.log(Math.max(milliseconds, 0.01) / 0.01) / STEP))
    this.#classes[index] = (this.#classes[index] ?? 0) + 1
    this.count++
    this.longest = Math.max(this.longest, milliseconds)
  }

  /** Milliseconds that a share of all operations took at most, to 10 %. @param {number} share 0 to 1 */
  quantile(share) {
    let left = share * this.count
    const index = this.#classes.findIndex((count) => {
      left -= count ?? 0
      return left <= 0
    })
    return index < 0 ? 0 : 0.01 * Math.exp(index * STEP)
  }
}
