import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { median, quantile } from '../statistics.mjs'

const WARM_UP = 3

/**
 * From a push to the last listener having the event.
 *
 * @param {number} listeners
 * @param {number} pushes
 * @returns {import('./index.mjs').Measure}
 */
export const broadcasting = (listeners, pushes) => ({
  name: `broadcast-${listeners}`,
  figures: [{ key: 'last', label: `broadcast to ${listeners}, last listener`, unit: 'ms', better: 'less' }],
  run: (contender, scale) =>
    contender.onServer(0, async (server) => {
      const count = WARM_UP + scale(pushes)
      const pusher = await SyncClient.live(server, STORE)
      const clients = await connectAll(server, listeners)
      const times = []
      for (const [index, batch] of prebuiltPushes(STORE, 0, count, 1).entries()) {
        times.push(await untilLast(pusher, clients, batch, index + 1))
      }
      for (const client of [pusher, ...clients]) client.close()
      return { last: median(times.slice(WARM_UP)) }
    }),
})

/**
 * Many clients connect at once.
 *
 * @param {number} clients
 * @returns {import('./index.mjs').Measure}
 */
export const reconnecting = (clients) => ({
  name: `reconnect-${clients}`,
  figures: [
    { key: 'p50', label: `${clients} sockets at once, ready p50`, unit: 'ms', better: 'less' },
    { key: 'p99', label: `${clients} sockets at once, ready p99`, unit: 'ms', better: 'less' },
  ],
  run: (contender) =>
    contender.onServer(50, async (server) => {
      const first = await SyncClient.live(server, STORE)
      const start = performance.now()
      const opened = await Promise.all(
        Array.from({ length: clients }, async () => {
          const client = await SyncClient.live(server, STORE)
          return { client, ready: client.at - start }
        }),
      )
      for (const { client } of opened) client.close()
      first.close()
      const ready = opened.map((one) => one.ready)
      return { p50: quantile(ready, 0.5), p99: quantile(ready, 0.99) }
    }),
})

/** @param {{ port: number }} server @param {number} count */
export const connectAll = async (server, count) => {
  const clients = []
  while (clients.length < count) {
    const group = Math.min(25, count - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: group }, () => SyncClient.live(server, STORE)))))
  }
  for (const client of clients) client.ackLater = true
  return clients
}

/**
 * @param {SyncClient} pusher
 * @param {SyncClient[]} clients
 * @param {Buffer} batch
 * @param {number} seqNum
 * @returns {Promise<number>} milliseconds
 */
const untilLast = async (pusher, clients, batch, seqNum) => {
  const start = performance.now()
  await Promise.all([pusher.push(batch), ...clients.map((client) => client.sees(seqNum))])
  // All acknowledgements of pages are out before the next push.
  await new Promise((resolve) => setTimeout(resolve, 5))
  return Math.max(...clients.map((client) => client.at)) - start
}
