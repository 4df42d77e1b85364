/** Values on their way from JavaScript to Rust and back. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'

import { assertNamesTest } from '../harness/documented-tests.mjs'
import { startObjects } from '../harness/objects.mjs'
import { made } from '../harness/tagged.mjs'
import { eventually } from '../harness/wait.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects
/** @type {import('../harness/objects.mjs').RemoteObject} */
let echo

before(async () => {
  objects = await startObjects()
  echo = objects.named('Echo')
})
after(() => objects?.stop())

const SAFE = Number.MAX_SAFE_INTEGER
const EVERY_ASCII = String.fromCharCode(...Array(128).keys())
const TODO = { id: 1, title: 'Buy milk', done: false, tags: ['home', ''], score: 0.25 }
const LONG_BYTES = Uint8Array.from({ length: 100_000 }, (_, index) => index)
/** Values that cross by themselves, and not on the tape. */
const LARGE = 64 * 1024

/** @type {[string, unknown[]][]} */
// prettier-ignore
const ROUND_TRIPS = [
  ['long', [0, 63, -64, 64, 2 ** 31, -(2 ** 31) - 1, SAFE, -SAFE]],
  ['huge', [0n, -1n, 2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, 2n ** 127n - 1n, -(2n ** 127n)]],
  ['unsignedHuge', [0n, 2n ** 64n - 1n, 2n ** 128n - 1n]],
  ['number', [-0, 0, 2 ** 31, -(2 ** 31), 0.1, 1e300, 5e-324, NaN, Infinity, -Infinity]],
  ['float', [0.5, -1.25, Infinity]],
  ['text', ['', EVERY_ASCII, 'ä', '🎉\uFEFF', '\uFEFFx', 'x'.repeat(64), 'ä'.repeat(64), '🎉'.repeat(5000), 'x'.repeat(1e6)]],
  ['text', [LARGE - 1, LARGE, LARGE + 1].flatMap((length) => ['x'.repeat(length), 'ä'.repeat(length), '🎉\0'.repeat(length)])],
  ['character', ['x', 'ä', '🎉']],
  ['bytes', [Uint8Array.of(), Uint8Array.of(0, 1, 255), LONG_BYTES]],
  ['blob', [Uint8Array.of(), Uint8Array.of(0, 1, 255), LONG_BYTES]],
  ['files', [{ a: Uint8Array.of(1), b: Uint8Array.of(), c: null }]],
  ['floats', [[], [0.5, -0, 1]]],
  ['set', [[], [1, 2]]],
  ['unit', [undefined]],
  ['nothings', [[null, null, null]]],
  ['todos', [[], [TODO, { ...TODO, id: 2, title: 'ä🎉' }, { ...TODO, id: 2 ** 32 - 1, tags: [] }]]],
  ['map', [{}, { ä: 1, '': 2, 'a b': 3, ['x'.repeat(200)]: 4 }, JSON.parse('{"__proto__":1,"constructor":2}')]],
  ['maps', [Array.from({ length: 5 }, (_, at) => Object.fromEntries(EVERY_ASCII.slice(at, 60).split('').map((key) => [key, at])))]],
  ['numbered', [{ 1: 'a', '-9007199254740993': 'b' }]],
  ['votes', [{ false: 1, true: 2 }]],
  ['shapes', [['Empty', { Scaled: 0.5 }, { Pair: [1, 'x'] }, { Named: { name: null } }, { Named: { name: 'x' } }, 'Empty']]],
  ['tagged', [{ kind: 'Nothing' }, { kind: 'File', content: Uint8Array.of(1, 2), since: new Date(5) }]],
  ['flat', [{ id: 1 }, { id: 1, a: 2, b: 3 }]],
  ['date', [new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15)]],
  ['dates', [{ a: [new Date(1), new Date(2)], b: [] }]],
  ['nested', [[], [[], [[]]]]],
  ['large', [{ text: 'ä'.repeat(LARGE), bytes: LONG_BYTES }, { text: '', bytes: Uint8Array.of() }]],
  ['json', [{ a: ['x'.repeat(LARGE), 'y'.repeat(LARGE)], b: 'z'.repeat(LARGE) }]],
  ['tagged', [{ kind: 'File', content: LONG_BYTES, since: new Date(5) }]],
  ['json', [null, true, 1.5, 'x', [null], { a: null, b: {} }]],
  ['tree', [1, { children: [1, { children: [] }] }]],
]

