import { rustWorker } from '../../../harness/rust.mjs'
import { Workerd } from '../../../harness/workerd.mjs'
import { memoryOf } from '../../../soak/memory.mjs'
import { SyncClient } from '../../client.mjs'
import { STORE } from '../../contender.mjs'
import { sizes } from '../../measures/footprint.mjs'
import { alone } from '../../measure.mjs'
import { BenchObject } from '../contender.mjs'

/** @typedef {import('../../measure.mjs').Measure<import('../contender.mjs').StoreContender>} Measure */
/** @typedef {import('../contender.mjs').StoreContender} StoreContender */

const STORED = 10_000

/** Resident memory with one open store, by owner. @type {Measure} */
export const memory = {
  name: 'memory',
  figures: [
    { key: 'v8', label: `memory with ${STORED} events: V8`, unit: 'MiB', better: 'less' },
    { key: 'wasm', label: `memory with ${STORED} events: WebAssembly`, unit: 'MiB', better: 'less' },
    { key: 'native', label: `memory with ${STORED} events: workerd and SQLite`, unit: 'MiB', better: 'less' },
    { key: 'added', label: 'all of it, above a worker with the backend only', unit: 'MiB', better: 'less' },
  ],
  open: alone(async (contender, scale) => {
    const count = scale(STORED)
    const alone = await after(rustWorker('backend-worker'), await contender.storage(count), async (server) => {
      const client = await SyncClient.open(server, STORE)
      client.close()
    })
    const { V8, wasm, native } = await after(contender.worker, await contender.storage(count), async (server) => {
      const object = new BenchObject(server)
      await object.call('open', STORE)
      await object.call('until', count)
    })
    return { v8: V8, wasm, native, added: V8 + wasm + native - (alone.V8 + alone.wasm + alone.native) }
  }),
}

/**
 * The memory of a new process after some work.
 *
 * @param {import('../../../harness/config.mjs').Worker} worker
 * @param {string} storage
 * @param {(server: Workerd) => Promise<void>} work
 */
const after = async (worker, storage, work) => {
  const server = new Workerd(worker, { storage })
  try {
    await server.start()
    await work(server)
    return memoryOf(server.pid)
  } finally {
    await server.stop()
  }
}

/** The modules that a store adds to a worker with a backend of the same author. @type {Measure} */
export const bundle = {
  name: 'bundle',
  once: true,
  figures: [
    { key: 'raw', label: 'added to a bundle', unit: 'KiB', better: 'less' },
    { key: 'gzip', label: 'added to a bundle, gzip', unit: 'KiB', better: 'less' },
    { key: 'minifiedGzip', label: 'added to a minified bundle, gzip', unit: 'KiB', better: 'less' },
    { key: 'allGzip', label: 'minified bundle with backend and store, gzip', unit: 'KiB', better: 'less' },
  ],
  open: alone(async ({ bundles: { plain, minified } }) => {
    const [more, less, all] = [sizes(plain.with), sizes(plain.without), sizes(minified.with)]
    return {
      raw: more.raw - less.raw,
      gzip: more.gzip - less.gzip,
      minifiedGzip: all.gzip - sizes(minified.without).gzip,
      allGzip: all.gzip,
    }
  }),
}
