/** LiveStore's own stores, as an app has them. */

import { temporaryDirectory } from '../../harness/cleanup.mjs'
import { openClient } from '../../harness/livestore.mjs'
import { newTodo } from '../ledger.mjs'

/** @typedef {import('../world.mjs').Store} Store */

const BETWEEN_COMMITS = 4_000

export class Official {
  /** @type {string[]} */
  committed = []
  #directory = temporaryDirectory('soak').path

  /** @param {Store} store @param {string} clientId @param {import('../../harness/provider.mjs').Transport} transport */
  constructor(store, clientId, transport) {
    this.store = store
    this.clientId = clientId
    this.transport = transport
  }

  /** Commits as long as the run goes on. */
  async commit() {
    const { world } = this.store
    while (world.running) {
      await world.idle(BETWEEN_COMMITS)
      try {
        await this.#page()
      } catch (error) {
        this.store.failed(`${this.clientId}: ${error}`)
      }
    }
  }

  /** From the load of a page to the next one. */
  async #page() {
    const { world, disturbances } = this.store
    const client = await this.#open()
    while (world.running) {
      await world.idle(BETWEEN_COMMITS)
      const { id, text } = newTodo(this.clientId, 40)
      client.create(id, text)
      this.committed.push(id)
      world.count('commits of official stores')
      // A client of 0.4.0 over HTTP stops for good at an error.
      if (this.transport === 'http' && this.store.disturbances !== disturbances) return client.close()
    }
  }

  #open() {
    const { world, id: storeId } = this.store
    const { url } = world.server
    return openClient({ url, storeId, clientId: this.clientId, transport: this.transport, directory: this.#directory })
  }
}
