// The example `meters` with its queues, as `wrangler dev` runs them.

import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'

import { eventually } from '../harness/wait.mjs'
import { startWorker } from '../harness/wrangler.mjs'

/** Batches wait for a second, and messages that are tried again for as long as they are told. */
const DELIVERED = 30_000

/** @type {Awaited<ReturnType<typeof startWorker>>} */
let worker

before(async () => {
  worker = await startWorker({ cwd: resolve(import.meta.dirname, '../../examples/meters') })
})
after(() => worker?.stop())

/** @param {string} path @param {RequestInit} [init] */
const ask = (path, init) =>
  fetch(`http://127.0.0.1:${worker.port}${path}`, { signal: AbortSignal.timeout(10_000), ...init })

/** @param {unknown} readings */
const send = async (readings) => {
  const { status } = await ask('/readings', { method: 'POST', body: JSON.stringify(readings) })
  assert.equal(status, 202)
}

/** @param {string} meter @returns {Promise<{ count: number, total: number, calls: number }>} */
const sumOf = async (meter) => (await ask(`/meters/${meter}`)).json()

/** @param {string} meter @param {number} count */
const counts = (meter, count) =>
  eventually(
    async () => (await sumOf(meter)).count === count,
    () => `${meter} has ${count} readings\n${worker.log()}`,
    DELIVERED,
  )

/** @param {string} meter @returns {Promise<{ why: string, body: any }[]>} */
const deadOf = async (meter) => {
  /** @type {{ why: string, body: string }[]} */
  const letters = await (await ask('/dead')).json()
  return letters.map(({ why, body }) => ({ why, body: JSON.parse(body) })).filter(({ body }) => body.meter === meter)
}

test('a batch is one call for each meter', { timeout: 60_000 }, async () => {
  await send([
    ...Array.from({ length: 40 }, (_, value) => ({ meter: 'one', value })),
    ...Array.from({ length: 20 }, () => ({ meter: 'two', value: 0.5 })),
  ])
  await counts('one', 40)
  await counts('two', 20)
  assert.deepEqual(await sumOf('one'), { count: 40, total: 780, calls: 1 })
  assert.deepEqual(await sumOf('two'), { count: 20, total: 10, calls: 1 })
})

test('a reading that is sent twice counts once', { timeout: 60_000 }, async () => {
  await send([{ meter: 'twice', value: 3, id: 'a' }])
  await counts('twice', 1)
  await send([
    { meter: 'twice', value: 3, id: 'a' },
    { meter: 'twice', value: 4, id: 'b' },
  ])
  await counts('twice', 2)
  const { total, calls } = await sumOf('twice')
  assert.deepEqual([total, calls], [7, 2])
})

test('a poisoned message goes to the dead letters, and the rest of its batch counts', { timeout: 60_000 }, async () => {
  const poison = { meter: 'poisoned', value: -1 }
  await send([{ meter: 'poisoned', value: 1 }, poison, { meter: 'poisoned', value: 2 }])
  await counts('poisoned', 2)
  await eventually(async () => (await deadOf('poisoned')).length > 0, 'the dead letter', DELIVERED)
  const [letter, ...others] = await deadOf('poisoned')
  assert.deepEqual([letter.why, others], ['a meter reads 0 to 1e12, and not -1e0', []])
  assert.equal(letter.body.value, -1)
  const { calls } = await sumOf('poisoned')
  assert.equal(calls, 1, 'nothing was tried again')
})

test('a busy meter gets its messages later, and holds up no other', { timeout: 60_000 }, async () => {
  const busy = { method: 'PUT', body: '1' }
  assert.equal((await ask('/meters/busy/busy', busy)).status, 204)
  await send([
    { meter: 'busy', value: 1 },
    { meter: 'free', value: 1 },
  ])
  await counts('free', 1)
  assert.equal((await sumOf('busy')).count, 0)
  assert.equal((await ask('/meters/busy/busy', { method: 'DELETE' })).status, 204)
  await counts('busy', 1)
  assert.deepEqual(await deadOf('busy'), [])
})

test('a message that is tried too often ends among the dead letters', { timeout: 90_000 }, async () => {
  await ask('/meters/closed/busy', { method: 'PUT', body: '1' })
  await send([{ meter: 'closed', value: 5 }])
  await eventually(async () => (await deadOf('closed')).length > 0, 'the dead letter', 60_000)
  const [{ why, body }] = await deadOf('closed')
  assert.deepEqual([why, body.value], ['it was tried too often', 5])
  assert.equal((await sumOf('closed')).count, 0)
})

test('a body that is not a list of readings is refused at the door', async () => {
  for (const body of ['', '{}', '[1]', '[{"meter":"a"}]', '[{"meter":"a","value":"much"}]']) {
    assert.equal((await ask('/readings', { method: 'POST', body })).status, 400, body)
  }
})

test('of a list with one reading that the queue would not take, nothing is sent', { timeout: 60_000 }, async () => {
  const good = Array.from({ length: 150 }, () => ({ meter: 'whole', value: 1 }))
  for (const bad of [
    { meter: 'm'.repeat(200_000), value: 1 },
    { meter: '', value: 1 },
    { meter: 'whole', value: 1, id: '' },
    { meter: 'whole', value: 1, id: 'i'.repeat(200_000) },
  ]) {
    const body = JSON.stringify([...good, bad])
    assert.equal((await ask('/readings', { method: 'POST', body })).status, 400)
  }
  await send([{ meter: 'whole', value: 1 }])
  await counts('whole', 1)
})

test('a meter is not busy for longer than a queue waits', { timeout: 60_000 }, async () => {
  const busy = (/** @type {string} */ body) => ask('/meters/long/busy', { method: 'PUT', body })
  for (const body of ['43201', '4294967295', '4294967296', '-1', 'long', '']) {
    assert.equal((await busy(body)).status, 400, body)
  }
  assert.equal((await busy('43200')).status, 204)
  await send([
    { meter: 'long', value: 1 },
    { meter: 'beside', value: 1 },
  ])
  await counts('beside', 1)
  assert.deepEqual([(await sumOf('long')).count, (await sumOf('beside')).calls], [0, 1])
})
