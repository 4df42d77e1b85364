/** The timers of a Rust object. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'
import { eventually, pause } from '../harness/wait.mjs'

/** @typedef {import('../harness/objects.mjs').RemoteObject} RemoteObject */

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

const HOUR = 3_600_000

/** Returns the entries that were written, without their times. @param {RemoteObject} object */
const texts = async (object) => (await object.call('notes')).map((/** @type {[string]} */ [text]) => text)

/** Waits until that was written. @param {RemoteObject} object @param {string[]} expected */
const written = (object, expected) =>
  eventually(
    async () => (await texts(object)).length >= expected.length,
    () => `notes ${expected}`,
  ).then(async () => assert.deepEqual(await texts(object), expected))

/** The only timer. @param {RemoteObject} object */
const only = async (object) => {
  const timers = await object.call('list')
  assert.equal(timers.length, 1, JSON.stringify(timers))
  return timers[0]
}

/** Has all timers go off, one alarm after the other. @param {RemoteObject} object */
const runAll = async (object) => {
  let rounds = 0
  while (await object.runAlarm()) assert.ok(++rounds < 20, 'the timers come to an end')
}

/** Waits until the only timer is dead. @param {RemoteObject} object */
const dead = (object) =>
  eventually(async () => {
    const [timer] = await object.call('list')
    return timer?.state === 'dead' && timer
  }, 'a dead letter')

test('an object that schedules nothing stores nothing', async () => {
  const object = objects.named('Scheduling')
  assert.deepEqual(await object.call('list'), [])
  assert.equal(await object.call('cancelKey', 'none'), 0)
  assert.deepEqual(await object.call('tables'), [])
  assert.equal(await object.call('alarmTime'), null)
})

/** Milliseconds in which a busy machine, too, can set a few timers. */
const SOON = 1_500

test('timers go off in their order, at their millisecond, with their arguments, and are gone', async () => {
  const object = objects.named('Scheduling')
  const now = Date.now()
  await object.call('noteAt', 'third', new Date(now + SOON + 3))
  await object.call('noteAt', 'first', new Date(now + SOON + 1))
  await object.call('noteAt', 'second', new Date(now + SOON + 2))
  assert.deepEqual(
    (await object.call('list')).map((/** @type {{ due: Date }} */ { due }) => due.getTime() - now),
    [SOON + 1, SOON + 2, SOON + 3],
  )
  await written(object, ['first', 'second', 'third'])
  for (const [index, [, time]] of (await object.call('notes')).entries()) assert.ok(time >= now + SOON + 1 + index)
  assert.deepEqual(await object.call('list'), [])
  assert.equal(await object.call('alarmTime'), null)
})

test('timers of one millisecond go off in the order in which they were set', async () => {
  const object = objects.named('Scheduling')
  const date = new Date(Date.now() + HOUR)
  const names = Array.from({ length: 12 }, (_, index) => `note ${index}`)
  for (const name of names) await object.call('noteAt', name, date)
  assert.equal(await object.runAlarm(), true)
  assert.deepEqual(await texts(object), names)
})

test('what is late goes off at once', async () => {
  const object = objects.named('Scheduling')
  await object.call('noteAt', 'late', new Date(0))
  await written(object, ['late'])
})

test('a timer beyond the times of the platform keeps its time, and the others go off', async () => {
  const object = objects.named('Scheduling')
  const far = new Date(9_999_999_999_000)
  await object.call('noteAt', 'far', far)
  assert.deepEqual(await object.call('alarmTime'), new Date('2262-04-11T23:47:16.854Z'))
  await object.call('noteAfter', 'now', 10, null)
  await written(object, ['now'])
  assert.deepEqual((await only(object)).due, far)
})

test('the alarm is for the first timer, and is taken back with the last one', async () => {
  const object = objects.named('Scheduling')
  const later = await object.call('noteAfter', 'later', 2 * HOUR, null)
  const alarm = await object.call('alarmTime')
  const sooner = await object.call('noteAfter', 'sooner', HOUR, null)
  assert.equal((await object.call('alarmTime')).getTime(), (await object.call('list'))[0].due.getTime())
  assert.ok((await object.call('alarmTime')) < alarm)
  assert.equal(await object.call('cancel', sooner), true)
  assert.equal(await object.call('cancel', sooner), false)
  assert.equal(await object.call('cancel', later), true)
  assert.equal(await object.call('alarmTime'), null)
})

test('a key stands for one timer of a method', async () => {
  const object = objects.named('Scheduling')
  const first = await object.call('noteAfter', 'first', HOUR, 'it')
  const second = await object.call('noteAfter', 'second', HOUR + 100, 'it')
  assert.notEqual(first, second)
  assert.equal(await object.call('cancel', first), false)
  const timer = await only(object)
  assert.deepEqual([timer.id, timer.key], [second, 'it'])
  await runAll(object)
  assert.deepEqual(await texts(object), ['second'])
})

