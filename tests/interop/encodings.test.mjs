/** Events as the official packages encode them, and as Rust does: `tests/schema/encodings.rs` has the same events. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { before, test } from 'node:test'

import { Events, Schema } from '@livestore/livestore'
import { DateTime, Duration, Option } from 'effect'

import { randomNumbers } from '../harness/random.mjs'

const { Boolean, Number, String, optional } = Schema

const SEED = globalThis.Number(process.env.SEED ?? Date.now() % 1_000_000)

const Shape = Schema.Union(
  Schema.TaggedStruct('Circle', { radius: Number }),
  Schema.TaggedStruct('Square', { side: Number }),
)

/** @type {Record<string, [schema: any, value: any]>} */
const CASES = {
  'v1.Plain': [
    Schema.Struct({
      aString: String,
      aNumber: Number,
      anInt: Schema.Int,
      aBoolean: Boolean,
      literals: Schema.Array(Schema.Literal('low', 'high')),
    }),
    {
      aString: 'é "quoted" \\ \u0001\n\u2028 🦀',
      aNumber: -1234.5,
      anInt: globalThis.Number.MAX_SAFE_INTEGER,
      aBoolean: true,
      literals: ['low', 'high'],
    },
  ],
  'v1.Dates': [
    Schema.Struct({ date: Schema.Date, dateTime: Schema.DateTimeUtc, fromNumber: Schema.DateFromNumber }),
    {
      date: new Date('2024-01-02T03:04:05.678Z'),
      dateTime: DateTime.unsafeMake(-1),
      fromNumber: new Date('2024-01-02T03:04:05.678Z'),
    },
  ],
  'v1.NullOr': [
    Schema.Struct({
      none: Schema.NullOr(Number),
      some: Schema.NullOr(Number),
      optionNone: Schema.OptionFromNullOr(Number),
      optionSome: Schema.OptionFromNullOr(Number),
    }),
    { none: null, some: 1, optionNone: Option.none(), optionSome: Option.some(2) },
  ],
  'v1.Optional': [
    Schema.Struct({
      none: optional(Number),
      some: optional(Number),
      undefinedNone: Schema.UndefinedOr(Number),
      undefinedSome: Schema.UndefinedOr(Number),
    }),
    { some: 1, undefinedNone: undefined, undefinedSome: 2 },
  ],
  'v1.Option': [
    Schema.Struct({ none: Schema.Option(Number), some: Schema.Option(Number) }),
    { none: Option.none(), some: Option.some(1) },
  ],
  'v1.Tagged': [
    Schema.Struct({ shapes: Schema.Array(Shape) }),
    {
      shapes: [
        { _tag: 'Circle', radius: 1.5 },
        { _tag: 'Square', side: 2 },
      ],
    },
  ],
  'v1.BigInt': [Schema.Struct({ small: Schema.BigInt, large: Schema.BigInt }), { small: -12n, large: 1n << 100n }],
  'v1.Bytes': [
    Schema.Struct({ numbers: Schema.Uint8Array, vec: Schema.Uint8Array, base64: Schema.Uint8ArrayFromBase64 }),
    {
      numbers: new Uint8Array([1, 255]),
      vec: new Uint8Array(),
      base64: new Uint8Array([1, 255, 251, 239, 190]),
    },
  ],
  'v1.Collections': [
    Schema.Struct({
      map: Schema.Map({ key: Number, value: String }),
      set: Schema.Set(Number),
      record: Schema.Record({ key: String, value: Boolean }),
      tuple: Schema.Tuple(Number, String),
    }),
    {
      map: new Map([
        [1, 'a'],
        [2, 'b'],
      ]),
      set: new Set([1, 2]),
      record: { 'a b': true, c: false },
      tuple: [1, 'x'],
    },
  ],
  'v1.Durations': [
    Schema.Struct({
      millis: Schema.Duration,
      nanos: Schema.Duration,
      number: Schema.DurationFromMillis,
      fraction: Schema.DurationFromMillis,
    }),
    {
      millis: Duration.millis(1500),
      nanos: Duration.nanos(1500n),
      number: Duration.seconds(2),
      fraction: Duration.nanos(1500n),
    },
  ],
  'v1.Url': [Schema.Struct({ url: Schema.URL }), { url: new URL('https://example.com/a?b=c#d') }],
  'v1.Empty': [Schema.Struct({}), {}],
  'v1.Numbers': [Schema.Struct({ list: Schema.Array(Number) }), { list: [0, -0, 0.1, 1e20, -2.5] }],
}

