import { Agent, request } from 'node:http'

import { prebuiltPushes, SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { cpuSeconds } from '../../harness/process.mjs'
import { httpPush, query } from '../frames.mjs'
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

/**
 * One client pushes over HTTP, a request for each batch, on one connection.
 *
 * @param {number} size events in a push
 * @param {number} pushes at most
 * @returns {import('./index.mjs').Measure}
 */
export const pushingOverHttp = (size, pushes) => ({
  name: `push-http-${size}`,
  figures: [
    { key: 'rate', label: `push, batch ${size}, http`, unit: 'events/s', better: 'more' },
    { key: 'cpu', label: `push, batch ${size}, http: CPU`, unit: 'µs/event', better: 'less' },
  ],
  run: (contender, scale) =>
    contender.onServer(0, async (server) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const count = scale(pushes)
      const bodies = Array.from({ length: WARM_UP + count }, (_, index) => httpPush(STORE, index * size, size))
      for (const body of bodies.splice(0, WARM_UP)) await post(server, agent, body)
      const cpu = cpuSeconds(server.pid)
      const [start, end] = [performance.now(), performance.now() + MILLISECONDS]
      let events = 0
      for (const body of bodies) {
        if (performance.now() > end) break
        await post(server, agent, body)
        events += size
      }
      const seconds = (performance.now() - start) / 1_000
      agent.destroy()
      return { rate: events / seconds, cpu: ((cpuSeconds(server.pid) - cpu) / events) * 1e6 }
    }),
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
