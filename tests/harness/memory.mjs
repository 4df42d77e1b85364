/** Which objects are in memory: how often they were constructed, and having them leave it. */

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'

import { syncWorker } from './backend.mjs'
import { unsafe } from './config.mjs'

/** An object that has something to do is waited for, half a minute at most. */
const LIMIT = 35_000

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The test runner's functions with which tests act on objects. */
export const VERBS = pathOf('../../test-runner/src/objects.js')

/** A backend's objects, counted: modules for the front of an `unsafe` worker. */
export const MEMORY = [pathOf('memory.js'), VERBS]

/** The Rust sync worker with them. @returns {Promise<import('./config.mjs').Worker>} */
export const countedWorker = async () => {
  return unsafe({ ...(await syncWorker('rust')), front: [pathOf('counted.js'), ...MEMORY] })
}

/** @param {{ url: string }} server @param {string} verb @param {string} storeId @param {RequestInit} [init] */
const ask = async (server, verb, storeId, init) => {
  const url = `${server.url}/${verb}/${encodeURIComponent(storeId)}`
  const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT), ...init })
  return response.json()
}

/**
 * How often a store's object has been constructed.
 *
 * @param {{ url: string }} server
 * @param {string} storeId
 * @returns {Promise<number>}
 */
export const constructions = (server, storeId) => ask(server, 'constructed', storeId)

/**
 * Takes a store's object out of memory, where it has to be; its sockets stay.
 *
 * @param {{ url: string }} server
 * @param {string} storeId
 */
export const hibernate = async (server, storeId) => {
  assert.equal(await ask(server, 'hibernate', storeId, { method: 'POST' }), true, 'the object is in memory')
}
