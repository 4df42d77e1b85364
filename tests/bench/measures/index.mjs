import { broadcasting, reconnecting } from './broadcast.mjs'
import { bundle, coldStart, memory } from './footprint.mjs'
import { pulling } from './pull.mjs'
import { pushing, pushingOverHttp } from './push.mjs'

/** @typedef {import('../compare.mjs').Figure} Figure */
/** @typedef {import('../compare.mjs').Measure<import('../contender.mjs').Contender>} Measure */

/** @type {Measure[]} */
export const MEASURES = [
  pushing(1, 10_000),
  pushing(10, 3_000),
  pushing(100, 600),
  pushingOverHttp(10, 1_500),
  broadcasting(1, 60),
  broadcasting(100, 30),
  broadcasting(500, 12),
  pulling('ws', 10_000),
  pulling('http', 10_000),
  pulling('ws', 100_000, { optional: true }),
  pulling('http', 100_000, { optional: true }),
  reconnecting(500),
  coldStart,
  memory,
  bundle,
]