const events = Object.fromEntries(
  Object.entries(CASES).map(([name, [schema]]) => [name, Events.synced({ name, schema })]),
)

/** The arguments as a client stores and sends them. @param {string} name */
const encoded = (name) => {
  const event = /** @type {any} */ (events[name])
  // The definition checks the value, as a commit does.
  const { args } = event(CASES[name]?.[1])
  return JSON.stringify(Schema.encodeSync(event.schema)(args))
}

/**
 * Runs the example, and returns the names and arguments that it prints.
 *
 * @param {string} command
 * @param {[name: string, args: string][]} lines
 * @returns {[name: string, args: string][]}
 */
const rust = (command, lines = []) => {
  const cargo = process.env.CARGO ?? 'cargo'
  const args = ['run', '--quiet', '--package', 'durable-object-schema-tests', '--example', 'encodings', '--', command]
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const printed = execFileSync(cargo, args, {
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 64 << 20,
  })
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** @type {Map<string, string>} */
let samples

before(() => {
  samples = new Map(rust('samples'))
})

test('Rust and JavaScript have the same events', () => {
  assert.deepEqual([...samples.keys()], Object.keys(CASES))
})

for (const [name, [schema]] of Object.entries(CASES)) {
  test(`${name} is the same text from both`, () => {
    assert.equal(samples.get(name), encoded(name))
  })

  test(`${name} of Rust is read by JavaScript`, () => {
    const read = Schema.decodeUnknownSync(schema)(JSON.parse(samples.get(name) ?? ''))
    assert.equal(JSON.stringify(Schema.encodeSync(schema)(read)), encoded(name))
  })
}

test('all events of JavaScript are read by Rust', () => {
  const lines = Object.keys(CASES).map((name) => /** @type {[string, string]} */ ([name, encoded(name)]))
  assert.deepEqual(rust('echo', lines), lines)
})

test('a date without milliseconds, and arguments that are nothing or more than wanted, are read by Rust', () => {
  const [[, dates] = [], ...empty] = rust('echo', [
    ['v1.Dates', '{"date":"2024-01-02T03:04:05Z","dateTime":"2024-01-02T03:04:05Z","fromNumber":0}'],
    ['v1.Empty', 'null'],
    ['v1.Empty', '{"more":[]}'],
  ])
  assert.equal(dates, '{"date":"2024-01-02T03:04:05.000Z","dateTime":"2024-01-02T03:04:05.000Z","fromNumber":0}')
  assert.deepEqual(empty, [
    ['v1.Empty', '{}'],
    ['v1.Empty', '{}'],
  ])
  // Void of JavaScript is an empty variant of Rust: nothing in the log, and anything is read.
  assert.equal(JSON.stringify(Schema.encodeSync(Schema.Void)(undefined)), undefined)
  Schema.decodeUnknownSync(Schema.Void)({})
})

test('every number comes back with all of its bits', (t) => {
  t.diagnostic(`SEED=${SEED}`)
  const below = randomNumbers(SEED)
  const words = Uint32Array.from({ length: 20_000 }, () => below(2 ** 32))
  const random = [...new Float64Array(words.buffer)].filter(globalThis.Number.isFinite)
  const list = [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e21, 1e-7, 5.962356674331441e-21, ...random]
  const [[, args] = ['', '']] = rust('echo', [['v1.Numbers', JSON.stringify({ list })]])
  assert.deepEqual(JSON.parse(args).list, list)
})
