/** Clients over HTTP: they ask for what is new, push on top of it, and now and then read everything. */

import { SyncPost, eventsIn } from '../../harness/http.mjs'
import { cursorAt, none, some } from '../../harness/socket.mjs'
import { isLate, randomBatch } from './writer.mjs'

/** @typedef {import('../world.mjs').Store} Store */

const BETWEEN_REQUESTS = 2_500
/** Milliseconds that a request may take: a run may have more clients than the machine serves at once. */
const LIMIT = 60_000
/** The share of rounds in which the whole log is read. */
const READS_ALL = 0.05

/** @param {Store} store @param {string} author */
export const post = async (store, author) => {
  const { world } = store
  const client = new Poster(store, author)
  while (world.running) {
    await world.idle(BETWEEN_REQUESTS)
    try {
      if (world.random.chance(READS_ALL)) await readAll(store)
      else await client.round()
    } catch (error) {
      store.failed(`${author}: ${error}`)
    }
  }
}

/** The whole log, held against the ledger. @param {Store} store @returns {Promise<import('../../harness/events.mjs').Event[]>} */
export const readAll = async (store) => {
  const { world } = store
  const heads = store.ledger.heads()
  const begun = performance.now()
  const { pages, exit } = await new SyncPost(world.server, store.id, { limit: LIMIT }).pull()
  if (exit._tag !== 'Success') throw new Error(`reading all failed: ${JSON.stringify(exit).slice(0, 300)}`)
  world.took('read all over HTTP', performance.now() - begun)
  const [{ backendId }] = pages
  const log = eventsIn(pages)
  store.ledger.history(backendId).check(log, heads.get(backendId) ?? 0)
  return log
}

class Poster {
  /** @type {import('./session.mjs').Place | undefined} */
  #place

  /** @param {Store} store @param {string} author */
  constructor(store, author) {
    this.store = store
    this.author = author
    this.client = new SyncPost(store.world.server, store.id, { limit: LIMIT })
  }

  async round() {
    const { world } = this.store
    if (!(await this.#pull()) || this.#place === undefined) return
    const { backendId, seqNum } = this.#place
    const batch = randomBatch(this.store, seqNum, this.author)
    const begun = performance.now()
    const exit = await this.client.push(batch, some(backendId))
    if (exit._tag === 'Success') {
      world.took('push over HTTP', performance.now() - begun)
      world.events += batch.length
      return this.store.ledger.history(backendId).acknowledge(batch)
    }
    if (isLate(exit)) world.count('pushes that came too late')
    else this.store.failed(`${this.author}: a push failed: ${JSON.stringify(exit).slice(0, 300)}`)
  }

  /** Reads what is new; whether that succeeded. */
  async #pull() {
    const cursor = this.#place ? cursorAt(this.#place.seqNum, this.#place.backendId) : none
    const { pages, exit } = await this.client.pull(cursor)
    if (exit._tag !== 'Success') {
      this.store.failed(`${this.author}: a pull failed: ${JSON.stringify(exit).slice(0, 300)}`)
      this.#place = undefined
      return false
    }
    for (const { backendId, batch } of pages) {
      const reader = this.store.ledger.history(backendId).reader(this.#place?.seqNum)
      reader.take(eventsIn([{ batch }]))
      this.#place = { backendId, seqNum: reader.seen }
    }
    return true
  }
}
