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

/** @param {unknown} value @returns {any} */
export const encode = (value) => {
  switch (typeof value) {
    case 'undefined':
      return { $: 'undefined' }
    case 'bigint':
      return { $: 'bigint', value: String(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', value: nameOf(value) }
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
    case 'bytes':
      return Uint8Array.from(value.value)
    case 'map':
      return new Map(value.value.map(decode))
    case 'date':
      return new Date(value.value)
    case 'object':
      return fromEntries(value.value)
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
  if (value instanceof Date) return { $: 'date', value: value.toISOString() }
  if (value instanceof ArrayBuffer) return { $: 'bytes', value: [...new Uint8Array(value)] }
  if (ArrayBuffer.isView(value)) {
    return { $: 'bytes', value: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] }
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return { $: 'instance', value: prototype.constructor.name }
  return { $: 'object', value: Object.entries(value).map(([key, member]) => [key, encode(member)]) }
}

/** Own properties, also one called `__proto__`. @param {[string, any][]} entries */
const fromEntries = (entries) => Object.fromEntries(entries.map(([key, value]) => [key, decode(value)]))
