/** Stores whose events are in a D1 database. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Packr } from 'msgpackr'

import { freshStoreId } from '../harness/backend.mjs'
import { event, textOf, todos } from '../harness/events.mjs'
import { eventsIn, SyncPost } from '../harness/http.mjs'
import { startWithD1 } from '../harness/miniflare.mjs'
import { rustWorker } from '../harness/rust.mjs'
import { cursorAt } from '../harness/socket.mjs'
import { LIMIT } from '../harness/wait.mjs'
import { failureOf, UsedStore } from './support/store.mjs'

/** @type {import('../harness/miniflare.mjs').WithD1} */
let server
/** The backend itself, under its path. @type {{ url: string }} */
let d1

before(async () => {
  server = await startWithD1(rustWorker('test-sync', { objects: [{ binding: 'SHARED', className: 'Shared' }] }))
  d1 = { url: `${server.url}/d1` }
})
after(() => server?.stop())

/** The table of a store's events. @param {string} storeId @returns {Promise<string>} */
const tableOf = async (storeId) => {
  const [{ eventlog }] = await server.query('SELECT eventlog FROM eventlog_owner_7 WHERE storeId = ?', storeId)
  return eventlog
}

/** @param {string} storeId @param {string} operation @param {string} [body] */
const admin = (storeId, operation, body) =>
  fetch(`${d1.url}/?${new URLSearchParams({ storeId, admin: operation })}`, {
    method: ['import', 'reset'].includes(operation) ? 'POST' : 'GET',
    body,
    signal: AbortSignal.timeout(LIMIT),
  })

/** Where a store's object says that its log ends. @param {string} storeId @returns {Promise<number>} */
const headOf = async (storeId) => (await (await admin(storeId, 'info')).json()).head

test('what is pushed is stored in the database and published', async () => {
  const store = await UsedStore.open(d1)
  const client = await store.connect()
  await store.commit(client, todos(0, 3))
  await store.commit(client, [event(3, { args: { s: 'ä"\u0000😀', n: 1e21 } }), event(4, { args: null })])
  await store.servedBy(client)
  const rows = await server.query(`SELECT * FROM "${await tableOf(store.storeId)}"`)
  assert.deepEqual(
    rows.map((row) => JSON.parse(row.args)),
    store.log.map(({ args }) => args),
  )
  assert.equal(await headOf(store.storeId), 6)
  // Nobody is told twice when the answer was lost.
  assert.equal((await client.push(store.log.slice(-3)))._tag, 'Success')
  assert.equal(failureOf(await client.push([event(2)])), 'ServerAheadError')
  await store.complete()
  client.close()
  store.close()
})

test('a log of many answers is pulled whole, over sockets and HTTP', { timeout: 60_000 }, async () => {
  const store = await UsedStore.open(d1)
  const writer = await store.connect()
  for (let head = 0; head < 300; head += 100) {
    // Twelve of these are all that fits into one answer of D1 with its JSON in JSON.
    await store.commit(writer, todos(head, 100, { text: '"'.repeat(9_000) }))
  }
  for (let head = 300; head < 2_000; head += 100) await store.commit(writer, todos(head, 100))
  await store.commit(writer, [event(2_000, { args: { text: textOf(1_500_000) } })])
  await store.commit(writer, todos(2_001, 30, { text: textOf(100_000) }))
  await store.complete()
  const { pages, exit } = await new SyncPost(d1, store.storeId).pull()
  assert.equal(exit._tag, 'Success')
  assert.deepEqual(eventsIn(pages), store.log)
  const sizes = pages.map((page) => JSON.stringify(page).length).filter((size) => size > 910_000)
  assert.equal(sizes.length, 1, 'only the large event is above the limit')
  writer.close()
  store.close()
})

