/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5)

/** @param {number[]} values @param {number} share 0 to 1 */
export const quantile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low)
}
