/** One object crashes: its caller is told, and everybody else goes on. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'
import { made } from '../harness/tagged.mjs'
import { eventually } from '../harness/wait.mjs'

/** @typedef {import('../harness/objects.mjs').Failure} Failure */
/** @typedef {import('../harness/objects.mjs').RemoteFailure} RemoteFailure */

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

/** Whether the build under test unwinds panics, so that they cost no more than the object in which they happen. */
const UNWIND = process.env.PANIC === 'unwind'

/** A call that takes this long would be a hanging one. */
const HANGING = 60_000
/** The limit for "at once", on a busy machine. */
const AT_ONCE = 3_000

/** The calls that crash and unwind, in builds with unwinding panics. @type {[string, RegExp][]} */
const PANICS = [
  ['panic', /on purpose, at once/],
  ['panicAlone', /on purpose, alone/],
  ['panicBeforeAwait', /on purpose, before/],
  ['panicAfterAwait', /on purpose, after/],
  ['panicWithRowsUnread', /on purpose, with rows unread/],
  ['throw', /URI malformed/],
  ['throwAfterAwait', /URI malformed/],
]

/** The calls that crash and never unwind. @type {[string, RegExp][]} */
const TRAPS = [
  ['trap', /unreachable/],
  ['trapAfterAwait', /unreachable/],
  ['overflow', /stack|out of bounds/i],
  ['exhaust', /memory|unreachable/i],
]

/** @param {Failure} failure @param {RegExp} message */
const assertCrashed = (failure, message) => {
  assert.equal(failure.name, 'ObjectCrashed', failure.message)
  assert.match(failure.message, message)
}

/** Only calls of objects that have not crashed themselves may be made again. @param {Failure} failure @param {RegExp} message */
const assertHit = (failure, message) => {
  assertCrashed(failure, message)
  assert.equal(failure.own.retryable, true)
}

/**
 * A bystander that keeps something, with a call in flight.
 *
 * @param {boolean} survives whatever crashes meanwhile
 * @param {import('../harness/objects.mjs').Via} [via]
 */
const watch = async (survives, via) => {
  const bystander = objects.named('Bystander', freshName(), via)
  await bystander.call('keep', bystander.name)
  const ms = survives ? 1_000 : HANGING
  const inFlight = survives ? bystander.call('slow', ms) : bystander.failure('slow', ms)
  await eventually(async () => (await bystander.call('condition')).running === 1, 'the slow call has begun')
  return {
    /** @param {RegExp} message what its call is told, if it does not survive */
    async assertTold(message) {
      if (survives) assert.equal((await bystander.call('condition')).running, 1)
      else assertHit(await inFlight, message)
    },
    /** It goes on, or is a fresh instance, initialised once more, on the storage as it was. */
    async assertWell() {
      if (survives) assert.equal(await inFlight, ms)
      const memory = survives ? [1, bystander.name] : [2, null]
      const { boots, memory: kept, stored, running } = await bystander.call('condition')
      assert.deepEqual([boots, kept, stored, running], [...memory, bystander.name, 0])
    },
  }
}

for (const [kind, message] of [...PANICS, ...TRAPS]) {
  const survives = UNWIND && PANICS.some(([panic]) => panic === kind)
  test(`${kind} is an error at once, and harms nobody for long`, { timeout: 30_000 }, async () => {
    const crashing = objects.named('Crashing')
    assert.equal(await crashing.call('calls'), 1)
    const watched = await Promise.all([watch(survives), watch(survives, 'object')])
    const own = objects.named('Crashing')
    assert.equal(await own.call('calls'), 1)

    const start = performance.now()
    const failure = await crashing.failure(kind)
    assertCrashed(failure, message)
    assert.ok(!('retryable' in failure.own), 'it would crash again')
    for (const bystander of watched) await bystander.assertTold(message)
    assert.ok(performance.now() - start < AT_ONCE, 'nobody waits')

    for (const bystander of watched) await bystander.assertWell()
    assert.equal(await crashing.call('calls'), 1, 'the crashed object works, and has forgotten')
    assert.deepEqual(await crashing.call('crashes'), [kind], 'what was written before the crash is there')
    assert.equal(await own.call('calls'), survives ? 2 : 1, 'another of its class works')
  })
}

test('crashes in quick succession leave others with errors that say to try again', { timeout: 60_000 }, async () => {
  const crashing = objects.named('Crashing')
  const bystanders = Array.from({ length: 4 }, () => objects.named('Bystander'))
  let goesOn = true
  /** @type {Failure[]} */
  const failures = []
  const calls = bystanders.map(async (bystander) => {
    while (goesOn) {
      // Its timer fires in an instance that may be gone.
      const call = bystander.call('slow', 20)
      await call.catch((/** @type {RemoteFailure} */ { failure }) => failures.push(failure))
    }
  })
  for (let round = 0; round < 100; round++) assertCrashed(await crashing.failure('panic'), /on purpose, at once/)
  goesOn = false
  await Promise.all(calls)
  if (UNWIND) assert.deepEqual(failures, [])
  else assert.ok(failures.length > 50, `only ${failures.length} calls were hit`)
  for (const failure of failures) assertHit(failure, /on purpose, at once/)
})