test('a timer is cancelled by its key', async () => {
  const object = objects.named('Scheduling')
  await object.call('noteAfter', 'cancelled', HOUR, 'it')
  await object.call('tickEvery', 'cancelled too', HOUR, 'it')
  await object.call('noteAfter', 'kept', HOUR + 100, 'other')
  assert.equal(await object.call('cancelKey', 'it'), 2)
  await runAll(object)
  assert.deepEqual(await texts(object), ['kept'])
})

test('what recurs goes on, and is one timer however often it is set', async () => {
  const object = objects.named('Scheduling')
  const id = await object.call('tickEvery', 'tick', 40, null)
  const { due } = await only(object)
  assert.equal(await object.call('tickEvery', 'tick', 40, null), id)
  await eventually(async () => (await texts(object)).length >= 3, 'three ticks')
  const between = async () => {
    const timer = await only(object)
    // While a call runs, the time is that of the attempt which would follow if this one is lost.
    return timer.attempts === 0 && timer
  }
  const later = await eventually(between, 'no call runs')
  assert.deepEqual([later.id, later.key, later.recurrence], [id, '["tick"]', 'every 40 ms'])
  assert.equal((later.due - due) % 40, 0, 'it keeps its distance')
  assert.equal(await object.call('cancel', id), true)
  const count = (await texts(object)).length
  await pause(150)
  assert.equal((await texts(object)).length, count)
})

test('another period begins anew', async () => {
  const object = objects.named('Scheduling')
  const id = await object.call('tickEvery', 'tick', HOUR, null)
  assert.notEqual(await object.call('tickEvery', 'tick', HOUR / 2, null), id)
  assert.equal((await only(object)).recurrence, `every ${HOUR / 2} ms`)
  const failure = await object.failure('tickEvery', 'tick', 0, null)
  assert.equal(failure.name, 'ValueError')
})

test('cron expressions are in UTC, and refused when they are none', async () => {
  const object = objects.named('Scheduling')
  const id = await object.call('tickCron', 'tick', '30 3 29 2 *')
  const { due, recurrence } = await only(object)
  assert.equal(recurrence, '30 3 29 2 *')
  assert.match(due.toISOString(), /^\d{4}-02-29T03:30:00.000Z$/)
  assert.equal(await object.call('tickCron', 'tick', '30 3 29 2 *'), id)
  for (const pattern of ['', 'daily', '61 * * * *', '0 0 30 2 *']) {
    const failure = await object.failure('tickCron', 'tick', pattern)
    assert.deepEqual([failure.name, /cron expression/.test(failure.message)], ['ValueError', true])
  }
})

test('what fails is tried again, and succeeds', async () => {
  const object = objects.named('Scheduling')
  await object.call('failAfter', 'try', 0, 2)
  await written(object, ['try', 'try', 'try'])
  await eventually(async () => (await object.call('list')).length === 0, 'it is done')
})

test('what fails too often is a dead letter, which can be retried or cancelled', async () => {
  const object = objects.named('Scheduling')
  const id = await object.call('failAfter', 'try', 0, 3)
  const timer = await dead(object)
  assert.deepEqual(timer, {
    ...{ id, method: 'fail', arguments: '["try"]', key: null, due: timer.due, recurrence: 'once' },
    ...{ attempts: 3, failures: 3, error: 'try fails', state: 'dead' },
  })
  assert.equal(await object.call('alarmTime'), null)
  assert.equal(await object.call('retry', id), true)
  await written(object, ['try', 'try', 'try', 'try'])
  await eventually(async () => (await object.call('list')).length === 0, 'it is done')
  assert.equal(await object.call('retry', id), false)

  const again = await object.call('failAfter', 'try', 0, 9)
  await dead(object)
  assert.equal(await object.call('cancel', again), true)
  assert.deepEqual(await object.call('list'), [])
})

test('trouble of the platform that passes costs no attempt', async () => {
  const object = objects.named('Scheduling')
  await object.call('passNow', 4)
  await written(object, Array(5).fill('pass'))
  await eventually(async () => (await object.call('list')).length === 0, 'it is done')
})

test('a call that crashes is given up after its attempts, and holds no other up', { timeout: 60_000 }, async () => {
  const object = objects.named('Scheduling')
  await object.call('noteAfter', 'behind it', 101, null)
  await object.call('crashAfter', 100)
  const timer = await eventually(
    async () => {
      const [timer] = await object.call('list').catch(() => [])
      return timer?.state === 'dead' && timer
    },
    'a dead letter',
    30_000,
  )
  assert.deepEqual([timer.attempts, timer.failures], [2, 2])
  assert.match(timer.error, /interrupted/)
  const crashed = await texts(object)
  assert.deepEqual(crashed.toSorted(), ['behind it', 'crash', 'crash'])
  assert.deepEqual(crashed.indexOf('behind it') < crashed.lastIndexOf('crash'), true, 'it did not wait for the second')
})

