/** Old and new code at once, as while a deployment rolls out: what `docs/deploying.md` promises, and what it warns of. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startVersions } from '../harness/skew.mjs'

/** @type {Awaited<ReturnType<typeof startVersions>>} */
let versions

before(async () => {
  versions = await startVersions()
})
after(() => versions?.stop())

test('versions that are the same understand each other', async () => {
  assert.deepEqual(await versions.outcomes('now', 'now'), {
    'an order': 'Receipt { number: 1 }',
    'an order that is refused': 'error SoldOut',
    'a status': 'Open',
    'a wrapping': 'Paper',
    'a parcel': 'Parcel { grams: 2 }',
    'a price': '3',
    'a method that goes': '1',
  })
  assert.deepEqual(await versions.outcomes('next', 'next'), {
    'an order': 'Receipt { number: 2, points: Some(5) }',
    'an order that is refused': 'error Few { left: 1 }',
    'a status': 'Sent',
    'a wrapping': 'Silk',
    'a parcel': 'Parcel { grams: 2, fragile: true }',
    'a price': '3',
    'a price with a coupon': '2',
    'a method that is new': '"buy"',
  })
})

test('newer code calls an older object', async () => {
  assert.deepEqual(await versions.outcomes('next', 'now'), {
    'an order': 'Receipt { number: 1, points: None }',
    'an order that is refused': 'error SoldOut',
    'a status': 'Open',
    'a wrapping': 'Paper',
    'a parcel': 'ValueError: the result of weigh: missing field `fragile`',
    'a price': '3',
    'a price with a coupon': 'TypeError : price(..): takes 1 arguments, was given 2',
    'a method that is new': 'TypeError : The RPC receiver does not implement the method "advise".',
  })
})

test('older code calls a newer object', async () => {
  assert.deepEqual(await versions.outcomes('now', 'next'), {
    'an order': 'Receipt { number: 2 }',
    'an order that is refused': 'OrderError FEW: only 1 left',
    'a status': 'Unknown',
    'a wrapping': 'ValueError: the result of wrapping: unknown variant `Silk`, expected `Paper`',
    'a parcel': 'TypeError : weigh(parcel): missing field `fragile`',
    'a price': '3',
    'a method that goes': 'TypeError : The RPC receiver does not implement the method "haggle".',
  })
})

/** The timer that each version sets in its init. */
const TIDY = 'tidy ["all"]: Waiting'

test('timers of older code go off in newer code', async () => {
  const shop = await versions.object()
  await shop.call('remember', 'milk')
  assert.deepEqual(await shop.call('state'), [[], ['remind [{"text":"milk"}]: Waiting', TIDY]])
  await shop.become('next')
  assert.equal(await shop.runAlarm(), true)
  assert.deepEqual(await shop.call('state'), [['next: Note { text: "milk", urgent: false } None'], [TIDY]])
  assert.equal(await shop.runAlarm(), true, 'a method that is called otherwise now')
  assert.equal((await shop.call('state'))[0].at(-1), 'next: tidies all None')
  assert.deepEqual((await shop.call('state'))[1], [TIDY], 'its init has set no second one')
})

test('timers of newer code go off in older code, as far as that knows them', async () => {
  const shop = await versions.object()
  await versions.deploy('next')
  await shop.call('remember', 'milk')
  await shop.call('planAudit')
  await shop.become('now')
  assert.equal(await shop.runAlarm(), true)
  const audit = 'audit []: Unknown'
  assert.deepEqual(await shop.call('state'), [['now: Note { text: "milk" }'], [audit, TIDY]])
  await shop.become('next')
  await shop.call('state')
  assert.equal(await shop.runAlarm(), true)
  assert.equal((await shop.call('state'))[0].at(-1), 'next: audits', 'it was kept')
})

test('a timer that older code cannot call is a dead letter there', async () => {
  const shop = await versions.object()
  await versions.deploy('next')
  await shop.call('remember', 'milk', 2)
  await shop.become('now')
  assert.equal(await shop.runAlarm(), true)
  assert.deepEqual(await shop.call('state'), [[], [TIDY, 'remind [{"text":"milk","urgent":true},2]: Dead']])
})

test('an attachment is read by the other version', async () => {
  const shop = await versions.object()
  const older = await shop.connect()
  assert.equal(await older(), 'Visitor { name: "ada", role: Guest }')
  await shop.become('next')
  assert.equal(await older(), 'Visitor { name: "ada", role: Guest, visits: 0 }')
  await shop.become('now')
  assert.equal(await older(), 'Visitor { name: "ada", role: Guest }')
})

test('an attachment that older code cannot read concerns its own socket', async () => {
  const shop = await versions.object()
  const older = await shop.connect()
  await shop.become('next')
  const newer = await shop.connect()
  assert.equal(await newer(), 'Visitor { name: "ada", role: Owner, visits: 1 }')
  await shop.become('now')
  assert.equal(await older(), 'Visitor { name: "ada", role: Guest }')
  assert.match(await newer(), /^AttachmentError: socket attachment: .*unknown variant `Owner`, expected `Guest`/)
})

test('what older code has stored is read by newer code, and tables never become older', async () => {
  const ledger = await versions.object('LEDGER')
  await ledger.call('enter', 1)
  assert.equal(await ledger.call('read'), 'now: [Entry { amount: 1 }] Settings { currency: "EUR" }')
  await ledger.become('next')
  const read = 'next: [Entry { amount: 1, what: None }] Settings { currency: "EUR", digits: 0 }'
  assert.equal(await ledger.call('read'), read)
  await ledger.become('now')
  await assert.rejects(ledger.call('read'), /migration `0002_what` has run here, but this code ends before it/)
  await versions.deploy('next')
  assert.equal(await ledger.call('read'), read)
})
