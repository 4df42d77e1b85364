import { broadcasting, reconnecting, stalling } from './broadcast.mjs'
import { bundle, coldStart, memoryOfSockets, memoryOfStores } from './footprint.mjs'
import { pulling } from './pull.mjs'
import { pushing, pushingOverHttp, pushingToStores } from './push.mjs'

/** @typedef {import('../measure.mjs').Figure} Figure */
/** @typedef {import('../measure.mjs').Measure<import('../contender.mjs').Contender>} Measure */

/** @type {Measure[]} */
export const MEASURES = [
  pushing(1, { pushes: 100 }),
  pushing(10, { pushes: 40 }),
  pushing(100, { pushes: 10 }),
  pushingOverHttp(1, { pushes: 50 }),
  pushingOverHttp(10, { pushes: 40 }),
  pushingOverHttp(100, { pushes: 10 }),
  broadcasting(1),
  broadcasting(100),
  broadcasting(500),
  broadcasting(3_000, { optional: true }),
  stalling(1_000),
  pulling('ws', 10_000),
  pulling('http', 10_000),
  pulling('ws', 100_000, { optional: true }),
  pulling('http', 100_000, { optional: true }),
  reconnecting(500),
  reconnecting(5_000, { optional: true }),
  coldStart,
  // How the cost of a push grows: with the log, with the event, and with the stores.
  pushing(1, { pushes: 100, stored: 20_000 }),
  pushing(1, { pushes: 20, bytes: 100_000 }),
  pushingToStores(200),
  memoryOfSockets,
  memoryOfStores,
  bundle,
]
