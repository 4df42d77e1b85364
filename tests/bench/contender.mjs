/** One backend in the comparison: its worker, and storage filled once and copied for every use. */

import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { SYNC_OBJECT, COMPATIBILITY_DATE, rustWorker } from '../harness/rust.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { officialWorker } from '../harness/official.mjs'
import { startWorkerd, Workerd } from '../harness/workerd.mjs'
import { fill } from './client.mjs'

/** The store every measure uses; each has a server of its own. */
export const STORE = 'bench'

/** @typedef {import('../harness/config.mjs').Worker} Worker */

/** The classes of `floor/`, by the names of the contenders. @type {Record<string, string>} */
const FLOORS = { 'floor': 'OneTable', 'floor-two-tables': 'TwoTables' }

/** @param {string} choice `official`, `rust`, `floor`, `floor-two-tables`, or a directory with a worker */
export const contender = async (choice) => {
  if (choice === 'official') {
    return new Contender('official', await officialWorker(), await officialWorker({ minify: true }))
  }
  if (choice === 'rust') return new Contender('ours', rustWorker('backend-worker'))
  const className = FLOORS[choice]
  return new Contender(choice, {
    dir: className ? fileURLToPath(new URL('floor', import.meta.url)) : resolve(choice),
    objects: [className ? { ...SYNC_OBJECT, className } : SYNC_OBJECT],
    compatibilityDate: COMPATIBILITY_DATE,
  })
}

export class Contender {
  /** @type {Map<number, string>} */
  #filled = new Map()
  #fillServer

  /**
   * @param {string} name
   * @param {Worker} worker
   * @param {Worker} [minified] the same worker, minified
   * @param {(server: Workerd, events: number) => Promise<void>} [fillServer]
   */
  constructor(name, worker, minified = worker, fillServer = (server, events) => fill(server, STORE, events)) {
    this.name = name
    this.worker = worker
    this.minified = minified
    this.#fillServer = fillServer
  }

  /**
   * Runs `measure` on a fresh server whose store holds `events` events already.
   *
   * @template T
   * @param {number} events
   * @param {(server: Workerd) => Promise<T>} measure
   * @returns {Promise<T>}
   */
  async onServer(events, measure) {
    const server = await this.serve(events)
    try {
      return await measure(server)
    } finally {
      await server.stop()
    }
  }

  /** A fresh server whose store holds `events` events already. @param {number} events */
  async serve(events) {
    return startWorkerd(this.worker, { storage: await this.storage(events) })
  }

  /** A directory of its own with a store of `events` events. @param {number} events */
  async storage(events) {
    const copy = temporaryDirectory('bench').path
    if (events > 0) await cp(await this.#fill(events), copy, { recursive: true })
    return copy
  }

  /** @param {number} events */
  async #fill(events) {
    const known = this.#filled.get(events)
    if (known) return known
    const storage = join(temporaryDirectory('bench').path, 'storage')
    const server = await startWorkerd(this.worker, { storage })
    try {
      await this.#fillServer(server, events)
    } finally {
      await server.stop()
    }
    this.#filled.set(events, storage)
    return storage
  }
}
