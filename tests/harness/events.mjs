/** Encoded events, as they travel and are stored. */

/**
 * @typedef {object} Event
 * @property {string} name
 * @property {unknown} [args]
 * @property {number} seqNum
 * @property {number} parentSeqNum
 * @property {string} clientId
 * @property {string} sessionId
 */

/** @typedef {{ name: string, args?: unknown }} Body */
/** @typedef {{ clientId?: string, sessionId?: string }} Author */

/** @param {string} id @param {string} [text] @returns {Body} */
export const todoCreated = (id, text = id) => ({ name: 'v1.TodoCreated', args: { id, text } })

/** @param {string} id @returns {Body} */
export const todoCompleted = (id) => ({ name: 'v1.TodoCompleted', args: { id } })

/** @param {string} id @returns {Body} */
export const todoUncompleted = (id) => ({ name: 'v1.TodoUncompleted', args: { id } })

/** @param {string} id @param {Date} [deletedAt] @returns {Body} */
export const todoDeleted = (id, deletedAt = new Date(0)) => ({
  name: 'v1.TodoDeleted',
  args: { id, deletedAt: deletedAt.toISOString() },
})

/**
 * One event on top of `parentSeqNum`.
 *
 * @param {number} parentSeqNum
 * @param {Partial<Event>} [fields]
 * @returns {Event}
 */
export const event = (parentSeqNum, fields = {}) => {
  const seqNum = fields.seqNum ?? parentSeqNum + 1
  return {
    ...todoCreated(`t${seqNum}`, `todo ${seqNum}`),
    parentSeqNum,
    clientId: 'client-1',
    sessionId: 'session-1',
    ...fields,
    seqNum,
  }
}

/**
 * Chained events for `bodies` on top of `head`.
 *
 * @param {number} head
 * @param {Body[]} bodies
 * @param {Author} [author]
 * @returns {Event[]}
 */
export const chain = (head, bodies, author = {}) =>
  bodies.map((body, index) => event(head + index, { ...body, ...author }))

/**
 * `count` chained todos on top of `head`.
 *
 * @param {number} head
 * @param {number} count
 * @param {Author & { text?: string }} [options] `text`: what each todo says
 */
export const todos = (head, count, { text, ...author } = {}) =>
  chain(
    head,
    Array.from({ length: count }, (_, index) => todoCreated(`t${head + index + 1}`, text)),
    author,
  )

/** @param {number} bytes */
export const textOf = (bytes) => 'x'.repeat(bytes)

/**
 * A leader of LiveStore 0.4.0 takes ten events of its session at a time. If events of others come between two of these
 * parts, the session may apply its own once more, and the store stops. So tests commit in parts of this size.
 */
const PART = 10

/** @template T @param {T[]} list @returns {T[][]} */
export const inParts = (list) =>
  Array.from({ length: Math.ceil(list.length / PART) }, (_, part) => list.slice(part * PART, (part + 1) * PART))
