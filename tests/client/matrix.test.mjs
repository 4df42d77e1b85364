/** Our store and LiveStore's, at our backend and at LiveStore's, beside a store in Node. */

import { test } from 'node:test'

import { CELLS, playCell } from '../harness/matrix.mjs'
import { NodeParty } from '../harness/parties.mjs'

for (const cell of CELLS) {
  test(cell.name, { skip: cell.impossible, timeout: 240_000 }, () => playCell(cell, NodeParty.open))
}
