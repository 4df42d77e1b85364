/** Unmodified LiveStore stores against the backend. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { startForgetful } from '../harness/forgetful.mjs'
import { openClient } from '../harness/livestore.mjs'
import { createdIds } from '../harness/log.mjs'
import { startProxy } from '../harness/proxy.mjs'
import { eventually } from '../harness/wait.mjs'
import { assertConverged } from './support.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server
/** @type {(() => Promise<void>)[]} */
const opened = []

before(async () => {
  server = await startBackend()
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
after(() => server?.stop())

/** @typedef {import('../harness/provider.mjs').Transport} Transport */

/** @param {string} storeId @param {string} clientId @param {{ url: string }} [via] @param {Transport} [transport] */
const client = async (storeId, clientId, via = server, transport = 'ws') => {
  const store = await openClient({ url: via.url, storeId, clientId, transport })
  opened.push(() => store.close())
  return store
}

const proxy = async () => {
  const between = await startProxy(server)
  opened.push(() => between.stop())
  return between
}

test('two clients that commit at the same time converge', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben] = await Promise.all([client(storeId, 'anna'), client(storeId, 'ben')])
  for (let index = 0; index < 12; index++) {
    anna.create(`a${index}`, `from anna ${index}`)
    ben.create(`b${index}`, `from ben ${index}`)
    if (index % 2) anna.complete(`a${index}`)
    if (index % 4 === 3) ben.delete(`b${index}`)
  }

  const log = await assertConverged(server, storeId, [anna, ben], 33)

  assert.equal(new Set(createdIds(log)).size, 24)
  assert.equal(anna.todos().length, 21)
  assert.equal(anna.todos().filter((todo) => todo.completed).length, 6)
})

test('events of one client keep their order among those of others', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const names = ['anna', 'ben', 'cleo']
  const clients = await Promise.all(names.map((name) => client(storeId, name)))
  for (let index = 0; index < 8; index++) {
    for (const [who, store] of clients.entries()) store.create(`${names[who]}-${String(index).padStart(2, '0')}`)
  }

  const ids = createdIds(await assertConverged(server, storeId, clients, 24))

  for (const name of names) {
    const own = ids.filter((id) => id.startsWith(name))
    assert.deepEqual(own, own.toSorted())
    assert.equal(own.length, 8)
  }
})

test('a client that was offline and the others converge', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const network = await proxy()
  const [anna, ben] = await Promise.all([client(storeId, 'anna'), client(storeId, 'ben', network)])
  anna.create('before')
  await ben.confirmed(1)

  network.cut()
  for (let index = 0; index < 5; index++) {
    ben.create(`offline-${index}`)
    anna.create(`online-${index}`)
  }
  ben.complete('before')
  await anna.confirmed(6)
  assert.equal(ben.todos().length, 6, 'offline, a client sees its own changes only')
  network.resume()

  const log = await assertConverged(server, storeId, [anna, ben], 12)

  assert.deepEqual(createdIds(log).slice(0, 6), ['before', ...Array.from({ length: 5 }, (_, i) => `online-${i}`)])
  assert.equal(anna.todos().find((todo) => todo.id === 'before')?.completed, true)
})

test('both clients go offline in turn', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const networks = [await proxy(), await proxy()]
  const [anna, ben] = await Promise.all([client(storeId, 'anna', networks[0]), client(storeId, 'ben', networks[1])])
  for (const [round, network] of networks.entries()) {
    network.cut()
    anna.create(`anna-${round}`)
    ben.create(`ben-${round}`)
    network.resume()
    await assertConverged(server, storeId, [anna, ben], 2 * (round + 1))
  }
})

test('a connection that breaks again and again loses nothing', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const network = await proxy()
  const [anna, ben] = await Promise.all([client(storeId, 'anna', network), client(storeId, 'ben')])
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 10; index++) anna.create(`${round}-${index}`)
    await eventually(() => ben.todos().some((todo) => todo.id.startsWith(`${round}-`)), 'ben sees the round')
    network.drop()
  }

  await assertConverged(server, storeId, [anna, ben], 20)
})

test('a client on a slow connection converges', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const network = await proxy()
  network.delay = 50
  const [anna, ben] = await Promise.all([client(storeId, 'anna', network), client(storeId, 'ben')])
  for (let index = 0; index < 10; index++) {
    anna.create(`a${index}`)
    ben.create(`b${index}`)
  }

  await assertConverged(server, storeId, [anna, ben], 20)
})

test('a client that joins late gets everything', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben] = await Promise.all([client(storeId, 'anna'), client(storeId, 'ben')])
  for (let index = 0; index < 150; index++) anna.create(`a${index}`)
  ben.create('ben')
  await assertConverged(server, storeId, [anna, ben], 151)

  const cleo = await client(storeId, 'cleo')
  await assertConverged(server, storeId, [anna, ben, cleo], 151)
  cleo.complete('ben')

  await assertConverged(server, storeId, [anna, ben, cleo], 152)
})

test('clients that poll over HTTP and one with a socket converge', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben] = await Promise.all(['anna', 'ben'].map((name) => client(storeId, name, server, 'http')))
  const cleo = await client(storeId, 'cleo')
  for (let index = 0; index < 8; index++) {
    for (const [name, store] of Object.entries({ anna, ben, cleo })) store.create(`${name}-${index}`)
  }

  await assertConverged(server, storeId, [anna, ben, cleo], 24)

  anna.complete('cleo-0')
  cleo.complete('anna-0')
  await assertConverged(server, storeId, [anna, ben, cleo], 26)
})

test('a client that does not hear that it was stored goes on', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const network = await startForgetful(server)
  opened.push(async () => network.stop())
  const [anna, ben] = await Promise.all([client(storeId, 'anna', network, 'http'), client(storeId, 'ben')])
  network.toLose = 2
  anna.create('first')
  await ben.confirmed(1)
  anna.create('second')
  ben.create('third')

  await assertConverged(server, storeId, [anna, ben], 3)

  assert.equal(network.toLose, 0)
  assert.equal(network.exits[0]._tag, 'Success', 'the first lost answer was that it is stored')
})
