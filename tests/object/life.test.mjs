/** How objects start, and who may hold them when. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'
import { eventually } from '../harness/wait.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

/** @template T @param {number} count @param {(index: number) => T} make */
const times = (count, make) => Array.from({ length: count }, (_, index) => make(index))

test('init is done before the first of many calls, and only once', async () => {
  const waking = objects.named('Waking')
  const boots = await Promise.all([
    ...times(8, () => waking.call('boots')),
    waking.call('bootsAlone'),
    waking.fetch().then(async (response) => Number(await response.text())),
  ])
  assert.deepEqual(boots, Array(10).fill(1))
  const started = await waking.call('started')
  assert.equal(await waking.call('boots'), 1)
  assert.equal(await waking.call('started'), started)
})

test('init is also done before a request', async () => {
  const response = await objects.named('Waking').fetch('/any')
  assert.equal(await response.text(), '1')
})

test('an init that fails reaches every waiting caller', async () => {
  const stillborn = objects.named('Stillborn', `slowly 1 ${freshName()}`)
  const failures = await Promise.all(times(5, () => stillborn.failure('attempt')))
  for (const { name, message, own } of failures) {
    assert.deepEqual([name, message, own.durableObjectReset], ['InitError', 'attempt 1 fails', true])
  }
  // The next call finds an object that works.
  assert.equal(await stillborn.call('attempt'), 2)
})

/** The ways in which an init fails, and the rows that it has stored before. @type {[string, number][]} */
const MANNERS = [
  ['at-once', 1],
  ['slowly', 3],
]

for (const [manner, rows] of MANNERS) {
  test(`an init that fails ${manner} is tried again as often as it takes`, async () => {
    const stillborn = objects.named('Stillborn', `${manner} 2 ${freshName()}`)
    for (const attempt of [1, 2]) {
      const { name, message } = await stillborn.failure('attempt')
      assert.deepEqual([name, message], ['InitError', `attempt ${attempt} fails`])
    }
    assert.equal(await stillborn.call('attempt'), 3)
    assert.equal(await stillborn.call('rows'), rows)
  })
}

test('an init that panics is an error for every waiting caller, and for nobody else', async () => {
  const stillborn = objects.named('Stillborn', `panics 1 ${freshName()}`)
  const failures = await Promise.all(times(3, () => stillborn.failure('attempt')))
  for (const failure of failures) assert.match(failure.message, /no start for panics|crashed|reset/i)
  assert.ok(failures.some(({ message }) => message.includes('no start for panics')))
  assert.equal(await objects.named('Counter').call('increment', 1), 1)
  assert.match((await stillborn.failure('attempt')).message, /no start for panics/)
})

test('&mut self runs alone', async () => {
  const counter = objects.named('Counter')
  const totals = await Promise.all(times(10, () => counter.call('addSlowly', 1, 5)))
  assert.deepEqual(
    totals.sort((a, b) => a - b),
    times(10, (index) => index + 1),
  )
})

test('&self interleaves', async () => {
  const counter = objects.named('Counter')
  await counter.call('total')
  const start = performance.now()
  const totals = await Promise.all(times(10, () => counter.call('addSlowlyShared', 1, 200)))
  // All have read before the first has written.
  assert.deepEqual(totals, Array(10).fill(1))
  assert.ok(performance.now() - start < 1_500, 'together they take about as long as one')
})

test('a failed &mut self call lets the next one in', async () => {
  const counter = objects.named('Counter')
  const failing = counter.failure('failSlowly', 30)
  const next = counter.call('addSlowly', 1, 0)
  assert.equal((await failing).message, 'failed after a while')
  assert.equal(await next, 1)
})

test('a writer is not starved by readers', async () => {
  const counter = objects.named('Counter')
  let over = false
  const reader = async () => {
    while (!over) await counter.call('notes', 20)
  }
  // At any time several of them are running.
  const readers = times(6, reader)
  try {
    for (const number of [1, 2, 3]) {
      const notes = await counter.call('note', number, 0)
      assert.deepEqual(
        notes,
        times(number, (index) => index + 1),
      )
    }
  } finally {
    over = true
    await Promise.all(readers)
  }
})

