/** The official TypeScript sync backend, bundled as users' bundlers do it. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { bundleWorker } from './bundle.mjs'
import { COMPATIBILITY_DATE, SYNC_OBJECT } from './rust.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @param {string} durableObjectOptions source text of the options */
const entry = (durableObjectOptions) => `
import { makeDurableObject, makeWorker } from '@livestore/sync-cf/cf-worker'
export class ${SYNC_OBJECT.className} extends makeDurableObject(${durableObjectOptions}) {}
export default makeWorker({ syncBackendBinding: '${SYNC_OBJECT.binding}', enableCORS: true })
`

/**
 * Bundles once per lock file, entry and minification; later calls find the bundle.
 *
 * @param {{ minify?: boolean, options?: string }} [choice] `options`: source text given to `makeDurableObject`
 * @returns {Promise<import('./config.mjs').Worker>}
 */
export const officialWorker = async ({ minify = false, options = '{}' } = {}) => {
  const source = entry(options)
  const dir = join(ROOT, 'target', 'official', fingerprint(source, minify))
  if (!existsSync(dir)) await bundle(source, minify, dir)
  return { dir, objects: [SYNC_OBJECT], compatibilityDate: COMPATIBILITY_DATE, flags: [] }
}

/** @param {string} source @param {boolean} minify */
const fingerprint = (source, minify) =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(source)
    .update(String(minify))
    .digest('hex')
    .slice(0, 16)

/**
 * The finished folder appears at once, so that tests running side by side never see half of it.
 *
 * @param {string} source
 * @param {boolean} minify
 * @param {string} dir
 */
const bundle = async (source, minify, dir) => {
  await mkdir(dirname(dir), { recursive: true })
  const folder = await mkdtemp(join(dirname(dir), 'bundling-'))
  await bundleWorker({
    stdin: { contents: source, resolveDir: ROOT, sourcefile: 'index.js' },
    outdir: folder,
    entryNames: 'index',
    minify,
  })
  await rename(folder, dir).catch(() => rm(folder, { recursive: true, force: true }))
}
