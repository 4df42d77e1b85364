import { request } from 'node:http'

import { SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { httpPull, lastSequence, query } from '../frames.mjs'
import { cpuSeconds } from '../../harness/process.mjs'
import { median } from '../statistics.mjs'

const HTTP_LIMIT = 120_000
const MILLISECONDS = 2_000

/**
 * The whole event log, for a client that has nothing.
 *
 * @param {'ws' | 'http'} transport
 * @param {number} events
 * @param {{ optional?: boolean }} [options]
 * @returns {import('./index.mjs').Measure}
 */
export const pulling = (transport, events, { optional = false } = {}) => ({
  name: `pull-${transport}-${events / 1_000}k`,
  optional,
  figures: [
    { key: 'rate', label: `full pull of ${events / 1_000}k, ${transport}`, unit: 'events/s', better: 'more' },
    { key: 'cpu', label: `full pull of ${events / 1_000}k, ${transport}: CPU`, unit: 'µs/event', better: 'less' },
  ],
  run: async (contender, scale) => {
    const count = scale(events)
    return contender.onServer(count, async (server) => {
      const pull = transport === 'ws' ? pullWs : pullHttp
      await pull(server, count)
      const cpu = cpuSeconds(server.pid)
      const end = performance.now() + MILLISECONDS
      const seconds = []
      do seconds.push(await pull(server, count))
      while (performance.now() < end)
      const used = (cpuSeconds(server.pid) - cpu) / seconds.length
      return { rate: count / median(seconds), cpu: (used / count) * 1e6 }
    })
  },
})

/** @param {{ port: number }} server @param {number} events @returns {Promise<number>} seconds */
const pullWs = async (server, events) => {
  const client = await SyncClient.open(server, STORE)
  const start = performance.now()
  client.startPull(false)
  await client.pullEnds()
  client.close()
  check(client.seen, events)
  return (client.at - start) / 1_000
}

/** @param {{ port: number }} server @param {number} events @returns {Promise<number>} seconds */
const pullHttp = (server, events) =>
  new Promise((resolve, reject) => {
    const start = performance.now()
    const path = `/?${query(STORE, 'http')}`
    const headers = { 'content-type': 'application/json' }
    const options = { port: server.port, host: '127.0.0.1', path, method: 'POST', headers, timeout: HTTP_LIMIT }
    const post = request(options, (response) => {
      let tail = Buffer.alloc(0)
      response.on('data', (data) => {
        tail = Buffer.concat([tail.subarray(-4_096), data])
      })
      response.once('error', reject)
      response.once('end', () => {
        const seconds = (performance.now() - start) / 1_000
        if (response.statusCode === 200 && lastSequence(tail) === events) resolve(seconds)
        else reject(new Error(`http pull: status ${response.statusCode}, ${tail.subarray(-200)}`))
      })
    })
    post.once('timeout', () => post.destroy(new Error('http pull timed out')))
    post.once('error', reject)
    post.end(httpPull(STORE))
  })

/** @param {number} seen @param {number} events */
const check = (seen, events) => {
  if (seen !== events) throw new Error(`pulled up to ${seen} of ${events} events`)
}
