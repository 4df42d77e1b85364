import { Agent, request } from 'node:http'

import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { httpPush, query } from '../frames.mjs'
import { cpuFigure, timed } from '../measure.mjs'
import { quantile } from '../statistics.mjs'

/** Events pushed before anything is measured: the code that V8 compiles as it runs is compiled by then. */
const WARM_UP = 2_000

/**
 * One client with a live pull pushes, the next batch after the last one's acknowledgement.
 *
 * @param {number} size events in a push
 * @param {{ pushes: number, stored?: number, bytes?: number }} options the pushes of a step, the events in the log before
 *   them, and the size of an event's text
 * @returns {import('./index.mjs').Measure}
 */
export const pushing = (size, { pushes, stored = 0, bytes }) => {
  const growth = [stored > 0 && `-log-${stored}`, bytes && `-bytes-${bytes}`].filter(Boolean).join('')
  const words = [stored > 0 && `, log of ${stored}`, bytes && `, ${bytes / 1_000} kB each`].filter(Boolean).join('')
  const label = `push, batch ${size}${words}`
  return {
    name: `push-${size}${growth}`,
    steps: 15,
    figures: [
      cpuFigure(label, 'µs/event'),
      { key: 'rate', label, unit: 'events/s', better: 'more' },
      ...(size === 1 && growth === '' ? LATENCIES : []),
    ],
    open: async (contender, scale) => {
      const server = await contender.serve(scale(stored))
      const client = await SyncClient.live(server, STORE)
      let head = scale(stored)
      const push = async (/** @type {number} */ count) => {
        const batches = prebuiltPushes(STORE, head, count * size, size, bytes)
        head += count * size
        /** @type {number[]} */
        const latencies = []
        const { seconds, cpu } = await timed(server.pid, async () => {
          for (const batch of batches) {
            const sent = performance.now()
            latencies.push((await client.push(batch)) - sent)
          }
        })
        return { seconds, cpu, latencies }
      }
      await push(Math.ceil((bytes ? 30 : WARM_UP) / size))
      return {
        step: async () => {
          const { seconds, cpu, latencies } = await push(pushes)
          const events = pushes * size
          const [p50, p99] = [0.5, 0.99].map((share) => quantile(latencies, share))
          return { cpu: (cpu / events) * 1e6, rate: events / seconds, p50, p99 }
        },
        close: async () => {
          client.close()
          await server.stop()
        },
      }
    },
  }
}

/** @type {import('./index.mjs').Figure[]} */
const LATENCIES = [
  { key: 'p50', label: 'acknowledgement, batch 1, p50', unit: 'ms', better: 'less' },
  { key: 'p99', label: 'acknowledgement, batch 1, p99', unit: 'ms', better: 'less' },
]

/**
 * One client pushes over HTTP, a request for each batch, on one connection.
 *
 * @param {number} size events in a push
 * @param {{ pushes: number }} options in a step
 * @returns {import('./index.mjs').Measure}
 */
export const pushingOverHttp = (size, { pushes }) => ({
  name: `push-http-${size}`,
  steps: 15,
  figures: [
    cpuFigure(`push, batch ${size}, http`, 'µs/event'),
    { key: 'rate', label: `push, batch ${size}, http`, unit: 'events/s', better: 'more' },
  ],
  open: async (contender) => {
    const server = await contender.serve(0)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let head = 0
    const push = async (/** @type {number} */ count) => {
      const bodies = Array.from({ length: count }, (_, index) => httpPush(STORE, head + index * size, size))
      head += count * size
      return timed(server.pid, async () => {
        for (const body of bodies) await post(server, agent, body)
      })
    }
    await push(Math.ceil(WARM_UP / size))
    return {
      step: async () => {
        const { seconds, cpu } = await push(pushes)
        const events = pushes * size
        return { cpu: (cpu / events) * 1e6, rate: events / seconds }
      },
      close: async () => {
        agent.destroy()
        await server.stop()
      },
    }
  },
})

/**
 * A push to each of many stores in turn.
 *
 * @param {number} stores
 * @returns {import('./index.mjs').Measure}
 */
export const pushingToStores = (stores) => ({
  name: `push-stores-${stores}`,
  steps: 5,
  figures: [cpuFigure(`push, batch 1, to ${stores} stores in turn`, 'µs/event')],
  open: async (contender, scale) => {
    const server = await contender.serve(0)
    /** @type {SyncClient[]} */
    const clients = []
    for (let store = 0; store < scale(stores); store++) clients.push(await SyncClient.live(server, `store-${store}`))
    let head = 0
    const push = async () => {
      const batches = clients.map(({ storeId }) => prebuiltPushes(storeId, head, 1, 1)[0])
      head += 1
      const { cpu } = await timed(server.pid, async () => {
        for (const [index, client] of clients.entries()) await client.push(batches[index])
      })
      return { cpu: (cpu / clients.length) * 1e6 }
    }
    await push()
    await push()
    return {
      step: push,
      close: async () => {
        for (const client of clients) client.close()
        await server.stop()
      },
    }
  },
})

/** @param {{ port: number }} server @param {Agent} agent @param {string} body @returns {Promise<void>} */
const post = (server, agent, body) =>
  new Promise((resolve, reject) => {
    const path = `/?${query(STORE, 'http')}`
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const posting = request(
      { agent, port: server.port, host: '127.0.0.1', path, method: 'POST', headers },
      (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (text) => {
          answer += text
        })
        response.once('error', reject)
        response.once('end', () => {
          if (answer.includes('"_tag":"Success"')) resolve()
          else reject(new Error(`http push: status ${response.statusCode}, ${answer.slice(0, 200)}`))
        })
      },
    )
    posting.once('error', reject)
    posting.end(body)
  })