test('a timer of the worker crate fires', async () => {
  assert.equal(await objects.named('Counter').call('delay', 10), 10)
})

test('work in the background goes on after the answer, and holds nothing', async () => {
  const counter = objects.named('Counter')
  await counter.call('incrementInBackground', 5, 50)
  assert.equal(await counter.call('addSlowly', 1, 0), 1)
  await eventually(async () => (await counter.call('total')) === 6, 'the background task runs')
})

test('objects of all kinds start again on the storage they had', async () => {
  const [counter, waking] = [objects.named('Counter'), objects.named('Waking')]
  await counter.call('increment', 41)
  assert.equal(await waking.call('boots'), 1)
  await objects.server.restart()
  assert.equal(await counter.call('increment', 1), 42)
  assert.equal(await waking.call('boots'), 2)
})

test('an object that aborts is a new one for the next call, with all it wrote', async () => {
  const mortal = objects.named('Mortal')
  await mortal.call('note', 'first')
  assert.equal(await mortal.call('step'), 1)
  const waiting = mortal.failure('wait', 60_000)
  // The waiting call has to be there first.
  assert.equal(await mortal.call('step'), 2)
  const failure = await mortal.failure('abort', 'had enough')
  assert.match(failure.message, /had enough/)
  assert.match((await waiting).message, /had enough/, 'who waits is told too')
  assert.deepEqual(await mortal.call('notes'), [['first'], 0])
  assert.equal(await mortal.call('step'), 1)
})

test('aborting objects does the others no harm', { timeout: 30_000 }, async () => {
  const other = objects.named('Mortal')
  const waiting = other.call('wait', 200)
  assert.equal(await other.call('step'), 1)
  for (let round = 0; round < 20; round++) {
    const mortal = objects.named('Mortal')
    assert.match((await mortal.failure('abort', `round ${round}`)).message, new RegExp(`round ${round}`))
  }
  await waiting
  assert.equal(await other.call('step'), 2)
})

test('a destroyed object is as if it had never been', async () => {
  const mortal = objects.named('Mortal')
  await mortal.call('note', 'forget me')
  await mortal.call('step')
  assert.match((await mortal.failure('destroy')).message, /destroyed/)
  assert.deepEqual(await mortal.call('notes'), [[], 0])
  await mortal.call('note', 'again')
  assert.deepEqual(await mortal.call('notes'), [['again'], 0])
})

test('while an object blocks concurrency, nothing else happens to it', async () => {
  const mortal = objects.named('Mortal')
  const undisturbed = mortal.call('stepUndisturbed', 100)
  const steps = [mortal.call('step'), mortal.call('step')]
  const [before, after] = await undisturbed
  assert.equal(before, after)
  const total = 1 + (await Promise.all(steps)).length
  assert.equal(await mortal.call('step'), total + 1)
  assert.equal((await mortal.failure('failUndisturbed')).message, 'not today')
  assert.equal(await mortal.call('step'), total + 2, 'it is still the same object')
})

test('an idempotent method is called again when the platform failed in passing', { timeout: 30_000 }, async () => {
  const account = objects.named('Account')
  assert.equal(await account.call('failFirst', 0, 'retryable'), 1)
  assert.equal(await account.call('failFirst', 3, 'retryable'), 4, 'three retries')
  assert.equal((await account.failure('failFirst', 4, 'retryable')).message, 'failure 4', 'and no more')
  assert.equal((await account.failure('failFirst', 1, 'overloaded')).message, 'failure 1')
  assert.equal((await account.failure('failFirst', 1, 'other')).message, 'failure 1')
  const once = await account.failure('failOnce', 1, 'retryable')
  assert.equal(once.message, 'failure 1', 'other methods are called once')
  assert.equal(once.own.retryable, true)
})
