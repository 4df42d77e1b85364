/** Random numbers that a seed repeats. */

/** Numbers below a limit, the same ones again for the same seed (mulberry32). @param {number} seed */
export const randomNumbers = (seed) => (/** @type {number} */ limit) => {
  seed = (seed + 0x6d2b79f5) | 0
  let hash = Math.imul(seed ^ (seed >>> 15), seed | 1)
  hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61)
  return ((hash ^ (hash >>> 14)) >>> 0) % limit
}
