// Values to and from the tape on which they cross the boundary; `codec/tape.rs` describes it.

const END = 0;
const UNDEFINED = 1;
const NULL = 2;
const FALSE = 3;
const TRUE = 4;
const INTEGER = 5;
const NUMBER = 6;
const BIGINT = 7;
const TEXT = 8;
const NAME = 9;
const BYTES = 10;
const VIEW = 11;
const ARRAY = 12;
const OBJECT = 13;
const DATE = 14;
const OTHER = 15;

/** How deep arrays and objects may be nested. */
const MAX_DEPTH = 128;

/**
 * The longest tape in bytes. Arguments of RPC are at most 32 MiB, and no tape is more than twice as long;
 * unless a value is in them many times over, which costs the caller nothing.
 */
const MAX_LENGTH = 64 * 1024 * 1024;

/** Up to this length an ASCII string is written faster by hand. */
const SHORT = 64;

/** Keys that need not be written again. */
const MAX_KEYS = 16;

/** The size of the buffer for tapes, in bytes, at first, and at most while there is nothing to write. */
const INITIAL_SIZE = 4 * 1024;
const MAX_IDLE_SIZE = 1024 * 1024;

const encoder = new TextEncoder();

/** The value on a tape that Rust wrote. */
export function build(tape, text) {
  const reader = new Reader(tape, text);
  return reader.value(reader.byte());
}

class Reader {
  constructor(tape, text) {
    this.tape = tape;
    this.view = new DataView(tape.buffer, tape.byteOffset, tape.length);
    this.text = text;
    this.at = 0;
    this.cut = 0;
    this.names = [];
  }

