import { cpuSeconds } from '../../../harness/process.mjs'
import { Workerd } from '../../../harness/workerd.mjs'
import { fill, prebuiltPushes, SyncClient } from '../../client.mjs'
import { STORE } from '../../contender.mjs'
import { alone } from '../../measure.mjs'
import { median } from '../../statistics.mjs'
import { BenchObject } from '../contender.mjs'

/** @typedef {import('../../measure.mjs').Measure<import('../contender.mjs').StoreContender>} Measure */

const PULLED = 1_000
const OBJECTS = 5

/** The first open of stores with an empty backend, and with one that has events. @type {Measure} */
export const pull = {
  name: 'pull',
  figures: [
    { key: 'empty', label: 'first open, nothing to pull', unit: 'ms', better: 'less' },
    { key: 'time', label: `first open and pull of ${PULLED} events`, unit: 'ms', better: 'less' },
    { key: 'cpu', label: `first open and pull of ${PULLED} events: CPU`, unit: 'ms', better: 'less' },
  ],
  open: alone((contender, scale) =>
    contender.onServer(0, async (server) => {
      const count = scale(PULLED)
      await fill(server, STORE, count)
      /** @param {number} index @param {string} storeId @param {number} events */
      const opened = async (index, storeId, events) => {
        const object = new BenchObject(server, `${storeId}-${index}`)
        const [start, cpu] = [performance.now(), cpuSeconds(server.pid)]
        await object.call('open', storeId)
        await object.call('until', events)
        return { time: performance.now() - start, cpu: (cpuSeconds(server.pid) - cpu) * 1_000 }
      }
      /** @type {{ time: number, cpu: number }[]} */
      const empty = []
      /** @type {typeof empty} */
      const full = []
      for (let index = -1; index < OBJECTS; index++) {
        const [nothing, all] = [await opened(index, `empty-${index}`, 0), await opened(index, STORE, count)]
        // The first one warms up.
        if (index < 0) continue
        empty.push(nothing)
        full.push(all)
      }
      return {
        empty: median(empty.map(({ time }) => time)),
        time: median(full.map(({ time }) => time)),
        cpu: median(full.map(({ cpu }) => cpu)),
      }
    }),
  ),
}

/** Events of another client reach an open store. @type {Measure} */
export const live = {
  name: 'live',
  figures: [
    { key: 'time', label: `${PULLED} events of another client, in pushes of 10`, unit: 'ms', better: 'less' },
    { key: 'cpu', label: `${PULLED} events of another client, in pushes of 10: CPU`, unit: 'ms', better: 'less' },
  ],
  open: alone((contender, scale) =>
    contender.onServer(0, async (server) => {
      const count = scale(PULLED)
      const object = new BenchObject(server)
      await object.call('open', STORE)
      const pusher = await SyncClient.open(server, STORE)
      /** @type {{ time: number, cpu: number }[]} */
      const runs = []
      for (let run = 0; run < 4; run++) {
        const batches = prebuiltPushes(STORE, run * count, count, 10)
        const [start, cpu] = [performance.now(), cpuSeconds(server.pid)]
        for (const batch of batches) await pusher.push(batch)
        await object.call('until', (run + 1) * count)
        runs.push({ time: performance.now() - start, cpu: (cpuSeconds(server.pid) - cpu) * 1_000 })
      }
      pusher.close()
      const measured = runs.slice(1)
      return { time: median(measured.map(({ time }) => time)), cpu: median(measured.map(({ cpu }) => cpu)) }
    }),
  ),
}

const STORED = 10_000
const OPENS = 5

/** A store that is in the object's database already. @type {Measure} */
export const coldOpen = {
  name: 'cold',
  figures: [
    { key: 'restart', label: `open of ${STORED} events after a restart, first query`, unit: 'ms', better: 'less' },
    { key: 'query', label: `open of ${STORED} events after an eviction, first query`, unit: 'ms', better: 'less' },
    { key: 'synced', label: `open of ${STORED} events after an eviction, pulled`, unit: 'ms', better: 'less' },
    { key: 'cpu', label: `open of ${STORED} events after an eviction, pulled: CPU`, unit: 'ms', better: 'less' },
  ],
  open: alone(async (contender, scale) => {
    const count = scale(STORED)
    const server = new Workerd(contender.worker, { storage: await contender.storage(count) })
    try {
      await server.start()
      const object = new BenchObject(server)
      const [restart] = await timed(server, () => query(object, count))
      /** @type {[number, number][]} */
      const queries = []
      /** @type {typeof queries} */
      const pulls = []
      for (let open = 0; open < OPENS; open++) {
        await object.call('open', STORE)
        await object.crash()
        queries.push(await timed(server, () => query(object, count)))
        await object.call('open', STORE)
        await object.crash()
        pulls.push(await timed(server, () => object.call('open', STORE)))
      }
      return {
        restart,
        query: median(queries.map(([time]) => time)),
        synced: median(pulls.map(([time]) => time)),
        cpu: median(pulls.map(([, cpu]) => cpu)),
      }
    } finally {
      await server.stop()
    }
  }),
}

/** @param {BenchObject} object @param {number} expected */
const query = async (object, expected) => {
  const count = await object.call('count')
  if (count !== expected) throw new Error(`the store has ${count} of ${expected} lines`)
}

/**
 * Milliseconds, and those of the processor.
 *
 * @param {Workerd} server
 * @param {() => Promise<void>} act
 * @returns {Promise<[number, number]>}
 */
const timed = async (server, act) => {
  const [start, cpu] = [performance.now(), cpuSeconds(server.pid)]
  await act()
  return [performance.now() - start, (cpuSeconds(server.pid) - cpu) * 1_000]
}
