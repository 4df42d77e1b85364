import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { listModules } from '../../harness/config.mjs'
import { Workerd } from '../../harness/workerd.mjs'
import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { residentMiB } from '../../harness/process.mjs'
import { alone, cpuFigure, timed } from '../measure.mjs'
import { connectAll } from './broadcast.mjs'

const KIB = 1_024
const STORED = 100

/** A new process on existing storage. @type {import('./index.mjs').Measure} */
export const coldStart = {
  name: 'cold',
  steps: 5,
  figures: [
    { ...cpuFigure('cold start: listening to first page', 'ms'), label: 'cold start: listening to first page: CPU' },
    { key: 'total', label: 'cold start: process to first page', unit: 'ms', better: 'less' },
    { key: 'answer', label: 'cold start: listening to first page', unit: 'ms', better: 'less' },
  ],
  open: alone(async (contender) => {
    const server = new Workerd(contender.worker, { storage: await contender.storage(STORED) })
    try {
      const start = performance.now()
      await server.start()
      const listening = performance.now()
      let at = 0
      const { cpu } = await timed(server.pid, async () => {
        const client = await SyncClient.live(server, STORE)
        at = client.at
        client.close()
      })
      return { cpu: cpu * 1_000, total: at - start, answer: at - listening }
    } finally {
      await server.stop()
    }
  }),
}

const SOCKETS = 1_000
const EVENTS = 3_000

/** Resident memory of the whole server process. @type {import('./index.mjs').Measure} */
export const memoryOfSockets = {
  name: 'memory-sockets',
  figures: [
    { key: 'idle', label: 'memory, one client', unit: 'MiB', better: 'less' },
    { key: 'socket', label: `memory of each of ${SOCKETS} sockets that pull live`, unit: 'KiB', better: 'less' },
    { key: 'loaded', label: `memory, after ${EVENTS} events to them`, unit: 'MiB', better: 'less' },
  ],
  open: alone((contender, scale) =>
    contender.onServer(0, async (server) => {
      const pusher = await SyncClient.live(server, STORE)
      const idle = residentMiB(server.pid)
      const [sockets, events] = [scale(SOCKETS), scale(EVENTS)]
      const clients = await connectAll(server, sockets)
      const socket = ((residentMiB(server.pid) - idle) * KIB) / sockets
      for (const batch of prebuiltPushes(STORE, 0, events, 100)) await pusher.push(batch)
      await Promise.all(clients.map((client) => client.sees(events)))
      const loaded = residentMiB(server.pid)
      for (const client of [pusher, ...clients]) client.close()
      return { idle, socket, loaded }
    }),
  ),
}

const STORES = 200

/** @type {import('./index.mjs').Measure} */
export const memoryOfStores = {
  name: 'memory-stores',
  figures: [{ key: 'store', label: `memory of each of ${STORES} stores`, unit: 'KiB', better: 'less' }],
  open: alone((contender, scale) =>
    contender.onServer(0, async (server) => {
      /** @type {SyncClient[]} */
      const clients = []
      const open = async (/** @type {number} */ store) => {
        const client = await SyncClient.live(server, `store-${store}`)
        for (const batch of prebuiltPushes(client.storeId, 0, 10, 10)) await client.push(batch)
        clients.push(client)
      }
      await open(-1)
      const [before, stores] = [residentMiB(server.pid), scale(STORES)]
      for (let store = 0; store < stores; store++) await open(store)
      const after = residentMiB(server.pid)
      for (const client of clients) client.close()
      return { store: ((after - before) * KIB) / stores }
    }),
  ),
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
  open: alone(async (contender) => {
    const plain = sizes(contender.worker.dir)
    const minified = sizes(contender.minified.dir)
    return { raw: plain.raw, gzip: plain.gzip, minifiedRaw: minified.raw, minifiedGzip: minified.gzip }
  }),
}

/** @param {string} dir @returns {{ raw: number, gzip: number }} KiB */
export const sizes = (dir) => {
  const modules = listModules(dir).map((name) => readFileSync(join(dir, name)))
  const sum = (/** @type {(module: Buffer) => number} */ size) => modules.reduce((total, one) => total + size(one), 0)
  return { raw: sum((one) => one.length) / KIB, gzip: sum((one) => gzipSync(one, { level: 9 }).length) / KIB }
}
