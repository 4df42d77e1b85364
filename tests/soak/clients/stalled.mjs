/** Clients that stop reading, and read on much later, or never. */

import { Session } from './session.mjs'

/** @typedef {import('../world.mjs').Store} Store */

const BETWEEN_CONNECTIONS = 500
const READS = 20_000
const STALLS = 60_000
/** The share of them that go without a word. */
const VANISHES = 0.3

/** @param {Store} store */
export const stall = async (store) => {
  const { world } = store
  while (world.running) {
    await world.idle(BETWEEN_CONNECTIONS)
    try {
      await connection(store)
    } catch (error) {
      store.failed(`a stalled client: ${error}`)
    }
  }
}

/** @param {Store} store */
const connection = async (store) => {
  const { world } = store
  const { disturbances } = store
  const session = await Session.open(store)
  const { socket } = session.connection
  try {
    await session.until(() => session.live, 'the first pages')
    await world.idle(READS)
    // No delivery is late by what its reader did.
    session.timed = false
    socket.pause()
    world.count('clients that stopped reading')
    await world.idle(STALLS)
    if (world.random.chance(VANISHES)) return
    const { head } = store.ledger.history(session.place?.backendId ?? '')
    socket.resume()
    await session.until(() => (session.place?.seqNum ?? 0) >= head, `what was pushed meanwhile, up to ${head}`)
    const { closeCode } = session.connection
    // It may have taken too little for too long, or finds out only now what was done to the store.
    if (session.closed && closeCode !== 1013 && store.disturbances === disturbances) {
      store.failed(`a stalled client was ended with ${closeCode}`)
    }
  } finally {
    session.close()
  }
}
