/** A JavaScript worker calls Rust objects: values, errors, and what a hostile caller gets. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects
/** @type {import('../harness/objects.mjs').RemoteObject} */
let values

before(async () => {
  objects = await startObjects()
  values = objects.named('Values')
})
after(() => objects?.stop())

const MAX = Number.MAX_SAFE_INTEGER

/** @type {[string, unknown[]][]} */
const ROUND_TRIPS = [
  ['int', [0, -1, 2 ** 31 - 1, -(2 ** 31)]],
  ['byte', [0, 255]],
  ['long', [0, MAX, -MAX]],
  ['unsigned', [0, MAX]],
  ['number', [0.1, -1.5, 1e300, Infinity, -Infinity, NaN, 5e-324]],
  ['boolean', [true, false]],
  ['text', ['', 'ä 🎉', 'before\0after', '__proto__']],
  ['list', [[], ['a', 'b']]],
  ['pair', [[1, 'a']]],
  ['maybe', [0, 7, null]],
  ['map', [{}, { a: 1, b: -2, constructor: 3, then: 4 }]],
  [
    'record',
    [
      { fullName: 'Ada', age: 36, tags: ['x'] },
      { fullName: '', age: null, tags: [] },
    ],
  ],
  ['kind', [{ kind: 'empty' }, { kind: 'sized', size: 3 }]],
]

for (const [method, samples] of ROUND_TRIPS) {
  test(`${method} gives back what it is given`, async () => {
    for (const sample of samples) assert.deepEqual(await values.call(method, sample), sample)
  })
}

test('what is absent may be null or undefined', async () => {
  assert.equal(await values.call('maybe', undefined), null)
  assert.equal(await values.call('maybe'), null)
  assert.equal(await values.call('greet', 'Ada'), 'Hello, Ada')
  assert.equal(await values.call('greet', 'Ada', null), 'Hello, Ada')
  assert.equal(await values.call('greet', 'Ada', 'Good day'), 'Good day, Ada')
  const record = await values.call('record', { fullName: 'Ada', tags: [], unknown: 1 })
  assert.deepEqual(record, { fullName: 'Ada', age: null, tags: [] })
})

test('a method without a result gives undefined', async () => {
  assert.equal(await values.call('nothing'), undefined)
})

test('a method may have another name in JavaScript', async () => {
  assert.equal(await values.call('delete', 'x'), 'deleted x')
  assert.equal((await values.failure('remove', 'x')).class, 'TypeError')
})

/** @type {[string, unknown[], RegExp][]} */
const WRONG = [
  ['int', [], /int\(value\)/],
  ['int', ['1'], /int\(value\)/],
  ['int', [1.5], /int\(value\)/],
  ['int', [NaN], /int\(value\)/],
  ['int', [2 ** 31], /int\(value\)/],
  ['int', [null], /int\(value\)/],
  ['int', [{}], /int\(value\)/],
  ['byte', [256], /byte\(value\)/],
  ['byte', [-1], /byte\(value\)/],
  ['unsigned', [-1], /unsigned\(value\)/],
  ['boolean', [1], /boolean\(value\)/],
  ['text', [5], /text\(value\)/],
  ['text', [undefined], /text\(value\)/],
  ['list', ['ab'], /list\(values\)/],
  ['list', [[1]], /list\(values\)/],
  ['pair', [[1]], /pair\(value\)/],
  ['map', [{ a: 'b' }], /map\(value\)/],
  ['record', [{ age: 1, tags: [] }], /record\(value\).*fullName/],
  ['kind', [{ kind: 'strange' }], /kind\(value\).*strange/],
  ['greet', [1], /greet\(name\)/],
  ['greet', ['Ada', 1], /greet\(greeting\)/],
]

test('wrong arguments are TypeErrors that name method and argument', async () => {
  for (const [method, args, message] of WRONG) {
    const failure = await values.failure(method, ...args)
    assert.equal(failure.class, 'TypeError', `${method} of ${args}: ${failure.message}`)
    assert.match(failure.message, message)
  }
})

test('extra arguments are TypeErrors', async () => {
  for (const [method, args, counts] of /** @type {const} */ ([
    ['int', [1, 2], /takes 1 arguments, was given 2/],
    ['nothing', [undefined], /takes 0 arguments, was given 1/],
  ])) {
    const failure = await values.failure(method, ...args)
    assert.equal(failure.class, 'TypeError')
    assert.match(failure.message, counts)
    assert.match(failure.message, new RegExp(method))
  }
})

