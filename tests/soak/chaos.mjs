/** The disturbances of a run: stores leave memory, are exported, reset and overrun, and the server is killed. */

import { pause } from '../harness/wait.mjs'
import { Session } from './clients/session.mjs'

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').Store} Store */

const LIMIT = 60_000

/**
 * Does `act` again and again, as long as the run goes on.
 *
 * @param {World} world
 * @param {number} mean milliseconds between two times
 * @param {() => Promise<unknown>} act
 */
export const repeatedly = async (world, mean, act) => {
  while (world.running) {
    await world.idle(mean)
    if (world.running) await act()
  }
}

/** @param {Store} store @param {string} path @param {RequestInit} [init] */
const request = async ({ world }, path, init) => {
  const response = await fetch(`${world.server.url}${path}`, { signal: AbortSignal.timeout(LIMIT), ...init })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`)
  return text
}

/** @param {Store} store @param {'info' | 'export' | 'reset'} operation @param {RequestInit} [init] */
const admin = (store, operation, init) =>
  request(store, `/?${new URLSearchParams({ storeId: store.id, admin: operation })}`, init)

/** Takes the store's object out of memory, with its sockets or without. @param {Store} store @param {'hibernate' | 'evict'} verb */
export const leaveMemory = async (store, verb) => {
  if (verb === 'evict') store.disturb()
  try {
    await request(store, `/${verb}/${store.id}`, { method: 'POST' })
    store.world.count(`stores made to ${verb}`)
  } catch (error) {
    const info = await admin(store, 'info').catch(String)
    store.failed(`${verb}: ${error}; ${info}`)
  }
}

/** @param {Store} store */
export const reset = async (store) => {
  store.disturb()
  try {
    await admin(store, 'reset', { method: 'POST' })
    store.world.count('stores reset')
  } catch (error) {
    store.failed(`reset: ${error}`)
  }
}

/** Exports the log, and holds it against the ledger. @param {Store} store */
export const exportAll = async (store) => {
  const { world } = store
  const heads = store.ledger.heads()
  const begun = performance.now()
  try {
    const pages = (await admin(store, 'export'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    world.took('export', performance.now() - begun)
    const [{ backendId }] = pages
    const log = pages.flatMap(({ batch }) => batch.map((/** @type {any} */ item) => item.eventEncoded))
    store.ledger.history(backendId).check(log, heads.get(backendId) ?? 0)
  } catch (error) {
    store.failed(`export: ${error}`)
  }
}

/** Many clients at once: each has to be served. @param {Store} store @param {number} clients */
export const storm = async (store, clients) => {
  const { world } = store
  const begun = performance.now()
  const served = await Promise.all(Array.from({ length: clients }, () => stormer(store)))
  const count = served.filter(Boolean).length
  world.count('clients of storms', clients)
  world.count('clients of storms that were served', count)
  if (count === clients) world.took(`storm of ${clients}`, performance.now() - begun)
  else store.failed(`${clients - count} of ${clients} clients of a storm were not served`)
}

/** Whether a client that comes with the others is served. @param {Store} store */
const stormer = async (store) => {
  try {
    const session = await Session.open(store)
    await session.until(() => session.live, 'the first pages in a storm').finally(() => session.close())
    return session.live
  } catch {
    return false
  }
}

/** Kills the server as it is, and starts it on the same storage. @param {World} world */
export const kill = async (world) => {
  world.disturb()
  await world.server.kill()
  await pause(200)
  await world.server.restart()
  // Failures from now on come soon.
  world.disturb()
  world.count('kills of the server')
}
