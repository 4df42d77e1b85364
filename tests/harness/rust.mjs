/** Our workers, built by `cargo xtask build EXAMPLE --out FOLDER`. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { MAIN_MODULE } from './config.mjs'

/** Both backends run with the same date, and so do all objects. The steps of the tests for old dates set others. */
export const COMPATIBILITY_DATE = process.env.COMPATIBILITY_DATE ?? '2026-08-01'
/** The flags of our workers, with commas between them. */
const FLAGS = process.env.COMPATIBILITY_FLAGS?.split(',') ?? []
export const SYNC_OBJECT = { binding: 'SYNC_BACKEND_DO', className: 'SyncBackendDO' }

/**
 * @param {string} example
 * @param {Partial<import('./config.mjs').Worker>} [overrides] other objects, bindings or flags
 * @returns {import('./config.mjs').Worker}
 */
export const rustWorker = (example, overrides = {}) => {
  const builds = process.env.WORKER_BUILDS ?? fileURLToPath(new URL('../../target/workers', import.meta.url))
  const dir = join(builds, example)
  if (!existsSync(join(dir, MAIN_MODULE))) {
    throw new Error(`no worker in ${dir}; build it with: cargo xtask build ${example} --out ${dir}`)
  }
  return { dir, objects: [SYNC_OBJECT], compatibilityDate: COMPATIBILITY_DATE, flags: FLAGS, ...overrides }
}