test('errors of the object arrive with name and message', async () => {
  /** @type {[string, string, string][]} */
  const failures = [
    ['message', 'Error', 'something is wrong: ä 🎉'],
    ['value', 'ValueError', 'no such value'],
    ['limit', 'LimitError', 'the number of things is 2, above the limit of 1'],
    ['config', 'ConfigError', 'not configured'],
  ]
  for (const [kind, name, message] of failures) {
    const failure = await values.failure('fail', kind)
    assert.deepEqual([failure.class, failure.name, failure.message], ['Error', name, message])
    assert.equal(failure.own.remote, true)
  }
  const sql = await objects.named('Tables').failure('execute', 'SELEC 1', [])
  assert.equal(sql.name, 'SqlError')
  assert.match(sql.message, /syntax error.*`SELEC 1`/)
})

test('an error that was passed on is the same error', async () => {
  const failure = await objects.named('Caller').failure('errorOf', 'limit')
  assert.equal(failure.name, 'LimitError')
  assert.equal(failure.message, 'the number of things is 2, above the limit of 1')
})

const PROTOTYPE = [
  ...['free', '__destroy_into_raw', '__wbg_ptr', '__wrap', '__getClassFields', 'ptr', '__wbg_inst', '__construct'],
  ...['constructor', 'toString', 'toLocaleString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'],
  ...['propertyIsEnumerable', '__defineGetter__', '__defineSetter__', '__lookupGetter__', '__lookupSetter__'],
  ...['__proto__', 'prototype', 'apply', 'bind', 'toJSON', 'Symbol.iterator', 'Symbol.dispose'],
  ...['Symbol.asyncDispose', 'Symbol.toPrimitive', 'Symbol.toStringTag', 'Symbol.hasInstance'],
]
const RUNTIME = ['alarm', 'webSocketMessage', 'webSocketClose', 'webSocketError', 'scheduled', 'queue', 'tail', 'dup']
const INTERNAL = ['ctx', 'env', 'host', 'life', 'generation', 'call', 'init', 'replace', 'durable-object']
const PRIVATE = [
  'helper',
  'remove',
  'long_as_text',
  'increment',
  'panic',
  'boots',
  'execute',
  'METHODS',
  '0',
  '',
  'then',
]

/** @type {[string[], unknown[] | undefined][]} */
const ATTEMPTS = [
  ...[...PROTOTYPE, ...RUNTIME, ...INTERNAL, ...PRIVATE].flatMap((name) => [
    /** @type {[string[], undefined]} */ ([[name], undefined]),
    /** @type {[string[], unknown[]]} */ ([[name], []]),
    /** @type {[string[], unknown[]]} */ ([[name], [1, 'x', {}]]),
  ]),
  [['ctx', 'storage', 'deleteAll'], []],
  [['env', 'COUNTER'], undefined],
  [['constructor', 'prototype'], undefined],
  [['__proto__', 'free'], []],
  [
    ['host', 'call'],
    [0, []],
  ],
  [['host', 'free'], []],
  [['toString', 'constructor'], ['return 1']],
]

test('a hostile caller gets no further than with a plain JavaScript object', { timeout: 30_000 }, async () => {
  const [victim, plain] = [objects.named('Values'), objects.named('Plain')]
  for (const [path, args] of ATTEMPTS) {
    const calls = await victim.call('calls')
    const outcome = await victim.outcome(path, args)
    const attempt = `${path.join('.')} with ${args ? JSON.stringify(args) : 'no call'}`
    // The stub has some members of its own, which never leave the caller.
    assert.deepEqual(outcome, await plain.outcome(path, args), attempt)
    assert.doesNotMatch(JSON.stringify(outcome), /wasm|null pointer|unreachable|crashed/i, attempt)
    assert.equal(await victim.call('calls'), calls + 1, `the object is the same after ${attempt}`)
  }
})

test('a hostile caller finds nothing behind a method', async () => {
  const victim = objects.named('Values')
  for (const path of [
    ['calls', 'constructor'],
    ['calls', 'call'],
    ['calls', 'apply'],
    ['text', 'length'],
  ]) {
    const calls = await victim.call('calls')
    await victim.outcome(path, [1])
    assert.equal(await victim.call('calls'), calls + 1, `the object is the same after ${path.join('.')}`)
  }
  assert.equal((await victim.outcome(['calls', 'x'], [])).error.class, 'TypeError')
})

test('an object without fetch refuses requests and goes on', async () => {
  const counter = objects.named('Counter', freshName('without fetch'))
  const response = await counter.fetch('/')
  assert.equal(response.status, 500)
  await response.body?.cancel()
  assert.equal(await counter.call('increment', 2), 2)
})
