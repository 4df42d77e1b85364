/** The official sync client alone, without a store: what LiveStore's own provider tests drive. */

import { FetchHttpClient, KeyValueStore } from '@effect/platform'
import { makeHttpSync, makeWsSync } from '@livestore/sync-cf/client'
import { Chunk, Effect, Layer, Option, Stream } from 'effect'

import { LIMIT } from './wait.mjs'

/** @typedef {import('@livestore/common').SyncBackend.SyncBackend<any>} Provider */
/** @typedef {{ batch: readonly { eventEncoded: import('./events.mjs').Event, metadata: any }[], pageInfo: any }} PullItem */

/** @typedef {'ws' | 'http'} Transport */

/**
 * Over HTTP official clients ask for new events every five seconds; tests have less time.
 *
 * @typedef {{ ping?: { requestTimeout: number, requestInterval: number } }} SyncOptions
 * @type {Record<Transport, (url: string, options?: SyncOptions) => import('@livestore/common').SyncBackend.SyncBackendConstructor<any>>}
 */
export const SYNCS = {
  ws: (url, options) => makeWsSync({ url, ...options }),
  http: (url, options) => makeHttpSync({ url, livePull: { pollInterval: 100 }, ...options }),
}

/**
 * A connected client of its own, as an Effect resource.
 *
 * @param {{ url: string }} server
 * @param {string} storeId
 * @param {Transport} [transport]
 * @returns {Effect.Effect<Provider, any, any>}
 */
export const provider = (server, storeId, transport = 'ws') =>
  Effect.gen(function* () {
    const client = yield* SYNCS[transport](server.url)({ storeId, clientId: 'provider', payload: undefined })
    yield* client.connect
    return client
  }).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, Layer.fresh(KeyValueStore.layerMemory))))

/**
 * Runs a test written as an Effect, in its own scope, within a limit.
 *
 * @template A
 * @param {() => Generator<any, A, any>} body
 * @param {number} [limit]
 * @returns {Promise<A>}
 */
export const runEffect = (body, limit = LIMIT) =>
  Effect.runPromise(/** @type {any} */ (Effect.gen(body).pipe(Effect.scoped, Effect.timeout(limit))))

/**
 * Everything a pull that ends yields.
 *
 * @param {Provider} client
 * @param {number} [after] pull what follows this sequence number
 * @returns {Effect.Effect<PullItem[], any>}
 */
export const pullItems = (client, after) =>
  Stream.runCollect(client.pull(cursor(after))).pipe(Effect.map(Chunk.toArray))

/**
 * The first items of a live pull.
 *
 * @param {Provider} client
 * @param {number} [after]
 */
export const livePull = (client, after) => client.pull(cursor(after), { live: true })

/** @param {readonly PullItem[]} items */
export const eventsOf = (items) => items.flatMap((item) => item.batch.map(({ eventEncoded }) => eventEncoded))

/** @param {number} [after] */
const cursor = (after) =>
  after === undefined
    ? Option.none()
    : Option.some({ eventSequenceNumber: /** @type {any} */ (after), metadata: Option.none() })
