import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { listModules } from '../../harness/config.mjs'
import { Workerd } from '../../harness/workerd.mjs'
import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { residentMiB } from '../../harness/process.mjs'
import { connectAll } from './broadcast.mjs'

const KIB = 1_024
const STORED = 100

/** A new process on existing storage. @type {import('./index.mjs').Measure} */
export const coldStart = {
  name: 'cold',
  figures: [
    { key: 'total', label: 'cold start: process to first page', unit: 'ms', better: 'less' },
    { key: 'answer', label: 'cold start: listening to first page', unit: 'ms', better: 'less' },
  ],
  run: async (contender) => {
    const server = new Workerd(contender.worker, { storage: await contender.storage(STORED) })
    try {
      const start = performance.now()
      await server.start()
      const listening = performance.now()
      const client = await SyncClient.live(server, STORE)
      client.close()
      return { total: client.at - start, answer: client.at - listening }
    } finally {
      await server.stop()
    }
  },
}

const LISTENERS = 100
const EVENTS = 3_000

/** Resident memory of the whole server process. @type {import('./index.mjs').Measure} */
export const memory = {
  name: 'memory',
  figures: [
    { key: 'idle', label: 'memory, idle', unit: 'MiB', better: 'less' },
    { key: 'loaded', label: `memory, after ${EVENTS} events to ${LISTENERS} clients`, unit: 'MiB', better: 'less' },
  ],
  run: (contender, scale) =>
    contender.onServer(0, async (server) => {
      const pusher = await SyncClient.live(server, STORE)
      const idle = residentMiB(server.pid)
      const clients = await connectAll(server, scale(LISTENERS))
      for (const batch of prebuiltPushes(STORE, 0, scale(EVENTS), 10)) await pusher.push(batch)
      await Promise.all(clients.map((client) => client.sees(scale(EVENTS))))
      const loaded = residentMiB(server.pid)
      for (const client of [pusher, ...clients]) client.close()
      return { idle, loaded }
    }),
}

/** All modules of a worker. @type {import('./index.mjs').Measure} */
export const bundle = {
  name: 'bundle',
  once: true,
  figures: [
    { key: 'raw', label: 'bundle', unit: 'KiB', better: 'less' },
    { key: 'gzip', label: 'bundle, gzip', unit: 'KiB', better: 'less' },
    { key: 'minifiedRaw', label: 'bundle, minified', unit: 'KiB', better: 'less' },
    { key: 'minifiedGzip', label: 'bundle, minified, gzip', unit: 'KiB', better: 'less' },
  ],
  run: async (contender) => {
    const plain = sizes(contender.worker.dir)
    const minified = sizes(contender.minified.dir)
    return { raw: plain.raw, gzip: plain.gzip, minifiedRaw: minified.raw, minifiedGzip: minified.gzip }
  },
}

/** @param {string} dir @returns {{ raw: number, gzip: number }} KiB */
export const sizes = (dir) => {
  const modules = listModules(dir).map((name) => readFileSync(join(dir, name)))
  const sum = (/** @type {(module: Buffer) => number} */ size) => modules.reduce((total, one) => total + size(one), 0)
  return { raw: sum((one) => one.length) / KIB, gzip: sum((one) => gzipSync(one, { level: 9 }).length) / KIB }
}
