/** Clients that push over sockets, beside others of the same store, and come back when they are cut off. */

import { chain } from '../../harness/events.mjs'
import { newTodo } from '../ledger.mjs'
import { Session } from './session.mjs'

/** @typedef {import('../world.mjs').Store} Store */
/** @typedef {import('./session.mjs').Place} Place */

/** Milliseconds, on average. */
const BETWEEN_PUSHES = 1_500
const BETWEEN_CONNECTIONS = 500
/** The share of pushes after which a client leaves and comes back. */
const LEAVES = 0.05

/** Mostly what people write; now and then a document, an image, or what barely fits. @param {import('../random.mjs').Random} random */
export const randomSize = (random) => {
  const chance = random.next()
  if (chance < 0.0005) return 1_000_000
  if (chance < 0.005) return 100_000
  return chance < 0.05 ? 2_000 : 40
}

/** A batch on top of a log. @param {Store} store @param {number} head @param {string} author */
export const randomBatch = ({ world: { random } }, head, author) => {
  const count = random.chance(0.8) ? 1 : random.integer(2, 40)
  const sizes = count === 1 ? [randomSize(random)] : Array.from({ length: count }, () => 40)
  return chain(
    head,
    sizes.map((size) => ({ name: 'v1.TodoCreated', args: newTodo(author, size) })),
    { clientId: author },
  )
}

/** Whether a push was refused because others were quicker. @param {any} exit */
export const isLate = ({ cause: { error } }) => (error?.cause?._tag ?? error?._tag) === 'ServerAheadError'

/** @param {Store} store @param {string} author */
export const write = async (store, author) => {
  const { world } = store
  /** @type {Place | undefined} */
  let place
  while (world.running) {
    await world.idle(BETWEEN_CONNECTIONS)
    try {
      place = await connection(store, author, place)
    } catch (error) {
      store.failed(`${author}: ${error}`)
    }
  }
}

/**
 * One connection, until it ends. Gives where to go on.
 *
 * @param {Store} store
 * @param {string} author
 * @param {Place} [from]
 */
const connection = async (store, author, from) => {
  const { world } = store
  const begun = performance.now()
  const session = await Session.open(store, from)
  try {
    await session.until(() => session.live, 'the first pages')
    if (session.live) world.took('connect and pull', performance.now() - begun)
    while (world.running && !session.closed) {
      await world.idle(BETWEEN_PUSHES)
      if (session.closed) break
      if (!(await push(session, author)) || world.random.chance(LEAVES)) break
    }
    if (session.closed) return ended(session)
    return session.place
  } finally {
    session.close()
  }
}

/** Pushes a batch; whether the connection can go on. @param {Session} session @param {string} author */
const push = async (session, author) => {
  const { store, place } = session
  const { world } = store
  if (place === undefined) return false
  const batch = randomBatch(store, place.seqNum, author)
  const begun = performance.now()
  const exit = await session.push(batch)
  // Nobody knows whether it was stored; the log shows it.
  if (exit === undefined) return false
  if (exit._tag === 'Success') {
    world.took('push over a socket', performance.now() - begun)
    store.ledger.history(place.backendId).acknowledge(batch)
    world.events += batch.length
    return true
  }
  if (isLate(exit)) {
    world.count('pushes that came too late')
    // Others' events are on their way.
    await session.until(() => (session.place?.seqNum ?? 0) > place.seqNum, 'the events that the server is ahead by')
    return true
  }
  store.failed(`${author}: a push of ${batch.length} failed: ${JSON.stringify(exit).slice(0, 300)}`)
  return false
}

/** The place to go on at after the server has ended a connection. @param {Session} session */
const ended = (session) => {
  const { store, connection } = session
  const { closeCode } = connection
  store.world.count(`connections ended, ${closeCode ?? 'without a code'}`)
  // The backend failed, which no disturbance explains.
  if (closeCode === 1011) store.world.fault(`${store.id}: a connection was ended with 1011`)
  else store.failed(`a connection was ended with ${closeCode}`)
  // The log may be another one now: a client with the old one begins anew.
  return closeCode === 1012 ? undefined : session.place
}
