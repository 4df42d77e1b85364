/** The sync backend under test: ours, or the official one with BACKEND=official. */

import { officialWorker } from './official.mjs'
import { rustWorker } from './rust.mjs'
import { startWorkerd } from './workerd.mjs'

export const BACKEND = process.env.BACKEND ?? 'rust'

/** @param {string} [name] `rust` or `official` */
export const syncWorker = async (name = BACKEND) => {
  if (name === 'official') return officialWorker()
  if (name === 'rust') return rustWorker('todomvc')
  throw new Error(`unknown backend ${name}: rust or official`)
}

/** @param {Parameters<typeof startWorkerd>[1]} [options] */
export const startBackend = async (options) => startWorkerd(await syncWorker(), options)

let stores = 0

/** A store id no other test uses. */
export const freshStoreId = () => `store-${process.pid}-${Date.now().toString(36)}-${stores++}`