test('a timer that is scheduled by a call goes off', async () => {
  const object = objects.named('Scheduling')
  await object.call('countNow', 3)
  await written(object, ['count 3', 'count 2', 'count 1', 'count 0'])
  await eventually(async () => (await object.call('list')).length === 0, 'all are done')
})

test('a call that takes itself back is not repeated', async () => {
  const object = objects.named('Scheduling')
  await object.call('stopEvery', 50)
  await written(object, ['stop'])
  assert.deepEqual(await object.call('list'), [])
  await pause(150)
  await written(object, ['stop'])
})

test('what becomes due during a long call goes off after it', async () => {
  const object = objects.named('Scheduling')
  await object.call('lingerNow', 'long', 200)
  await eventually(async () => (await texts(object)).length === 1, 'it began')
  await object.call('noteAfter', 'meanwhile', 10, null)
  await written(object, ['long begins', 'long ends', 'meanwhile'])
})

test('what is cancelled while it runs comes to its end, once', async () => {
  const object = objects.named('Scheduling')
  const id = await object.call('lingerNow', 'long', 100)
  await eventually(async () => (await texts(object)).length === 1, 'it began')
  assert.equal((await only(object)).attempts, 1)
  assert.equal(await object.call('cancel', id), true)
  await written(object, ['long begins', 'long ends'])
  assert.deepEqual(await object.call('list'), [])
})

test('a transaction that is rolled back takes timer and alarm with it', async () => {
  const object = objects.named('Scheduling')
  assert.equal((await object.failure('noteAndFail', 'never', 10)).message, 'changed its mind')
  assert.deepEqual(await object.call('tables'), [])
  await object.call('noteAfter', 'later', HOUR, null)
  assert.equal((await object.failure('noteAndFail', 'never', 10)).message, 'changed its mind')
  await runAll(object)
  assert.deepEqual(await texts(object), ['later'])
})

test('timers wait for the method they are for', async () => {
  const object = objects.named('Scheduling')
  const id = await object.call('noteAfter', 'waits', HOUR, null)
  await object.call('redeploy', 'note', 'gone')
  assert.equal((await only(object)).state, 'unknown')
  await object.call('noteAt', 'another', new Date(0))
  await written(object, ['another'])
  assert.deepEqual([(await only(object)).id, (await only(object)).state], [id, 'unknown'])
  assert.equal(await object.call('alarmTime'), null)
  await object.call('redeploy', 'gone', 'previously')
  const failing = await only(object)
  assert.deepEqual([failing.state, failing.method], ['waiting', 'previously'])
  assert.equal(await object.call('cancel', id), true)
})

test('arguments that the method does not take any more are a dead letter in the end', async () => {
  const object = objects.named('Scheduling')
  await object.call('noteAfter', 'too much for it', HOUR, null)
  await object.call('redeploy', 'note', 'fail')
  await runAll(object)
  const timer = await dead(object)
  assert.match(timer.error, /^fail\(text\): invalid type: map, expected a string/)
})

test('an object that wakes has its alarm', async () => {
  const object = objects.named('Scheduling')
  await object.call('noteAfter', 'found again', HOUR, null)
  await object.call('loseAlarm')
  assert.equal(await object.runAlarm(), false)
  await object.failure('abort')
  assert.equal(await object.call('wakes'), 2)
  assert.equal(await object.runAlarm(), true)
  assert.deepEqual(await texts(object), ['found again'])
})

test('a timer of an init is one timer after many wakes, and is not put off', async () => {
  const object = objects.named('Scheduling', freshName('ticking'))
  const first = await only(object)
  for (let wake = 0; wake < 3; wake++) await object.failure('abort')
  assert.equal(await object.call('wakes'), 4)
  assert.deepEqual(await only(object), first)
})

test('a call that destroys the object is the last thing that happens to it', async () => {
  const object = objects.named('Scheduling')
  await object.call('noteAfter', 'never', HOUR, null)
  await object.call('forgetAfter', 0)
  // An alarm that failed would be tried again after two seconds, and wake the object.
  await pause(3_000)
  assert.equal(await object.call('wakes'), 1)
  assert.deepEqual(await object.call('list'), [])
})

test('timers survive the process', async () => {
  const [object, late] = [objects.named('Scheduling'), objects.named('Scheduling')]
  const id = await object.call('noteAfter', 'later', HOUR, null)
  await late.call('noteAfter', 'late', 1_000, null)
  await objects.server.restart()
  await pause(1_000)
  assert.equal((await only(object)).id, id)
  await written(late, ['late'])
})

test('scheduled methods are called by nobody else', async () => {
  const [object, plain] = [objects.named('Scheduling'), objects.named('Plain')]
  for (const name of ['note', 'tick', 'previously', 'renamed', 'schedule', 'alarm']) {
    const { error } = await object.outcome([name], ['x'])
    assert.ok(error, name)
    assert.equal(error.message, (await plain.outcome([name], ['x'])).error.message)
  }
  assert.deepEqual(await texts(object), [])
})