for (const [method, samples] of ROUND_TRIPS) {
  test(`${method} gives back what it is given`, async () => {
    for (const sample of samples) assert.deepEqual(await echo.call(method, sample), sample)
  })
}

test('what objects inherit is not passed on', async () => {
  const scripted = objects.named('Scripted')
  await scripted.call('inherit', 'inherited', 1)
  try {
    assert.deepEqual(await echo.call('map', { own: 2 }), { own: 2 })
  } finally {
    await scripted.call('inherit', 'inherited', undefined)
  }
})

test('an object written in JavaScript gets the same as a worker', async () => {
  const called = objects.named('Echo', 'called by an object', 'object')
  for (const [method, samples] of ROUND_TRIPS) {
    for (const sample of samples) assert.deepEqual(await called.call(method, sample), sample, method)
  }
})

test('a Rust worker and a Rust object get back what they send', async () => {
  const byWorker = await objects.rust('/echo')
  const byObject = await objects.named('Caller').call('echoAll')
  assert.deepEqual(byWorker, byObject)
  assert.equal(Object.keys(byWorker).length, 21)
  for (const [kind, difference] of Object.entries(byWorker)) assert.equal(difference, null, `${kind}: ${difference}`)
})

/** @type {[string, unknown, unknown][]} */
// prettier-ignore
const ALSO_ACCEPTED = [
  ['long', 5n, 5],
  ['long', -0, 0],
  ['long', new Date(7), 7],
  ['huge', 5, 5n],
  ['number', new Date(7), 7],
  ['float', 0.1, Math.fround(0.1)],
  ['text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['date', '1970-01-01T00:00:00.005Z', new Date(5)],
  ['bytes', [0, 255], Uint8Array.of(0, 255)],
  ['bytes', new Set([1, 2]), Uint8Array.of(1, 2)],
  ['bytes', Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2)],
  ['bytes', new DataView(Uint8Array.of(0, 1, 2).buffer, 1), Uint8Array.of(1, 2)],
  ['bytes', Uint16Array.of(1), Uint8Array.of(1, 0)],
  ['bytes', LONG_BYTES.subarray(5, 9), Uint8Array.of(5, 6, 7, 8)],
  ['blob', Float32Array.of(1), Uint8Array.of(0, 0, 128, 63)],
  ['blob', [1], Uint8Array.of(1)],
  ['floats', Uint8Array.of(1, 2), [1, 2]],
  ['floats', new Set([0.5]), [0.5]],
  ['set', new Set([2, 1, 2]), [1, 2]],
  ['unit', null, undefined],
  ['json', undefined, null],
  ['json', NaN, null],
  ['json', -0, 0],
  ['json', LONG_BYTES, [...LONG_BYTES]],
  ['large', made('largeHoled'), { text: 'x'.repeat(100_000), bytes: new Uint8Array(100_000) }],
  ['flat', { id: -0, a: -0 }, { id: 0, a: 0 }],
  ['nothings', [undefined, undefined, undefined], [null, null, null]],
  ['map', new Map([['__proto__', 1], ['b', 2]]), JSON.parse('{"__proto__":1,"b":2}')],
  ['map', { a: 1, b: undefined }, { a: 1 }],
  ['numbered', new Map(/** @type {[any, string][]} */ ([[1, 'a'], [2n, 'b'], ['3', 'c']])), { 1: 'a', 2: 'b', 3: 'c' }],
  ['votes', new Map([[true, 1]]), { true: 1 }],
  ['shapes', [{ Empty: null }, { Named: {} }, new Map([['Scaled', 1]])], ['Empty', { Named: { name: null } }, { Scaled: 1 }]],
  ['todos', [{ ...TODO, unknown: made('function') }], [TODO]],
  ['todos', [{ ...TODO, unknown: { a: 'x', '\uD800': 1 } }, TODO], [TODO, TODO]],
  ['todos', new Set([new Map(Object.entries(TODO))]), [TODO]],
  // A value that is taken back takes its keys along. The keys after it are still read.
  ['todos', [{ unknown: new Map(/** @type {[any, any][]} */ ([['k', { fresh: 1, title: 2 }], [{}, 3]])), ...TODO }, TODO], [TODO, TODO]],
]

