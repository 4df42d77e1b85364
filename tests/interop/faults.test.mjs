/**
 * Unmodified LiveStore stores on a network that fails in every way it can: afterwards all have the server's log.
 *
 * A seed decides what each history does. The test prints it, and `SEED=… node --test …` does the same again.
 */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { openClient } from '../harness/livestore.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { randomNumbers } from '../harness/random.mjs'
import { eventually, pause } from '../harness/wait.mjs'
import { assertConverged } from './support.mjs'

/** @typedef {import('../harness/proxy.mjs').Proxy} Proxy */
/** @typedef {import('../harness/provider.mjs').Transport} Transport */

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** Official clients wait ten seconds for a pong; tests have less time. */
const IMPATIENT = { ping: { requestTimeout: 1_000, requestInterval: 500 } }

/** @type {import('../harness/workerd.mjs').Workerd} */
let server
/** @type {(() => unknown)[]} */
const opened = []

before(async () => {
  server = await startBackend()
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
after(() => server?.stop())

/**
 * The failures of one round of a history. The network works again after the round.
 *
 * @type {Record<string, (network: Proxy, below: (limit: number) => number) => unknown>}
 */
const FAULTS = {
  'answers come late': async (network, below) => {
    network.delay = 1 + below(300)
    await pause(500)
    network.delay = 0
  },
  'connections break in the middle of what the server says': async (network, below) => {
    network.cutAfter(below(2_000))
    await pause(300)
    network.cutAfter(Infinity)
  },
  'connections break off': (network) => network.drop(),
  'the network is away': async (network, below) => {
    network.cut()
    await pause(200 + below(300))
    network.resume()
  },
  'connections die and nobody is told': async (network) => {
    network.halfOpen()
    await pause(200)
  },
  'everything arrives twice': async (network, below) => {
    network.twice = true
    network.drop()
    await pause(500 + below(300))
    network.twice = false
    network.drop()
  },
}

/** Of an official client's polls over HTTP, the first that fails is the last. @param {string} fault */
const endsPolling = (fault) => fault !== 'answers come late'

for (const [index, [fault, strike]] of Object.entries(FAULTS).entries()) {
  for (const transport of /** @type {Transport[]} */ (['ws', 'http'])) {
    test(`${transport}: ${fault}`, { timeout: 60_000 }, async (t) => {
      t.diagnostic(`SEED=${SEED}`)
      const below = randomNumbers(SEED + index)
      const storeId = freshStoreId()
      const network = await startProxy(server)
      opened.push(() => network.stop())
      const directory = temporaryDirectory('faults').path
      const open = (/** @type {string} */ clientId, via = server.url) =>
        openClient({ url: via, storeId, clientId, transport, sync: IMPATIENT, directory: `${directory}/${clientId}` })
      let anna = await open('anna', network.url)
      const ben = await open('ben')
      opened.push(() => Promise.all([anna.close(), ben.close()]))

      let count = 0
      for (let round = 0; round < 4; round++) {
        for (let left = 1 + below(8); left > 0; left--) {
          const client = below(2) ? anna : ben
          client.create(`todo-${count++}`)
        }
        const struck = strike(network, below)
        if (below(2)) anna.create(`todo-${count++}`)
        await struck
        ben.create(`todo-${count++}`)
        // As its user would: it is loaded again, from what it has stored.
        if (transport === 'http' && endsPolling(fault)) {
          await anna.close()
          // A process that begins has no connections.
          network.drop()
          anna = await open('anna', network.url)
        }
      }
      await eventually(() => network.connections > 0, 'anna is connected')
      const log = await assertConverged(server, storeId, [anna, ben], count)
      assert.equal(new Set(log.map((event) => /** @type {{ id: string }} */ (event.args).id)).size, count)
    })
  }
}
