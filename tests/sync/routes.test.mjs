/** The worker with requests of all kinds, and with store ids of all kinds. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshStoreId, startBackend } from '../harness/backend.mjs'
import { todos } from '../harness/events.mjs'
import { none, SyncSocket } from '../harness/socket.mjs'
import { ask as askServer, failureOf, UPGRADE, UsedStore } from './support/store.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** @param {string} target @param {import('./support/store.mjs').AskOptions} [options] */
const ask = async (target, options) => {
  const { status, body } = await askServer(server, target, options)
  return { status, body }
}

test('requests that are not for sync', async () => {
  assert.deepEqual(await ask('/'), { status: 200, body: 'Info: Sync backend endpoint for durable-object.' })
  for (const [method, target] of [
    ['GET', '/nope'],
    ['GET', '/x?storeId=s'],
    ['POST', '/'],
    ['PUT', '/'],
    ['DELETE', '/?transport=ws'],
    ['POST', '/?storeId=s'],
    ['POST', '/?storeId=s&transport=do-rpc'],
    ['POST', '/?storeId=s&transport=WS'],
    ['POST', '/?storeId=s&storeId=s&transport=ws'],
    ['POST', '/?storeId=s&transport=ws&transport=ws'],
    ['POST', '/?storeId=s&transport=ws&payload='],
    ['POST', '/?storeId=s&transport=ws&payload=%7B'],
    ['POST', '/?storeId=s&transport=ws&payload=%25zz'],
    ['POST', '/?storeid=s&transport=ws'],
    ['POST', '//?x'],
    ['GET', '/%00'],
    ['GET', '/../../etc/passwd'],
  ]) {
    assert.deepEqual(await ask(target, { method }), { status: 400, body: 'Invalid path' }, `${method} ${target}`)
  }
})

test('a socket request that does not upgrade is told so', async () => {
  const target = `/?storeId=${freshStoreId()}&transport=ws`
  const upgrades = ['WebSocket', 'h2c'].map((upgrade) => ({ headers: { upgrade } }))
  for (const options of [{}, { method: 'POST', body: 'x' }, { method: 'HEAD' }, ...upgrades]) {
    assert.equal((await ask(target, options)).status, 426, JSON.stringify(options))
  }
})

test('any path and any other parameters will do for a socket', async () => {
  for (const path of ['/', '/a/b', '/%F0%9F%98%80', '/?x=1&']) {
    const target = `${path}${path.includes('?') ? '' : '?'}storeId=${freshStoreId()}&payload=null&transport=ws&y=%ff`
    assert.equal((await ask(target, { headers: UPGRADE })).status, 101, target)
  }
})

/**
 * Store ids that are someone’s idea of an attack, percent-encoded where they have to be.
 *
 * @type {Record<string, string>}
 */
const STORE_IDS = {
  empty: '',
  blank: ' ',
  '1,024 bytes': 'i'.repeat(1_024),
  '1,024 bytes of two each': 'ä'.repeat(512),
  'a quote': "it's",
  'double quotes': 'say "hi"',
  backticks: '`x`',
  brackets: '[x]',
  SQL: `x"; DROP TABLE context_7; --`,
  'more SQL': `' OR 1=1 --`,
  NUL: 'a\0b',
  'only NUL': '\0',
  'control characters': '\u0001\n\r\t\u001b',
  emoji: '😀👩‍👩‍👧',
  'a path': '../../../etc/passwd',
  dots: '..',
  'a slash': '/',
  'SQLite’s own names': 'sqlite_schema',
  'Cloudflare’s own names': '_cf_KV',
  'our table': 'context_7',
  'a prototype': '__proto__',
  'only punctuation': '!@#$%^&*()',
  'a query': 'a&b=c?d#e%25',
  'a plus': 'a+b c',
  capitals: 'CaSe',
  'the same in lower case': 'case',
  'a noncharacter': '\ufffe',
  'a hyphen': 'same-name',
  'an underscore, the same table elsewhere': 'same_name',
}

test('any store id is a store of its own', { timeout: 30_000 }, async () => {
  /** @type {UsedStore[]} */
  const stores = []
  for (const [name, storeId] of Object.entries(STORE_IDS)) {
    const store = await UsedStore.open(server, storeId)
    const socket = await store.connect()
    assert.deepEqual(await store.stored(), [], `${name} is new`)
    await store.commit(socket, todos(0, stores.length + 1))
    socket.close()
    stores.push(store)
  }
  for (const store of stores) {
    await store.servedBy(store.bystander)
    store.close()
  }
  assert.equal(new Set(stores.map(({ backendId }) => backendId)).size, stores.length)
})

test('store ids outlive a restart', { timeout: 30_000 }, async () => {
  const ids = Object.values(STORE_IDS)
    .slice(-12)
    .map((id) => `${id}~`)
  for (const id of ids) {
    const store = await UsedStore.open(server, id)
    await store.commit(store.bystander, todos(0, 2))
    store.close()
  }
  await server.restart()
  for (const id of ids) {
    const reader = await SyncSocket.connect(server, id)
    const pages = await reader.pullAll()
    reader.close()
    assert.equal(pages.flatMap((page) => page.batch).length, 2, id)
  }
})

test('a store id of more than 1,024 bytes is refused', async () => {
  for (const id of ['i'.repeat(1_025), 'i'.repeat(9_000), '%C3%A4'.repeat(513)]) {
    const answer = await ask(`/?storeId=${id}&transport=ws`, { headers: UPGRADE })
    assert.equal(answer.status, 400)
    assert.match(answer.body, /longer than 1024 bytes/)
  }
})

// URL decoding puts U+FFFD in their place, here as in JavaScript: the client has to ask for that store.
test('bytes that are no UTF-8 in a store id mean the replacement character', { timeout: 20_000 }, async () => {
  for (const [encoded, decoded] of [
    ['%ff-a', '\ufffd-a'],
    ['%ED%A0%80-b', '\ufffd\ufffd\ufffd-b'],
    ['%zz-c', '%zz-c'],
    ['%-d', '%-d'],
  ]) {
    assert.equal(new URLSearchParams(`storeId=${encoded}`).get('storeId'), decoded)
    assert.equal((await ask(`/?storeId=${encoded}&transport=ws`, { headers: UPGRADE })).status, 101)
    const store = await UsedStore.open(server, decoded)
    await store.servedBy(store.bystander)
    store.close()
  }
})

test('a store id in a request may not be merely equivalent', { timeout: 20_000 }, async () => {
  const socket = await SyncSocket.connect(server, 'Ångström')
  for (const storeId of ['Ångström'.normalize('NFD'), 'ångström', 'Ångström\0', '\ud800']) {
    const push = socket.request('SyncWsRpc.Push', { storeId, batch: todos(0, 1), backendId: none })
    assert.equal(failureOf(await socket.exitOf(push)), 'Die')
  }
  await socket.commit(todos(0, 1))
  socket.close()
})

test('large headers and payloads do not stop a socket from opening', { timeout: 20_000 }, async () => {
  const storeId = freshStoreId()
  const payload = { token: 'ä'.repeat(2_000), nested: { a: [1, null] } }
  const socket = await SyncSocket.connect(server, storeId, { payload, headers: { 'x-long': 'h'.repeat(3_000) } })
  await socket.commit(todos(0, 1))
  assert.equal((await socket.pullAll())[0].batch.length, 1)
  socket.close()
})
