/** Our store and LiveStore's, at our backend and at LiveStore's, beside a store in Node. */

import { test } from 'node:test'

import { CELLS, playCell } from '../harness/matrix.mjs'
import { NodeParty } from '../harness/parties.mjs'

/**
 * LiveStore's session of 0.4.0 sometimes stops for good at LiveStore's backend while others commit. So each run plays the
 * cells with our backend, and `MATRIX=all` plays all.
 */
const skipped = (/** @type {import('../harness/matrix.mjs').Cell} */ { backend, impossible }) =>
  impossible ?? (backend === 'official' && process.env.MATRIX !== 'all' ? 'played with MATRIX=all' : false)

for (const cell of CELLS) {
  test(cell.name, { skip: skipped(cell), timeout: 240_000 }, () => playCell(cell, NodeParty.open))
}
