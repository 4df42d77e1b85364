/**
 * Values that structured clone takes and JSON does not, as JSON: `{ $: 'bigint', value: '1' }`. Shared by the tests
 * and the worker that they drive.
 */

/** A stream of this text, made where the value arrives. */
export class StreamOf {
  /** @param {string} text */
  constructor(text) {
    this.text = text
  }
}

/** Bytes that endless streams have given. */
export let pulled = 0

/**
 * Values that no text can describe, made where they are needed. Most of them are small when they are cloned.
 *
 * @type {Record<string, () => unknown>}
 */
const MADE = {
  endless: () =>
    new ReadableStream({
      type: 'bytes',
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        pulled += 1
        controller.enqueue(new Uint8Array(1))
      },
    }),
  cycle: () => {
    /** @type {any[]} */
    const cycle = []
    cycle.push(cycle)
    return cycle
  },
  /** Objects that contain themselves in every way, and more than once. */
  cycles: () => {
    /** @type {any} */
    const object = {}
    const map = new Map([['set', new Set([object])]])
    return Object.assign(object, { first: [object, map], second: object })
  },
  /** A list in which the same object is many times. */
  repeated: () => Array(100_000).fill({ a: 'x'.repeat(40), b: 'x'.repeat(40) }),
  /** Many views of the same bytes. */
  views: () => {
    const { buffer } = new Uint8Array(1_000_000)
    return Array.from({ length: 60 }, () => new Uint8Array(buffer))
  },
  long: () => 'x'.repeat(8_000_000),
  /** Something large, and an array that is taken back because it has a hole. */
  largeHoled: () => ({
    text: 'x'.repeat(100_000),
    unknown: ['y'.repeat(100_000), , 3],
    bytes: new Uint8Array(100_000),
  }),
  /** Two to the 64th power of strings. */
  laughs: () => Array.from({ length: 64 }).reduce((inner) => [inner, inner], 'ha'),
  deep: () => Array.from({ length: 1000 }).reduce((inner) => [inner], []),
  deepest: () => Array.from({ length: 127 }).reduce((inner) => [inner], []),
  sparse: () => new Array(2 ** 32 - 1),
  holed: () => [1, , 3],
  huge: () => 2n ** 100_000n,
  invalidDate: () => new Date(NaN),
  error: () => new RangeError('out'),
  pattern: () => /x/g,
  boxed: () => Object('x'),
  function: () => () => 1,
  throwing: () => () => {
    throw Object.assign(new RangeError('too far'), { limit: 3 })
  },
  method: () => ({ call: () => 1 }),
  stream: () => new Response('x').body,
  response: () => new Response('x'),
  request: () => new Request('http://x/'),
  headers: () => new Headers({ x: 'y' }),
}

/** A value that only the driver can make, by its name. @param {keyof typeof MADE} name */
export const made = (name) => new Made(name)

class Made {
  /** @param {string} name */
  constructor(name) {
    this.name = name
  }
}

/** @param {string} name @param {ArrayBuffer} buffer */
const viewOf = (name, buffer) => (name === 'ArrayBuffer' ? buffer : new /** @type {any} */ (globalThis)[name](buffer))

/** @param {unknown} value @returns {any} */
export const encode = (value) => {
  switch (typeof value) {
    case 'undefined':
      return { $: 'undefined' }
    case 'bigint':
      return { $: 'bigint', value: String(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', value: nameOf(value) }
    case 'string':
      return value.isWellFormed() ? value : { $: 'text', value: [...value].map((unit) => unit.charCodeAt(0)) }
    case 'object':
      return encodeObject(value)
    case 'function':
    case 'symbol':
      return { $: typeof value, value: String(value) }
    default:
      return value
  }
}

/** @param {any} value @returns {any} */
export const decode = (value) => {
  if (Array.isArray(value)) return value.map(decode)
  if (value === null || typeof value !== 'object') return value
  switch (value.$) {
    case undefined:
      return fromEntries(Object.entries(value))
    case 'undefined':
      return undefined
    case 'bigint':
      return BigInt(value.value)
    case 'number':
      return Number(value.value)
    case 'text':
      return value.value.map((/** @type {number} */ unit) => String.fromCharCode(unit)).join('')
    case 'bytes':
      return Uint8Array.from(value.value)
    case 'view':
      return viewOf(value.class, Uint8Array.from(value.value).buffer)
    case 'map':
      return new Map(value.value.map(decode))
    case 'set':
      return new Set(value.value.map(decode))
    case 'made':
      return MADE[value.value]()
    case 'date':
      return new Date(value.value)
    case 'object':
      return fromEntries(value.value)
    case 'error':
      return value.value
    case 'stream':
      return new Response(value.value).body
    default:
      throw new TypeError(`a ${value.$} cannot be decoded: ${value.value}`)
  }
}

/** @param {number} value */
const nameOf = (value) => (Object.is(value, -0) ? '-0' : String(value))

/** @param {object | null} value */
const encodeObject = (value) => {
  if (value === null) return null
  if (Array.isArray(value)) return value.map(encode)
  if (value instanceof StreamOf) return { $: 'stream', value: value.text }
  if (value instanceof Map) return { $: 'map', value: [...value].map(encode) }
  if (value instanceof Error) return { $: 'error', value: [value.constructor.name, value.name, value.message] }
  if (value instanceof Date) return { $: 'date', value: value.toISOString() }
  if (value instanceof Set) return { $: 'set', value: [...value].map(encode) }
  if (value instanceof Made) return { $: 'made', value: value.name }
  if (value instanceof Uint8Array) return { $: 'bytes', value: [...value] }
  if (value instanceof ArrayBuffer) return { $: 'view', class: 'ArrayBuffer', value: [...new Uint8Array(value)] }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return { $: 'view', class: value.constructor.name, value: [...bytes] }
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return { $: 'instance', value: prototype.constructor.name }
  return { $: 'object', value: Object.entries(value).map(([key, member]) => [key, encode(member)]) }
}

/** Own properties, also one called `__proto__`. @param {[string, any][]} entries */
const fromEntries = (entries) => Object.fromEntries(entries.map(([key, value]) => [key, decode(value)]))
