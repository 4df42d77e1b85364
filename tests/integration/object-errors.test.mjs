/** Errors that cross between objects: typed in Rust, usable in JavaScript, whole in between. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'
import { decode } from '../harness/tagged.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

/** @param {import('../harness/objects.mjs').Failure} failure */
const seen = ({ class: className, name, message, own }) => {
  const { remote, durableObjectId: _, name: __, ...rest } = own
  assert.equal(remote, true)
  const data = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, decode(value)]))
  return { class: className, name, message, ...data }
}

const TOO_MUCH = {
  class: 'Error',
  name: 'WithdrawError',
  message: 'only 100 left',
  code: 'TOO_MUCH',
  data: { TooMuch: { available: 100 } },
}

for (const via of /** @type {const} */ (['worker', 'object'])) {
  test(`an application's error is a usable Error for a ${via} written in JavaScript`, async () => {
    const account = objects.named('Account', freshName(), via)
    assert.deepEqual(seen(await account.failure('withdraw', 101)), TOO_MUCH)
    const frozen = { class: 'Error', name: 'WithdrawError', message: 'the account is frozen' }
    assert.deepEqual(seen(await account.failure('withdraw', 0)), { ...frozen, code: 'FROZEN_ACCOUNT', data: 'Frozen' })
    const refused = { class: 'Error', name: 'WithdrawError', message: 'refused by the 13th', code: 'REFUSED' }
    assert.deepEqual(seen(await account.failure('withdraw', 13)), { ...refused, data: { Refused: 'the 13th' } })
    assert.equal(await account.call('withdraw', 40), 60)
  })
}

test('a struct is an error too, with the name and code it asks for', async () => {
  const found = seen(await objects.named('Account').failure('find', 'cat'))
  const error = { class: 'Error', name: 'NotFoundError', message: 'there is no cat', code: '404', data: { what: 'cat' } }
  assert.deepEqual(found, error)
})

test('it stays what it is among errors of all kinds, and on its way through another object', async () => {
  const account = objects.named('Account')
  assert.deepEqual(seen(await account.failure('withdrawSomehow', 101)), TOO_MUCH)
  assert.deepEqual(seen(await account.failure('withdrawFrom', freshName(), 101)), TOO_MUCH)
  assert.equal(await account.call('withdrawFrom', freshName(), 1), 99)
})

test('a platform error of a method with errors of its own is itself', async () => {
  const failure = await objects.named('Account').failure('withdraw', 'much')
  assert.equal(failure.class, 'TypeError')
  assert.match(failure.message, /withdraw\(amount\)/)
})

test('exceptions of JavaScript keep class, name, message and own properties on their way through Rust', async () => {
  const account = objects.named('Account')
  /** @type {[string, object][]} */
  const thrown = [
    [
      'range',
      { class: 'RangeError', name: 'RangeError', message: 'too far', code: 'E_FAR', status: 416, detail: { by: [1, 2] } },
    ],
    ['custom', { class: 'Error', name: 'CustomError', message: 'my own', status: 1 }],
    ['text', { class: 'Error', name: 'Error', message: 'only text' }],
    ['object', { class: 'Error', name: 'Error', message: 'no error at all', status: 2 }],
  ]
  for (const [kind, expected] of thrown) {
    assert.deepEqual(seen(await account.failure('throwInJavascript', kind)), expected)
  }
  for (const kind of ['cause', 'nothing']) {
    assert.equal((await account.failure('throwInJavascript', kind)).class, 'Error')
  }
  assert.equal(await account.call('balance'), 100)
})

test('Rust reads them', async () => {
  const account = objects.named('Account')
  assert.deepEqual(await account.call('readThrownInJavascript', 'range'), ['RangeError: too far', 'E_FAR', 416])
  assert.deepEqual(await account.call('readThrownInJavascript', 'custom'), ['CustomError: my own', null, 1])
})