test('pushes from many sockets at once take turns', { timeout: 60_000 }, async () => {
  const store = await UsedStore.open(d1)
  const sockets = await Promise.all(Array.from({ length: 20 }, () => store.connect()))
  const exits = await Promise.all(
    sockets.map((socket, index) => socket.push([event(0, { clientId: `client-${index}` })])),
  )
  const winners = exits.flatMap((exit, index) => (exit._tag === 'Success' ? [index] : []))
  assert.equal(winners.length, 1)
  store.log.push(event(0, { clientId: `client-${winners[0]}` }))
  for (const [index, exit] of exits.entries()) {
    if (index !== winners[0]) assert.equal(failureOf(exit), 'ServerAheadError')
  }
  // Each goes on until its own is stored, as clients do.
  await Promise.all(
    sockets.map(async (socket, index) => {
      for (let parent = 1; ;) {
        const own = event(parent, { clientId: `again-${index}` })
        const exit = /** @type {any} */ (await socket.push([own]))
        if (exit._tag === 'Success') return store.log.push(own)
        parent = exit.cause.error.minimumExpectedNum
      }
    }),
  )
  store.log.sort((a, b) => a.seqNum - b.seqNum)
  assert.equal(store.log.length, 21)
  await store.complete()
  for (const socket of sockets) socket.close()
  store.close()
})

test('an object that wakes for its sockets knows which store it is', async () => {
  const store = await UsedStore.open(d1)
  const client = await store.connect()
  await store.commit(client, todos(0, 5))
  await server.hibernate(store.storeId)
  await store.servedBy(client)
  await server.hibernate(store.storeId)
  await store.complete()
  client.close()
  store.close()
})

test('events that were stored without the head are taken up, and all are told', async () => {
  const store = await UsedStore.open(d1)
  const client = await store.connect()
  await store.commit(client, todos(0, 2))
  // The state that an object leaves behind when it ends between the INSERT and the head.
  const lost = event(2)
  const row = [lost.seqNum, lost.parentSeqNum, lost.name, JSON.stringify(lost.args), new Date().toISOString()]
  const insert = `INSERT INTO "${await tableOf(store.storeId)}" VALUES (?, ?, ?, ?, ?, ?, ?)`
  await server.query(insert, ...row, lost.clientId, lost.sessionId)
  await server.hibernate(store.storeId)
  client.pull({ live: true, cursor: cursorAt(2, store.backendId) })
  assert.deepEqual((await client.closed()).code, 1012)
  assert.equal((await store.bystander.closed()).code, 1012, 'it lacks the event, and asks again')
  assert.equal(await headOf(store.storeId), 3)
  const again = await UsedStore.open(d1, store.storeId)
  again.log = [...store.log, lost]
  const other = await again.connect()
  assert.equal((await other.push([lost]))._tag, 'Success', 'its client has not heard that it is stored')
  await again.servedBy(other)
  other.close()
  again.close()
})

test('stores do not share a table, whatever they are called', async () => {
  const name = freshStoreId().replaceAll('-', '')
  const names = [`${name}-x`, `${name}_x`, `${name}.x`, `${name}_X`, `${name}ä x`, `${name}__x`]
  const stores = await Promise.all(names.map((storeId) => UsedStore.open(d1, storeId)))
  await Promise.all(
    stores.map(async (store) => {
      const client = await store.connect()
      await store.commit(client, [event(0, { clientId: store.storeId })])
      await store.servedBy(client)
      client.close()
    }),
  )
  const tables = await Promise.all(names.map(tableOf))
  assert.equal(new Set(tables.map((table) => table.toLowerCase())).size, names.length)
  assert.ok(tables.includes(`eventlog_7_${name}_x`) || tables.includes(`eventlog_7_${name}_X`))
  // And each finds its own again.
  for (const store of stores) {
    await server.hibernate(store.storeId)
    await store.complete()
    store.close()
  }
})