test('what means the same is accepted as well', async () => {
  for (const [method, given, result] of ALSO_ACCEPTED) {
    assert.deepEqual(await echo.call(method, given), result, `${method} of ${given}`)
  }
})

test('the time is the time', async () => {
  const before = Date.now()
  const now = await echo.call('now')
  assert.ok(now instanceof Date && now.getTime() >= before && now.getTime() <= Date.now())
})

test('what an object logs is in the log of the worker', async () => {
  await echo.call('log', 'ä 🎉')
  await eventually(() => objects.server.log.includes('logged: ä 🎉'), 'it is logged')
})

test('every documented difference names a test that exists', () => {
  const rows = readFileSync(new URL('../../docs/values.md', import.meta.url), 'utf8').matchAll(
    /(`reference::.*`) \|$/gm,
  )
  const cells = [...rows].map(([, cell]) => cell)
  for (const cell of cells) {
    assertNamesTest(cell, (module) => `tests/workers/objects/src/tests/${module.replaceAll('::', '/')}.rs`)
  }
  const tests = readFileSync(new URL('../workers/objects/src/tests/reference/differences.rs', import.meta.url), 'utf8')
  assert.equal(cells.length, tests.split('#[wasm_bindgen_test]').length - 2, 'all but that of what throws are listed')
})

