/** Releases the folders and processes of a test process when it exits, however it exits. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** @type {Set<() => void>} */
const pending = new Set()

process.on('exit', () => {
  for (const release of pending) release()
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => process.exit(1))
}

/**
 * Runs `release` (synchronous) when the process exits, or when the returned function is called.
 *
 * @param {() => void} release
 * @returns {() => void}
 */
export const onExit = (release) => {
  const once = () => {
    if (pending.delete(once)) release()
  }
  pending.add(once)
  return once
}

/**
 * A fresh directory, removed at exit or by `remove`.
 *
 * @param {string} name
 */
export const temporaryDirectory = (name) => {
  const path = mkdtempSync(join(tmpdir(), `${name}-`))
  const remove = onExit(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }))
  return { path, remove }
}
