/** The other side of the store benchmark: LiveStore's own store in an object, as its documentation has it. */

import '@livestore/adapter-cloudflare/polyfill'

import { createStoreDoPromise } from '@livestore/adapter-cloudflare'
import { StoreInternalsSymbol } from '@livestore/livestore'
import { handleSyncUpdateRpc } from '@livestore/sync-cf/client'
import { DurableObject } from 'cloudflare:workers'
import { Effect, Stream } from 'effect'

import { events, schema, todos } from '../../harness/schema.mjs'

const TEXT = 'Remember to water the plants on the balcony'

export class StoreObject extends DurableObject {
  /** @type {ReturnType<typeof createStoreDoPromise> | undefined} */
  #store

  #opened() {
    this.#store ??= this.#boot()
    return this.#store
  }

  async #boot() {
    const storeId = await this.ctx.storage.get('storeId')
    if (typeof storeId !== 'string') throw new Error('no store was opened')
    return createStoreDoPromise({
      schema,
      storeId,
      clientId: this.ctx.id.toString(),
      sessionId: 'static',
      durableObject: { ctx: this.ctx, env: this.env, bindingName: 'STORE' },
      syncBackendStub: this.env.SYNC_BACKEND_DO.get(this.env.SYNC_BACKEND_DO.idFromName(storeId)),
      livePull: true,
    })
  }

  /** @param {string} storeId */
  async open(storeId) {
    if ((await this.ctx.storage.get('storeId')) !== storeId) await this.ctx.storage.put('storeId', storeId)
    await this.#opened()
  }

  /** @param {number} first @param {number} count */
  async oneByOne(first, count) {
    const store = await this.#opened()
    for (const event of created(first, count)) {
      store.commit(event)
      await confirmed(store)
    }
  }

  /** @param {number} first @param {number} count */
  async atOnce(first, count) {
    const store = await this.#opened()
    for (const event of created(first, count)) store.commit(event)
    await confirmed(store)
  }

  /** @param {number} first @param {number} count */
  async together(first, count) {
    const store = await this.#opened()
    store.commit(...created(first, count))
    await confirmed(store)
  }

  async count() {
    const store = await this.#opened()
    return store.query(todos.count())
  }

  /** @param {any} payload */
  async syncUpdateRpc(payload) {
    await this.#opened()
    await handleSyncUpdateRpc(payload)
  }
}

/** @param {number} first @param {number} count */
const created = (first, count) =>
  Array.from({ length: count }, (_, index) =>
    events.todoCreated({ id: `own-${String(first + index).padStart(8, '0')}`, text: TEXT }),
  )

/** Waits until the backend has what the store has. The public status is of the session and its leader only. */
const confirmed = (store) => {
  const { clientSession, syncProcessor } = store[StoreInternalsSymbol]
  const head = syncProcessor.syncState.pipe(Effect.runSync).localHead.global
  const { syncState } = clientSession.leaderThread
  const has = ({ upstreamHead }) => upstreamHead.global >= head
  return Stream.concat(Stream.fromEffect(syncState), syncState.changes).pipe(
    Stream.filter(has),
    Stream.runHead,
    Effect.runPromise,
  )
}
