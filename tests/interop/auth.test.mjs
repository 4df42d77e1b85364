/** Real stores of LiveStore at the backend of the example `auth`: what a token lets them do, and what they see without. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { Effect } from 'effect'

import { freshStoreId } from '../harness/backend.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { claims, Issuer, now, shortToken, sign } from '../harness/issuer.mjs'
import { openClient } from '../harness/livestore.mjs'
import { eventually } from '../harness/wait.mjs'
import { startWorkerd } from '../harness/workerd.mjs'

/** Clients try again after 1 s, 2 s, 4 s and so on. */
const RECONNECTED = 20_000

/** @type {Issuer} */
let issuer
/** @type {import('../harness/workerd.mjs').Workerd} */
let server
/** @type {(() => unknown)[]} */
const opened = []

before(async () => {
  issuer = await Issuer.start()
  server = await startWorkerd(issuer.worker())
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
after(async () => {
  await server?.stop()
  issuer?.stop()
})

/** @param {Partial<import('../harness/livestore.mjs').ClientOptions> & { storeId: string, clientId: string }} options */
const client = async (options) => {
  const store = await openClient({ url: server.url, ...options })
  opened.push(() => store.close())
  return store
}

/** @typedef {import('../harness/livestore.mjs').Client} Client */

/** @param {Client} client @returns {Promise<boolean>} */
const isConnected = async ({ store }) => (await Effect.runPromise(/** @type {any} */ (store.networkStatus))).isConnected

/** @param {Client} client @param {boolean} connected */
const becomes = (client, connected) =>
  eventually(async () => (await isConnected(client)) === connected, `connected: ${connected}`, RECONNECTED)

/** @param {Client} client */
const ids = (client) => client.todos().map(({ id }) => id)

test('stores with right tokens sync', { timeout: 30_000 }, async () => {
  const storeId = freshStoreId()
  const payload = { authToken: await sign(claims(storeId)) }
  const [anna, ben] = await Promise.all(['anna', 'ben'].map((clientId) => client({ storeId, clientId, payload })))
  anna.create('a1')
  await ben.confirmed(1)
  assert.equal(await isConnected(ben), true)
  const headers = { authorization: `Bearer ${payload.authToken}` }
  const view = async () => (await fetch(`${server.url}/client-do?storeId=${storeId}`, { headers })).json()
  await eventually(async () => JSON.stringify(await view()) === '[{"id":"a1","text":"a1"}]', 'the object has it')
})

test('a store without a right token stays offline and keeps its events', { timeout: 60_000 }, async () => {
  const storeId = freshStoreId()
  const wrongs = {
    none: {},
    another: { authToken: await sign(claims('another')) },
    expired: { authToken: await sign(claims(storeId, { exp: now() - 40 })) },
  }
  for (const [clientId, payload] of Object.entries(wrongs)) {
    const store = await client({ storeId, clientId, payload })
    store.create(clientId)
    assert.deepEqual(ids(store), [clientId], 'it works offline')
    assert.equal(await isConnected(store), false, clientId)
    await store.close()
    opened.pop()
  }
  const right = await client({ storeId, clientId: 'right', payload: { authToken: await sign(claims(storeId)) } })
  right.create('only')
  assert.deepEqual(
    (await right.confirmed(1)).map(({ clientId }) => clientId),
    ['right'],
  )
  assert.deepEqual(ids(right), ['only'], 'nothing of the others has come')
})

test('a store goes on with a new token where the old one ended', { timeout: 60_000 }, async () => {
  const storeId = freshStoreId()
  const { path: directory, remove } = temporaryDirectory('auth')
  opened.push(remove)
  const ben = await client({ storeId, clientId: 'ben', payload: { authToken: await sign(claims(storeId)) } })
  const first = { storeId, clientId: 'anna', directory, payload: { authToken: await shortToken(storeId, 4) } }
  const before = await openClient({ ...first, url: server.url })
  before.create('a1')
  await ben.confirmed(1)
  await becomes(before, false)
  // Both write on, and the backend turns Anna's old token away.
  before.create('a2')
  ben.create('b1')
  await ben.confirmed(2)
  assert.deepEqual(ids(before), ['a1', 'a2'])
  await before.settled()
  await before.close()

  const again = await client({ ...first, payload: { authToken: await sign(claims(storeId)) } })
  for (const store of [again, ben]) {
    const log = await store.confirmed(3, RECONNECTED)
    assert.deepEqual(
      log.map(({ args }) => args.id),
      ['a1', 'b1', 'a2'],
    )
    await eventually(() => String(ids(store)) === 'a1,a2,b1', 'all are shown')
  }
})

test('a store with a cookie goes on by itself when the cookie is renewed', { timeout: 60_000 }, async () => {
  const storeId = freshStoreId()
  const Native = globalThis.WebSocket
  let cookie = `token=${await shortToken(storeId, 4)}`
  /** What a browser does: each upgrade carries the present cookie. */
  globalThis.WebSocket = class extends Native {
    /** @param {string | URL} url */
    constructor(url) {
      super(url, /** @type {any} */ ({ headers: { cookie, origin: server.url } }))
    }
  }
  opened.push(() => (globalThis.WebSocket = Native))
  const anna = await client({ storeId, clientId: 'anna' })
  anna.create('a1')
  await anna.confirmed(1)
  await becomes(anna, false)
  anna.create('a2')
  cookie = `token=${await sign(claims(storeId))}`
  const log = await anna.confirmed(2, RECONNECTED)
  assert.deepEqual(
    log.map(({ args }) => args.id),
    ['a1', 'a2'],
  )
  await becomes(anna, true)
})