  value(tag) {
    switch (tag) {
      case UNDEFINED:
        return undefined;
      case NULL:
        return null;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INTEGER: {
        const zigzag = this.length();
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case NUMBER:
        return this.number();
      case BIGINT: {
        const negative = this.byte() !== 0;
        const at = this.skip(16);
        const high = negative ? this.view.getBigInt64(at + 8, true) : this.view.getBigUint64(at + 8, true);
        return (high << 64n) | this.view.getBigUint64(at, true);
      }
      case TEXT:
        return this.piece();
      case NAME:
        return this.name(this.length());
      case BYTES: {
        const length = this.length();
        const at = this.skip(length);
        return this.tape.slice(at, at + length);
      }
      case ARRAY:
        return this.array();
      case OBJECT:
        return this.object();
      case DATE:
        return new Date(this.number());
    }
    throw new TypeError(`the tape has no tag ${tag}`);
  }

  array() {
    const array = [];
    for (let tag = this.byte(); tag !== END; tag = this.byte()) array.push(this.value(tag));
    return array;
  }

  object() {
    const object = {};
    for (let index = this.length(); index !== 0; index = this.length()) {
      const key = this.name(index);
      const value = this.value(this.byte());
      // Assigned, this one would be the prototype.
      if (key === "__proto__") {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    }
    return object;
  }

  /** A name by its number: 1 is one of its own, others repeat. */
  name(number) {
    if (number === 1) return this.piece();
    return (this.names[number - 2] ??= this.piece());
  }

  piece() {
    const start = this.cut;
    this.cut += this.length();
    return this.text.slice(start, this.cut);
  }

  byte() {
    return this.tape[this.at++];
  }

  length() {
    let byte = this.byte();
    let length = byte & 0x7f;
    for (let scale = 0x80; byte > 0x7f; scale *= 0x80) {
      byte = this.byte();
      length += (byte & 0x7f) * scale;
    }
    return length;
  }

  number() {
    return this.view.getFloat64(this.skip(8), true);
  }

  /** Where the next bytes begin, which are then behind. */
  skip(length) {
    const { at } = this;
    this.at += length;
    return at;
  }
}

/** The writer whose buffer is used again, unless it is in use: getters of a value may call Rust. */
let idle;

/** The tape of a value. It is good until the next one is written. */
export function tape(value) {
  const writer = idle ?? new Writer();
  idle = undefined;
  writer.at = 0;
  writer.known = 0;
  writer.likely = 0;
  writer.value(value, 0);
  if (writer.bytes.length <= MAX_IDLE_SIZE) idle = writer;
  return writer.bytes.subarray(0, writer.at);
}

class Writer {
  constructor() {
    this.at = 0;
    this.keys = Array(MAX_KEYS).fill("");
    /** How many of them are on this tape. */
    this.known = 0;
    /** Objects repeat their keys in the same order, so this is the likely index of the next one. */
    this.likely = 0;
    this.allocate(INITIAL_SIZE);
  }

  value(value, depth) {
    // Compared one by one: each is a check of its own, a `switch` looks the name of the type up.
    if (typeof value === "string") return this.text(TEXT, value);
    if (typeof value === "number") return this.number(value);
    if (typeof value === "boolean") return this.tag(value ? TRUE : FALSE);
    if (value === null) return this.tag(NULL);
    if (typeof value === "object") return this.object(value, depth + 1);
    if (value === undefined) return this.tag(UNDEFINED);
    if (typeof value === "bigint") return this.bigint(value);
    return this.other(typeof value);
  }

  object(value, depth) {
    if (depth > MAX_DEPTH) return this.other(`a value nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) return this.array(value, depth);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      this.tag(OBJECT);
      // Faster than `Object.keys`; what somebody added to `Object.prototype` is in it.
      for (const key in value) {
        if (Object.prototype.hasOwnProperty.call(value, key)) this.property(key, value[key], depth);
      }
      return this.length(0);
    }
    if (value instanceof Date) return this.date(value);
    if (value instanceof Uint8Array || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return this.bytesOf(value);
    }
    if (value instanceof Set) return this.array([...value], depth);
    if (value instanceof Map) return this.map(value, depth);
    const name = prototype.constructor?.name;
    return this.other(typeof name === "string" && name !== "" ? name : "object with a prototype");
  }

  array(array, depth) {
    const { at, known } = this;
    const { length } = array;
    this.tag(ARRAY);
    this.length(length);
    for (let index = 0; index < length; index += 1) {
      const element = array[index];
      // It may have any length, at no cost to the caller.
      if (element === undefined && !(index in array)) {
        this.back(at, known);
        return this.other("array with holes");
      }
      this.value(element, depth);
    }
  }

  /** Keys that are no strings are read back from their text, as those of objects are. */
  map(map, depth) {
    const { at, known } = this;
    this.tag(OBJECT);
    for (const [key, value] of map) {
      if (typeof key === "object" || typeof key === "function" || typeof key === "symbol") {
        this.back(at, known);
        return this.other(`Map with a key that is no string, number, bigint or boolean`);
      }
      this.property(String(key), value, depth);
    }
    this.length(0);
  }

  /** What is undefined is missing, as in JSON. */
  property(key, value, depth) {
    if (value === undefined) return;
    this.key(key);
    this.value(value, depth);
  }

  key(key) {
    let index = this.likely;
    if (index >= this.known || this.keys[index] !== key) {
      index = 0;
      while (index < this.known && this.keys[index] !== key) index += 1;
    }
    this.likely = index + 1;
    if (index < this.known) return this.length(index + 2);
    this.tag(1);
    if (!this.string(key)) throw new TypeError("a key with an unpaired surrogate");
    if (index < MAX_KEYS) {
      this.keys[index] = key;
      this.known = index + 1;
    }
  }

  /** Takes back what was written since, and the keys that were known since. */
  back(at, known) {
    this.at = at;
    this.known = known;
  }

  number(number) {
    this.reserve(9);
    const integer = number | 0;
    if (integer === number && (integer !== 0 || Object.is(number, 0))) {
      this.bytes[this.at++] = INTEGER;
      this.length(((integer << 1) ^ (integer >> 31)) >>> 0);
    } else {
      this.bytes[this.at] = NUMBER;
      this.view.setFloat64(this.at + 1, number, true);
      this.at += 9;
    }
  }

  bigint(bigint) {
    const bits = BigInt.asUintN(128, bigint);
    if (bits !== bigint && BigInt.asIntN(128, bigint) !== bigint) return this.other("bigint of more than 128 bits");
    this.reserve(18);
    this.bytes[this.at] = BIGINT;
    this.bytes[this.at + 1] = bigint < 0n ? 1 : 0;
    this.view.setBigUint64(this.at + 2, BigInt.asUintN(64, bits), true);
    this.view.setBigUint64(this.at + 10, bits >> 64n, true);
    this.at += 18;
  }

  date(date) {
    const millis = Date.prototype.getTime.call(date);
    if (Number.isNaN(millis)) return this.other("Invalid Date");
    this.tag(DATE);
    this.reserve(8);
    this.view.setFloat64(this.at, millis, true);
    this.at += 8;
  }

  bytesOf(value) {
    const isView = ArrayBuffer.isView(value);
    const bytes = isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
    if (!isView || value instanceof Uint8Array || value instanceof Uint8ClampedArray || value instanceof DataView) {
      this.tag(BYTES);
    } else {
      this.tag(VIEW);
      this.string(String(value[Symbol.toStringTag]));
    }
    this.length(bytes.length);
    this.append(bytes);
  }

  other(what) {
    this.tag(OTHER);
    this.string(what.toWellFormed());
  }

  text(tag, text) {
    const start = this.at;
    this.tag(tag);
    if (this.string(text)) return;
    this.at = start;
    this.other("string with an unpaired surrogate");
  }

  /** A string behind its length; false when it cannot be UTF-8. */
  string(text) {
    if (text.length <= SHORT && this.ascii(text)) return true;
    if (!text.isWellFormed()) return false;
    const bytes = encoder.encode(text);
    this.length(bytes.length);
    this.append(bytes);
    return true;
  }

  ascii(text) {
    const { length } = text;
    this.reserve(length + 1);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = length;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      bytes[at++] = unit;
    }
    this.at = at;
    return true;
  }

  tag(tag) {
    this.reserve(1);
    this.bytes[this.at++] = tag;
  }

  length(length) {
    this.reserve(5);
    while (length > 0x7f) {
      this.bytes[this.at++] = (length & 0x7f) | 0x80;
      length = Math.floor(length / 0x80);
    }
    this.bytes[this.at++] = length;
  }

  append(bytes) {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  reserve(length) {
    const needed = this.at + length;
    if (needed > this.bytes.length) this.grow(needed);
  }

  grow(needed) {
    if (needed > MAX_LENGTH) throw new RangeError(`the value takes more than ${MAX_LENGTH} bytes`);
    const { bytes } = this;
    this.allocate(Math.min(Math.max(needed, bytes.length * 2), MAX_LENGTH));
    this.bytes.set(bytes.subarray(0, this.at));
  }

  allocate(size) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
}