test('operators can look at a store, move it and reset it', async () => {
  const source = await UsedStore.open(d1)
  const client = await source.connect()
  await source.commit(client, todos(0, 250))
  await source.commit(client, [event(250, { args: { text: textOf(1_200_000) } })])
  const told = await (await admin(source.storeId, 'info')).json()
  assert.deepEqual([told.head, told.events, told.backendId], [251, 251, source.backendId])
  const archive = await (await admin(source.storeId, 'export')).text()

  const target = await UsedStore.open(d1)
  const moved = await (await admin(target.storeId, 'import', archive)).json()
  assert.deepEqual([moved.head, moved.events, moved.backendId], [251, 251, source.backendId])
  assert.equal((await target.bystander.closed()).code, 1012)
  assert.equal((await admin(target.storeId, 'import', archive)).status, 409)
  assert.equal(await (await admin(target.storeId, 'export')).text(), archive)
  const copy = await UsedStore.open(d1, target.storeId)
  copy.log = [...source.log]
  const writer = await copy.connect()
  await copy.servedBy(writer)

  const reset = await (await admin(target.storeId, 'reset')).json()
  assert.deepEqual([reset.head, reset.events], [0, 0])
  assert.notEqual(reset.backendId, source.backendId)
  assert.equal((await writer.closed()).code, 1012)
  const fresh = await UsedStore.open(d1, target.storeId)
  assert.equal(fresh.backendId, reset.backendId)
  const first = await fresh.connect()
  await fresh.servedBy(first)
  await server.hibernate(target.storeId)
  await fresh.complete()
  await source.complete()
  for (const open of [client, writer, first, source, copy, fresh]) open.close()
})

test('a reset that broke off after the database had changed is finished', async () => {
  const store = await UsedStore.open(d1)
  const client = await store.connect()
  await store.commit(client, todos(0, 3))
  await server.query(`DELETE FROM "${await tableOf(store.storeId)}"`)
  await server.query('UPDATE eventlog_owner_7 SET backendId = ? WHERE storeId = ?', 'another', store.storeId)
  await server.hibernate(store.storeId)
  const late = await store.connect()
  const pull = late.pull({ cursor: cursorAt(3, store.backendId) })
  assert.equal(failureOf(await late.exitOf(pull)), 'BackendIdMismatchError')
  assert.equal(await headOf(store.storeId), 0)
  late.close()
  client.close()
  store.close()
})

test('durable objects push and pull', async () => {
  const storeId = freshStoreId()
  const stub = await server.object(storeId)
  /** @param {string} tag @param {object} payload */
  const ask = async (tag, payload) => {
    const request = { _tag: 'Request', id: '1', tag: `SyncDoRpc.${tag}`, payload: { storeId, ...payload }, headers: [] }
    const packr = new Packr({ useRecords: true })
    return packr.unpack(await stub.rpc(new Uint8Array(packr.pack([request]))))
  }
  const batch = todos(0, 120)
  const [pushed] = await ask('Push', { batch, backendId: { _tag: 'None' } })
  assert.equal(pushed.exit._tag, 'Success')
  const answer = await ask('Pull', { cursor: { _tag: 'None' } })
  assert.equal(answer.at(-1).exit._tag, 'Success')
  assert.deepEqual(eventsIn(answer.slice(0, -1).flatMap((/** @type {any} */ chunk) => chunk.values)), batch)
})

test('a database that is not bound is named, and what to write', async () => {
  const unbound = await startWithD1(
    rustWorker('test-sync', { objects: [{ binding: 'UNBOUND', className: 'Unbound' }] }),
  )
  try {
    const stub = await unbound.object('s')
    await assert.rejects(
      async () => stub.rpc(new Uint8Array()),
      (/** @type {Error} */ error) => {
        assert.match(error.message, /`NOT_THERE`, a D1 database, is missing/)
        assert.match(error.message, /\[\[d1_databases\]\]\nbinding = "NOT_THERE"/)
        return true
      },
    )
  } finally {
    await unbound.stop()
  }
})
