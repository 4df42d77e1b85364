/** The event log of a store, as the backend has it. */

import assert from 'node:assert/strict'

import { SyncSocket } from './socket.mjs'

/** @typedef {import('./events.mjs').Event} Event */

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
export const stateOf = (log) => {
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
