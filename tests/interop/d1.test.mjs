/** Unmodified LiveStore stores against a backend whose events are in a D1 database. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { freshStoreId } from '../harness/backend.mjs'
import { openClient } from '../harness/livestore.mjs'
import { startWithD1 } from '../harness/miniflare.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { rustWorker } from '../harness/rust.mjs'
import { assertConverged } from './support.mjs'

/** @type {import('../harness/miniflare.mjs').WithD1} */
let server
/** @type {{ url: string }} */
let d1
/** @type {(() => Promise<void>)[]} */
const opened = []

before(async () => {
  server = await startWithD1(rustWorker('test-sync', { objects: [{ binding: 'SHARED', className: 'Shared' }] }))
  d1 = { url: `${server.url}/d1` }
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
after(() => server?.stop())

/** @param {{ storeId: string, clientId: string, transport?: import('../harness/provider.mjs').Transport, url?: string }} options */
const client = async ({ url = server.url, ...options }) => {
  const store = await openClient({ ...options, url: `${url}/d1/` })
  opened.push(() => store.close())
  return store
}

test('clients that commit at the same time converge, over sockets and HTTP', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben, cleo] = await Promise.all([
    client({ storeId, clientId: 'anna' }),
    client({ storeId, clientId: 'ben' }),
    client({ storeId, clientId: 'cleo', transport: 'http' }),
  ])
  for (let index = 0; index < 8; index++) {
    anna.create(`a${index}`, `from anna ${index}`)
    ben.create(`b${index}`, `from ben ${index}`)
    cleo.create(`c${index}`, `from cleo ${index}`)
    if (index % 2) anna.complete(`a${index}`)
  }
  await assertConverged(d1, storeId, [anna, ben, cleo], 28)
})

test('a store goes on after its object has hibernated and its connection was cut', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const proxy = await startProxy(server)
  opened.push(() => proxy.stop())
  const anna = await client({ storeId, clientId: 'anna', url: proxy.url })
  const ben = await client({ storeId, clientId: 'ben' })
  anna.create('a1')
  await Promise.all([anna, ben].map((store) => store.confirmed(1)))
  await server.hibernate(storeId)
  ben.create('b1')
  await Promise.all([anna, ben].map((store) => store.confirmed(2)))
  proxy.drop()
  anna.create('a2')
  ben.create('b2')
  const log = await assertConverged(d1, storeId, [anna, ben], 4)
  assert.deepEqual(new Set(log.map(({ clientId }) => clientId)), new Set(['anna', 'ben']))
})