test('a panic in the background is told to those who wait', { timeout: 30_000 }, async () => {
  const bystander = await watch(UNWIND)
  const crashing = objects.named('Crashing')
  const waiting = crashing.failure('storeLater', 'never', HANGING)
  await crashing.call('panicInBackground')
  assertCrashed(await waiting, /on purpose, in the background/)
  await bystander.assertTold(/on purpose, in the background/)
  await bystander.assertWell()
  assert.deepEqual(await crashing.call('crashes'), ['panicInBackground'])
})

test('an alarm that panics is tried again', { timeout: 30_000 }, async () => {
  const crashing = objects.named('Crashing')
  await crashing.call('panicInAlarm')
  await eventually(async () => (await crashing.call('crashes')).length > 1, 'the alarm to be retried')
  assert.deepEqual(await crashing.call('crashes'), ['panicInAlarm', 'retried'])
})

test('what else runs in an object that crashes stops there', { timeout: 30_000 }, async () => {
  const besides = ['panic', 'panicBeforeAwait', 'throw', 'throwAfterAwait', 'trap', 'trapAfterAwait']
  for (const [kind, message] of [...PANICS, ...TRAPS].filter(([kind]) => besides.includes(kind))) {
    const crashing = objects.named('Crashing')
    const stopped = crashing.failure('storeLater', 'by the old instance', 300)
    assert.deepEqual(await crashing.call('crashes'), [], 'it has begun, or is about to')
    assertCrashed(await crashing.failure(kind), message)
    assertCrashed(await stopped, message)
    await crashing.call('storeLater', 'by the new instance', 600)
    assert.deepEqual(await crashing.call('crashes'), [kind, 'by the new instance'])
  }
})

test('an exception does not keep what was to run next from running', { timeout: 30_000 }, async () => {
  const other = objects.named('Crashing')
  await other.call('calls')
  assertCrashed(await objects.named('Crashing').failure('throwBeforeAnother'), /URI malformed/)
  // A call that is answered at once, so that nothing is scheduled on its behalf.
  assert.equal(await other.call('othersRun'), UNWIND ? 1 : 0)
})

/** The crashes that break an open stream, and the calls that cause them. @type {[string, string][]} */
const BREAKS = [
  ['its own panic', 'panicBeforeAwait'],
  ['an exception that passes through its object', 'throwAfterAwait'],
  ['a trap of its object', 'trapAfterAwait'],
]

for (const [what, kind] of BREAKS) {
  test(`a stream and its reader are told of ${what}`, { timeout: 30_000 }, async () => {
    const crashing = objects.named('Crashing')
    const flow = objects.named('Flow')
    const survives = UNWIND && PANICS.some(([panic]) => panic === kind)

    const pulled = await objects.pulled()
    const [written, read] = [crashing.failure('countDown', 1_000_000), crashing.failure('read', made('endless'))]
    const elsewhere = flow.call('count', survives ? 300 : 1_000_000).then(
      ({ stream }) => stream,
      ({ failure }) => failure.message,
    )
    await eventually(async () => (await flow.call('counts'))[0] > 0, 'the other stream to flow')
    await eventually(async () => (await objects.pulled()) > pulled, 'the stream to be read')

    assertCrashed(await crashing.failure(kind), /./)
    assert.match((await written).message, /prematurely/)
    assertCrashed(await read, /./)
    assert.match(await elsewhere, survives ? /\n300\n$/ : /prematurely/)
    assert.equal(await crashing.call('calls'), 1)
  })
}

test('a panic in a stream is told to its reader, and costs the object', { timeout: 30_000 }, async () => {
  const bystander = await watch(UNWIND)
  const crashing = objects.named('Crashing')
  assert.equal(await crashing.call('calls'), 1)
  assert.match((await crashing.failure('countDown', 3)).message, /prematurely/)
  await bystander.assertTold(/on purpose, in a stream/)
  await bystander.assertWell()
  assert.equal(await crashing.call('calls'), 1)
})

test('an object that holds back all other events hears of the crash of another', { timeout: 30_000 }, async () => {
  const undisturbed = objects.named('Crashing')
  await undisturbed.call('calls')
  const storing = undisturbed.outcome(['storeUndisturbed'], ['undisturbed', UNWIND ? 300 : HANGING])
  // When it is answered, the other call has arrived, and everything of the object is being held back.
  await objects.named('Bystander').call('slow', 50)
  assertCrashed(await objects.named('Crashing').failure('panic'), /./)
  const { error } = await storing
  if (UNWIND) assert.equal(error, undefined)
  else assertHit(error, /on purpose, at once/)
  assert.deepEqual(await undisturbed.call('crashes'), UNWIND ? ['undisturbed'] : [])
})

