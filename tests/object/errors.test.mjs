/** Errors that cross between objects: typed in Rust, usable in JavaScript, whole in between. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'
import { decode, made } from '../harness/tagged.mjs'

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
  const error = {
    class: 'Error',
    name: 'NotFoundError',
    message: 'there is no cat',
    code: '404',
    data: { what: 'cat' },
  }
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
      {
        class: 'RangeError',
        name: 'RangeError',
        message: 'too far',
        code: 'E_FAR',
        status: 416,
        detail: { by: [1, 2] },
      },
    ],
    ['custom', { class: 'Error', name: 'CustomError', message: 'my own', status: 1 }],
    ['text', { class: 'Error', name: 'Error', message: 'only text' }],
    ['object', { class: 'Error', name: 'Error', message: 'no error at all', status: 2 }],
  ]
  for (const [kind, expected] of thrown) {
    assert.deepEqual(seen(await account.failure('throwInJavascript', kind)), expected)
  }
  const caused = { class: 'Error', name: 'Error', message: 'outer', cause: ['TypeError', 'TypeError', 'inner'] }
  assert.deepEqual(seen(await account.failure('throwInJavascript', 'cause')), caused)
  const gone = { class: 'Error', name: 'AbortError', message: 'gone', code: 20 }
  assert.deepEqual(seen(await account.failure('throwInJavascript', 'abort')), gone)
  assert.equal((await account.failure('throwInJavascript', 'nothing')).class, 'Error')
  assert.equal(await account.call('balance'), 100)
})

for (const method of ['callBack', 'callBackAsWorker']) {
  test(`${method}: \`?\` on what JavaScript throws keeps it`, async () => {
    const expected = { class: 'RangeError', name: 'RangeError', message: 'too far', limit: 3 }
    assert.deepEqual(seen(await objects.named('Account').failure(method, made('throwing'))), expected)
  })
}

test('a binding that fails says the same to the callers of Rust and of JavaScript', async () => {
  for (const binding of ['BUCKET', 'CACHE', 'DATABASE', 'PEER']) {
    const [rust, script] = await Promise.all(
      ['Account', 'Scripted'].map(async (className) => {
        const failure = seen(await objects.named(className).failure('failIn', binding))
        return { ...failure, message: failure.message.replace(/reference = \w+/, 'reference') }
      }),
    )
    assert.deepEqual(rust, script, binding)
  }
})

test('whatever is thrown is an error of the call, and of nothing else', async () => {
  const account = objects.named('Account')
  for (const [kind, message] of [
    ['circle', 'Array'],
    ['map', 'Map'],
    ['nothing', 'undefined'],
  ]) {
    assert.deepEqual(seen(await account.failure('throwInJavascript', kind)), { class: 'Error', name: 'Error', message })
  }
  const said = await objects.named('Scripted').call('throwHostile')
  assert.deepEqual(said, [
    'Error: unknown',
    'Error: mine',
    'Error: Error',
    'Error: ',
    'Error: function',
    'Error: Object',
  ])
})

test('a constructor that is called by hand wants an object of its own class', async () => {
  const wants = 'TypeError: the constructor of an object takes the `ctx` and the `env` that the platform gives to it'
  const both = 'TypeError: this object is of class Counter, and not of class Echo as well'
  assert.deepEqual(await objects.named('Scripted').call('construct'), [wants, wants, 'object', both, 'object'])
})

test('`?` on everyday errors keeps what they say', async () => {
  const account = objects.named('Account')
  assert.equal(await account.call('readAmount', Uint8Array.of(0x34, 0x32)), 42)
  /** @param {...number} bytes */
  const failure = async (...bytes) => (await account.failure('readAmount', Uint8Array.from(bytes))).message
  assert.equal(await failure(0x78), 'invalid digit found in string')
  assert.equal(await failure(0xff), 'invalid utf-8 sequence of 1 bytes from index 0')
})

test('calls before their compatibility date say which one they need', async () => {
  const old = await startObjects({ compatibilityDate: '2023-03-01' })
  try {
    const needed = /calls of objects need a `compatibility_date` of 2024-04-03 or later, or the flag `rpc`/
    for (const difference of Object.values(await old.rust('/echo'))) assert.match(difference, needed)
  } finally {
    await old.stop()
  }
})

test('before their compatibility date errors cross as text, unless a flag says otherwise', async () => {
  const compatibilityDate = '2026-04-20'
  const { code, data, ...error } = TOO_MUCH
  for (const [flags, expected] of /** @type {[string[], object][]} */ ([
    [[], { ...error, name: 'Error', message: 'WithdrawError: only 100 left' }],
    [['enhanced_error_serialization'], { ...error, code, data }],
  ])) {
    const old = await startObjects({ compatibilityDate, flags })
    try {
      assert.deepEqual(seen(await old.named('Account').failure('withdraw', 101)), expected)
    } finally {
      await old.stop()
    }
  }
})

test('Rust reads them', async () => {
  const account = objects.named('Account')
  assert.deepEqual(await account.call('readThrownInJavascript', 'range'), ['RangeError: too far', 'E_FAR', 416])
  assert.deepEqual(await account.call('readThrownInJavascript', 'custom'), ['CustomError: my own', null, 1])
})
