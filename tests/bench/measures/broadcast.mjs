import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { cpuFigure, timed } from '../measure.mjs'
import { median, quantile } from '../statistics.mjs'

const WARM_UP = 5
/** Broadcasts in a step. */
const PUSHES = 5

/** @typedef {{ optional?: boolean }} Options */

/**
 * From a push to the last listener having the event.
 *
 * @param {number} listeners
 * @param {Options} [options]
 * @returns {import('./index.mjs').Measure}
 */
export const broadcasting = (listeners, { optional } = {}) => ({
  name: `broadcast-${listeners}`,
  optional,
  steps: listeners > 100 ? 4 : 10,
  figures: [
    cpuFigure(`broadcast to ${listeners}`, 'µs/listener'),
    { key: 'last', label: `broadcast to ${listeners}, last listener`, unit: 'ms', better: 'less' },
  ],
  open: async (contender) => {
    const server = await contender.serve(0)
    const pusher = await SyncClient.live(server, STORE)
    const clients = await connectAll(server, listeners)
    for (const client of clients) client.acks = 'later'
    let head = 0
    const broadcast = async (/** @type {number} */ count) => {
      const batches = prebuiltPushes(STORE, head, count, 1)
      /** @type {number[]} */
      const times = []
      const { cpu } = await timed(server.pid, async () => {
        for (const batch of batches) times.push(await untilLast(pusher, clients, batch, ++head))
      })
      return { cpu: (cpu / (count * listeners)) * 1e6, last: median(times) }
    }
    await broadcast(WARM_UP)
    return { step: () => broadcast(PUSHES), close: () => closeAll(server, [pusher, ...clients]) }
  },
})

/**
 * Clients that pull live and acknowledge nothing: what a push costs that they are not sent.
 *
 * @param {number} listeners
 * @returns {import('./index.mjs').Measure}
 */
export const stalling = (listeners) => ({
  name: `stalled-${listeners}`,
  steps: 5,
  figures: [cpuFigure(`push, batch 1, ${listeners} stalled listeners`, 'µs/listener')],
  open: async (contender) => {
    const server = await contender.serve(0)
    const pusher = await SyncClient.open(server, STORE)
    const clients = await connectAll(server, listeners)
    for (const client of clients) client.acks = 'never'
    let head = 0
    const push = async (/** @type {number} */ count, /** @type {number} */ size) => {
      const batches = prebuiltPushes(STORE, head, count * size, size)
      head += count * size
      const { cpu } = await timed(server.pid, async () => {
        for (const batch of batches) await pusher.push(batch)
      })
      return { cpu: (cpu / (count * listeners)) * 1e6 }
    }
    // More than any backend sends ahead of acknowledgements.
    await push(8, 100)
    return { step: () => push(PUSHES, 1), close: () => closeAll(server, [pusher, ...clients]) }
  },
})

/**
 * Many clients connect at once.
 *
 * @param {number} clients
 * @param {Options} [options]
 * @returns {import('./index.mjs').Measure}
 */
export const reconnecting = (clients, { optional } = {}) => ({
  name: `reconnect-${clients}`,
  optional,
  steps: clients > 1_000 ? 1 : 3,
  figures: [
    cpuFigure(`${clients} sockets at once`, 'µs/socket'),
    { key: 'p50', label: `${clients} sockets at once, ready p50`, unit: 'ms', better: 'less' },
    { key: 'p99', label: `${clients} sockets at once, ready p99`, unit: 'ms', better: 'less' },
  ],
  open: async (contender) => {
    const server = await contender.serve(50)
    const first = await SyncClient.live(server, STORE)
    return {
      step: async () => {
        const start = performance.now()
        /** @type {SyncClient[]} */
        let opened = []
        const { cpu } = await timed(server.pid, async () => {
          opened = await Promise.all(Array.from({ length: clients }, () => SyncClient.live(server, STORE)))
        })
        const [p50, p99] = [0.5, 0.99].map((share) =>
          quantile(
            opened.map(({ at }) => at - start),
            share,
          ),
        )
        for (const client of opened) client.close()
        // The server has let go of them too when the next step begins.
        await new Promise((resolve) => setTimeout(resolve, 500))
        return { cpu: (cpu / clients) * 1e6, p50, p99 }
      },
      close: () => closeAll(server, [first]),
    }
  },
})

/** @param {import('../../harness/workerd.mjs').Workerd} server @param {SyncClient[]} clients */
const closeAll = async (server, clients) => {
  for (const client of clients) client.close()
  await server.stop()
}

/** @param {{ port: number }} server @param {number} count */
export const connectAll = async (server, count) => {
  const clients = []
  while (clients.length < count) {
    const group = Math.min(25, count - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: group }, () => SyncClient.live(server, STORE)))))
  }
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