test('a panic in a transaction rolls it back', { timeout: 30_000 }, async () => {
  const crashing = objects.named('Crashing')
  assertCrashed(await crashing.failure('panicInTransaction'), /on purpose, in a transaction/)
  assert.deepEqual(await crashing.call('crashes'), ['before'])
})

test('calls that come right after a crash find objects that are initialised', { timeout: 30_000 }, async () => {
  const bystander = await watch(UNWIND)
  const crashing = objects.named('Crashing')
  assertCrashed(await crashing.failure('panic'), /on purpose/)
  const calls = await Promise.all(Array.from({ length: 10 }, () => crashing.call('calls')))
  // They may arrive in any order.
  assert.deepEqual(new Set(calls), new Set(Array.from({ length: 10 }, (_, index) => index + 1)))
  await bystander.assertTold(/on purpose/)
  await bystander.assertWell()
})

test('an object that asks one that crashes is told', { timeout: 30_000 }, async () => {
  const name = freshName('panics 1')
  const failure = await objects.named('Stillborn', name).failure('attempt')
  assert.match(failure.message, /no start for panics/)
  assert.equal(await objects.named('Caller').call('incrementUnique', 2), 4)
})

test('many crashes in a row do no harm', { timeout: 30_000 }, async () => {
  const crashing = objects.named('Crashing')
  const counter = objects.named('Counter')
  const kinds = [...PANICS, ...TRAPS].map(([kind]) => kind)
  for (const [index, kind] of kinds.entries()) {
    assert.equal((await crashing.failure(kind)).name, 'ObjectCrashed')
    assert.equal(await counter.call('increment', 1), index + 1)
  }
  assert.equal(await crashing.call('calls'), 1)
  assert.equal(await counter.call('addSlowly', 1, 5), kinds.length + 1)
  // The writes of a crashed call may be lost with it, but the object has no value that nobody wrote.
  const stored = await crashing.call('crashes')
  assert.ok(stored.length <= kinds.length && stored.length > 0, `${stored}`)
  assert.deepEqual(
    stored.filter((/** @type {string} */ kind) => !kinds.includes(kind)),
    [],
  )
})

test('crashes at the same time are each an error', { timeout: 30_000 }, async () => {
  const crashing = Array.from({ length: 4 }, () => objects.named('Crashing'))
  for (const object of crashing) await object.call('calls')
  const failures = await Promise.all(crashing.map((object) => object.failure('panicAfterAwait')))
  for (const failure of failures) assertCrashed(failure, /on purpose, after/)
  for (const object of crashing) assert.equal(await object.call('calls'), 1)
})

test('an object that is about to start when another crashes is no exception', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 5; round++) {
    const starting = Array.from({ length: 3 }, () => objects.named('Waking'))
    const outcomes = starting.map((object) => object.call('boots').catch((error) => error.failure?.name ?? error.name))
    const crashing = objects.named('Crashing')
    assertCrashed(await crashing.failure('panicAfterAwait'), /on purpose, after/)
    // They start late, or twice, or their callers are told. They do not hang.
    for (const outcome of await Promise.all(outcomes)) {
      assert.ok([1, 2, 'ObjectCrashed'].includes(outcome), `${outcome}`)
    }
    for (const object of starting) assert.ok((await object.call('boots')) >= 1)
  }
})

test('a live socket of another object still works after a crash', { timeout: 30_000 }, async () => {
  const room = objects.named('Room')
  const [ada, ben] = [await room.connect('/ada/red'), await room.connect('/ben')]
  assert.equal(await ada.ask('count'), '1')
  for (const kind of ['panic', 'trapAfterAwait']) {
    assertCrashed(await objects.named('Crashing').failure(kind), /./)
    assert.equal(await ada.ask(`echo after ${kind}`), `after ${kind}`)
  }
  assert.equal(await ada.ask('count'), '4', 'its attachment is what it was')
  ada.send('all hello')
  assert.equal(await ben.next(), 'ada: hello')
  assert.equal((await room.call('report')).boots, UNWIND ? 2 : 3)
  assert.deepEqual(await ben.close(1000, 'bye'), { code: 1000, reason: 'bye', wasClean: true })
  assert.equal((await ada.close(1000)).code, 1000)
})

test('a query that was open when its object crashed holds nothing up', async () => {
  const object = objects.named('Unread')
  await object.call('leave', "INSERT INTO t VALUES ('a'), ('b'), ('c')", 'All')
  for (let crashes = 0; crashes < 2; crashes++) {
    assert.equal(await object.call('keep', 'SELECT v FROM t ORDER BY v'), 'a')
    assertCrashed(await object.failure('panic'), /on purpose, with a query kept/)
    await object.call('leaveAndDrop', 'SELECT v FROM t', 'First')
  }
})
