import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { cpuSeconds } from '../../harness/process.mjs'
import { quantile } from '../statistics.mjs'

const WARM_UP = 30
/** Long enough for a slow backend, and the most a fast one is given. */
const MILLISECONDS = 3_000

/**
 * One client with a live pull pushes, the next batch after the last one's acknowledgement.
 *
 * @param {number} size events in a push
 * @param {number} pushes at most
 * @returns {import('./index.mjs').Measure}
 */
export const pushing = (size, pushes) => ({
  name: `push-${size}`,
  figures: [
    { key: 'rate', label: `push, batch ${size}`, unit: 'events/s', better: 'more' },
    { key: 'cpu', label: `push, batch ${size}: CPU`, unit: 'µs/event', better: 'less' },
    ...(size === 1 ? LATENCIES : []),
  ],
  run: (contender, scale) =>
    contender.onServer(0, async (server) => {
      const client = await SyncClient.live(server, STORE)
      const count = scale(pushes)
      const batches = prebuiltPushes(STORE, 0, (WARM_UP + count) * size, size)
      for (const batch of batches.splice(0, WARM_UP)) await client.push(batch)
      const cpu = cpuSeconds(server.pid)
      const start = performance.now()
      const latencies = await pushEach(client, batches)
      const seconds = (performance.now() - start) / 1_000
      const used = cpuSeconds(server.pid) - cpu
      client.close()
      const events = latencies.length * size
      return {
        rate: events / seconds,
        cpu: (used / events) * 1e6,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      }
    }),
})

/** @type {import('./index.mjs').Figure[]} */
const LATENCIES = [
  { key: 'p50', label: 'acknowledgement, batch 1, p50', unit: 'ms', better: 'less' },
  { key: 'p99', label: 'acknowledgement, batch 1, p99', unit: 'ms', better: 'less' },
]

/**
 * Pushes until time or batches run out.
 *
 * @param {SyncClient} client
 * @param {Buffer[]} batches
 * @returns {Promise<number[]>} milliseconds each took
 */
const pushEach = async (client, batches) => {
  const latencies = []
  const end = performance.now() + MILLISECONDS
  for (const batch of batches) {
    const sent = performance.now()
    if (sent > end) break
    latencies.push((await client.push(batch)) - sent)
  }
  return latencies
}
