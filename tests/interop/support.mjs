import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

import { BACKEND } from '../harness/backend.mjs'
import { SyncSocket } from '../harness/socket.mjs'
import { eventually } from '../harness/wait.mjs'

/** Reconnecting takes official clients some seconds. */
const CONVERGENCE_LIMIT = 15_000

/**
 * The reason why some tests may fail with the official backend: it sends events that are pushed during a pull twice,
 * or before older ones, and a store that sees this gives up pulling for good.
 */
export const INTERLEAVES = BACKEND === 'official' && 'mixes live events into unfinished pulls'

/** @typedef {import('../harness/events.mjs').Event} Event */
/** @typedef {import('../harness/livestore.mjs').Client} Client */

/**
 * The whole event log, as the server gives it to anyone who asks.
 *
 * @param {{ url: string }} server
 * @param {string} storeId
 * @returns {Promise<Event[]>}
 */
export const serverLog = async (server, storeId) => {
  const socket = await SyncSocket.connect(server, storeId)
  const pages = await socket.pullAll({}, 20_000)
  socket.close()
  return pages.flatMap((page) => page.batch.map((item) => item.eventEncoded))
}

/** Numbers 1, 2, 3, …, each on top of the one before. @param {Event[]} log */
export const assertUnbroken = (log) => {
  const links = log.map(({ parentSeqNum, seqNum }) => [parentSeqNum, seqNum])
  assert.deepEqual(
    links,
    Array.from(log, (_, index) => [index, index + 1]),
  )
}

/** The ids of the todos created, in log order. @param {Event[]} log */
export const createdIds = (log) =>
  log.filter((event) => event.name === 'v1.TodoCreated').map((event) => /** @type {any} */ (event.args).id)

/** The todos that a log amounts to, by id. @param {Event[]} log */
const stateOf = (log) => {
  /** @type {Map<string, { id: string, text: string, completed: boolean }>} */
  const todos = new Map()
  for (const { name, args } of log) {
    const { id, text } = /** @type {any} */ (args)
    const todo = todos.get(id)
    if (name === 'v1.TodoCreated') todos.set(id, { id, text, completed: false })
    else if (name === 'v1.TodoCompleted' && todo) todo.completed = true
    else if (name === 'v1.TodoUncompleted' && todo) todo.completed = false
    else if (name === 'v1.TodoDeleted') todos.delete(id)
  }
  return [...todos.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

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
