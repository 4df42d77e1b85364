import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

import { BACKEND } from '../harness/backend.mjs'
import { assertUnbroken, serverLog, stateOf } from '../harness/log.mjs'
import { eventually } from '../harness/wait.mjs'

/** Reconnecting takes official clients some seconds. */
const CONVERGENCE_LIMIT = 15_000

/**
 * The reason why some tests may fail with the official backend: it sends events that are pushed during a pull twice,
 * or before older ones, and a store that sees this gives up pulling for good.
 */
export const INTERLEAVES = BACKEND === 'official' && 'mixes live events into unfinished pulls'

/** @typedef {import('../harness/livestore.mjs').Client} Client */

/**
 * Server and clients have the same `count` events in the same order, and the clients the state that these amount to.
 *
 * @param {{ url: string }} server
 * @param {string} storeId
 * @param {Client[]} clients
 * @param {number} count
 */
export const assertConverged = async (server, storeId, clients, count) => {
  const histories = await Promise.all(clients.map((client) => client.confirmed(count, CONVERGENCE_LIMIT)))
  await Promise.all(clients.map((client) => client.settled()))
  const log = await serverLog(server, storeId)
  assert.equal(log.length, count)
  assertUnbroken(log)
  const order = log.map(({ seqNum, name, clientId }) => ({ seqNum, name, clientId }))
  for (const history of histories) {
    assert.deepEqual(
      history.map(({ seqNum, name, clientId }) => ({ seqNum, name, clientId })),
      order,
    )
  }
  // A session shows what its leader has confirmed a moment later.
  const state = stateOf(log)
  for (const client of clients) {
    const shown = () => isDeepStrictEqual(client.todos(), state)
    await eventually(shown, () => `the log's state, of ${state.length} todos; shows ${client.todos().length}`)
  }
  return log
}