/** @type {[string, unknown, string][]} */
// prettier-ignore
const REFUSED = [
  ['long', 2 ** 53, '9007199254740992 is beyond ±(2^53-1) and may have been rounded; pass a bigint'],
  ['long', 0.5, 'invalid type: floating point `0.5`, expected i64'],
  ['long', 2n ** 63n, 'invalid value: integer `9223372036854775808`, expected i64'],
  ['huge', 2n ** 128n, 'invalid type: bigint of more than 128 bits, expected i128'],
  ['huge', made('huge'), 'invalid type: bigint of more than 128 bits, expected i128'],
  ['number', 1n, 'invalid type: bigint, expected f64'],
  ['number', null, 'invalid type: null, expected f64'],
  ['number', {}, 'invalid type: object, expected f64'],
  ['text', 'x\uD800', 'invalid type: string with an unpaired surrogate, expected a string'],
  ['text', made('boxed'), 'invalid type: String, expected a string'],
  ['character', 'ab', 'invalid value: string "ab", expected a character'],
  ['bytes', [0, 256], '[1]: invalid value: integer `256`, expected u8'],
  ['bytes', 'x', 'invalid type: string "x", expected a sequence'],
  ['floats', Float32Array.of(1), 'invalid type: Float32Array, expected a sequence'],
  ['floats', made('holed'), 'invalid type: array with holes, expected a sequence'],
  ['floats', made('sparse'), 'invalid type: array with holes, expected a sequence'],
  ['floats', { length: 1 }, 'invalid type: object, expected a sequence'],
  ['nothings', [null, null], 'invalid length 2, expected a tuple of size 3'],
  ['map', { a: { b: 1 } }, 'a: invalid type: object, expected i32'],
  ['map', new Map([[{}, 1]]), 'invalid type: Map with a key that is no string, number, bigint or boolean, expected a map'],
  ['map', { '\uD800': 1 }, 'invalid type: object with an unpaired surrogate in a key, expected a map'],
  ['map', new Map([['\uD800', 1]]), 'invalid type: Map with an unpaired surrogate in a key, expected a map'],
  ['numbered', new Map([[2 ** 53, 'a']]), 'invalid type: Map with a key beyond ±(2^53-1), expected a map'],
  ['numbered', { x: 'a' }, 'x: invalid type: string "x", expected i64'],
  ['shapes', ['Empty', { Pair: [1, 2] }], '[1].Pair[1]: invalid type: integer `2`, expected a string'],
  ['shapes', ['Scaled'], '[0]: invalid type: unit variant, expected newtype variant'],
  ['shapes', [{ Scaled: 1, Empty: null }], '[0]: unexpected field `Empty`'],
  ['todos', [TODO, { ...TODO, tags: ['x', 1] }], '[1].tags[1]: invalid type: integer `1`, expected a string'],
  ['todos', [{ ...TODO, done: undefined }], '[0]: missing field `done`'],
  ['tagged', { kind: 'File', content: [1], since: 'x' }, 'invalid value: string "x", expected a Date, or text such as 2026-01-31T12:00:00.000Z'],
  ['date', made('invalidDate'), 'invalid type: Invalid Date, expected a Date, or text such as 2026-01-31T12:00:00.000Z'],
  ['date', 5, 'invalid type: integer `5`, expected a Date, or text such as 2026-01-31T12:00:00.000Z'],
  ['map', made('method'), 'call: invalid type: function, expected i32'],
  ['map', made('function'), 'invalid type: function, expected a map'],
  ['map', made('error'), 'invalid type: RangeError, expected a map'],
  ['map', made('pattern'), 'invalid type: RegExp, expected a map'],
  ['map', made('stream'), 'invalid type: ReadableStream, expected a map'],
  ['map', made('response'), 'invalid type: Response, expected a map'],
  ['map', made('request'), 'invalid type: Request, expected a map'],
  ['map', made('headers'), 'invalid type: Headers, expected a map'],
  ['text', `${'x'.repeat(LARGE)}\uD800`, 'invalid type: string with an unpaired surrogate, expected a string'],
  ['nested', made('cycle'), '[0]: invalid type: a value that contains itself, expected a sequence'],
  ['maps', [made('cycles')], '[0].first: invalid type: array, expected i32'],
  ['json', made('cycles'), 'first[0]: invalid type: a value that contains itself, expected any valid JSON value'],
  ['nested', made('laughs'), 'the value takes more than 67108864 bytes'],
  ['json', made('repeated'), 'the value has the same objects in it more than 16 times'],
  ['json', made('views'), 'the value has the same objects in it more than 16 times'],
]

test('what is something else is refused, with what it is and where', async () => {
  for (const [method, given, why] of REFUSED) {
    const failure = await echo.failure(method, given)
    assert.deepEqual([failure.class, failure.message], ['TypeError', `${method}(value): ${why}`])
  }
})

test('a large text is in the memory of the object once', async () => {
  const before = await echo.call('memory')
  const text = await echo.call('text', made('long'))
  assert.equal(text.length, 8_000_000)
  const more = (await echo.call('memory')) - before
  assert.ok(more < 1.5 * text.length, `${more} bytes more for ${text.length}`)
})

test('what has no end is refused, and the object goes on', async () => {
  const failure = await echo.failure('nested', made('deep'))
  assert.equal(failure.class, 'TypeError')
  assert.match(failure.message, /^nested\(value\): (\[0\]){128}: .*nested deeper than 128 levels/)
  assert.equal(JSON.stringify(await echo.call('nested', made('deepest'))), '['.repeat(128) + ']'.repeat(128))
})

test('a result that JavaScript cannot have is an error', async () => {
  for (const integer of [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    assert.equal(await echo.call('longAsText', integer), String(integer))
    const failure = await echo.failure('longFromText', String(integer))
    assert.equal(failure.name, 'ValueError')
    assert.match(failure.message, new RegExp(`the result: ${integer} is beyond .*use i128`))
  }
  assert.match((await echo.failure('positions')).message, /Position cannot be a key/)
  assert.equal(JSON.stringify(await echo.call('nest', 128)), '['.repeat(128) + ']'.repeat(128))
  assert.match((await echo.failure('nest', 129)).message, /nested deeper than 128 levels/)
})
