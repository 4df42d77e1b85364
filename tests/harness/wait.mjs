/** Bounded waiting: nothing in the tests waits without a limit. */

/** Time a test waits for something that normally takes milliseconds. */
export const LIMIT = 10_000

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Settles as `promise` does, or fails after `limit` milliseconds.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {string | (() => string)} what said in the error
 * @param {number} [limit]
 * @returns {Promise<T>}
 */
export const within = (promise, what, limit = LIMIT) => {
  /** @type {NodeJS.Timeout} */
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(timeout(what, limit)), limit)
  })
  return /** @type {Promise<T>} */ (Promise.race([promise, late])).finally(() => clearTimeout(timer))
}

/**
 * @template T
 * @typedef {Exclude<T, undefined | null | false | 0 | ''>} Truthy
 */

/**
 * Polls `probe` until it returns something truthy, and returns that.
 *
 * @template T
 * @param {() => T | Promise<T>} probe
 * @param {string | (() => string)} what
 * @param {number} [limit]
 * @returns {Promise<Truthy<T>>}
 */
export const eventually = async (probe, what, limit = LIMIT) => {
  const end = performance.now() + limit
  for (;;) {
    const found = await within(Promise.resolve(probe()), what, limit)
    if (found) return /** @type {Truthy<T>} */ (found)
    if (performance.now() > end) throw timeout(what, limit)
    await pause(20)
  }
}

/** @param {string | (() => string)} what @param {number} limit */
const timeout = (what, limit) => new Error(`timed out after ${limit} ms: ${typeof what === 'function' ? what() : what}`)
