import { request } from 'node:http'

import { SyncClient } from '../client.mjs'
import { STORE } from '../contender.mjs'
import { httpPull, lastSequence, query } from '../frames.mjs'
import { cpuFigure, timed } from '../measure.mjs'

const HTTP_LIMIT = 120_000

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
  steps: events > 10_000 ? 3 : 10,
  figures: [
    cpuFigure(`full pull of ${events / 1_000}k, ${transport}`, 'µs/event'),
    { key: 'rate', label: `full pull of ${events / 1_000}k, ${transport}`, unit: 'events/s', better: 'more' },
  ],
  open: async (contender, scale) => {
    const count = scale(events)
    const server = await contender.serve(count)
    const pull = transport === 'ws' ? pullWs : pullHttp
    await pull(server, count)
    return {
      step: async () => {
        let seconds = 0
        const { cpu } = await timed(server.pid, async () => {
          seconds = await pull(server, count)
        })
        return { cpu: (cpu / count) * 1e6, rate: count / seconds }
      },
      close: () => server.stop(),
    }
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
