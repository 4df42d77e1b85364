// Writes values to the tape on which they cross to Rust; `codec/tape.rs` describes it.

const UNDEFINED = 1;
const NULL = 2;
const FALSE = 3;
const TRUE = 4;
const INTEGER = 5;
const NUMBER = 6;
const BIGINT = 7;
const TEXT = 8;
const BYTES = 10;
const VIEW = 11;
const ARRAY = 12;
const OBJECT = 13;
const DATE = 14;
const OTHER = 15;
const ASIDE_TEXT = 16;
const ASIDE_BYTES = 17;

/** The limit for the nesting of arrays and objects. */
const MAX_DEPTH = 128;

/**
 * The limit of a tape in bytes, with the values set aside. Arguments of RPC are at most 32 MiB, and a tape is
 * at most twice as long. Only a value that is in them many times makes a longer tape, and that costs the
 * caller nothing.
 */
const MAX_LENGTH = 64 * 1024 * 1024;

/** A tape that gets longer than this is weighed first. */
const MAX_UNWEIGHED = 1024 * 1024;

/** The limit for a longer tape, as a multiple of the size of its values. */
const MAX_REPETITION = 16;

/** Text and bytes of this size, and larger, cross by themselves: on a tape they would be in memory twice. */
const LARGE = 64 * 1024;

/** Up to this length an ASCII string is written faster by hand. */
const SHORT = 64;

/** The number of keys that need not be written again. */
const MAX_KEYS = 16;

/** The size of the buffer for tapes, in bytes: at first, and at most while there is nothing to write. */
const INITIAL_SIZE = 4 * 1024;
const MAX_IDLE_SIZE = 1024 * 1024;

const TOO_LONG = `the value takes more than ${MAX_LENGTH} bytes`;

const encoder = new TextEncoder();

/** The writer whose buffer is used again, unless it is in use: getters of a value may call Rust. */
let idle;

/** The values set aside for the tape that was written last. */
let aside = [];

/** Takes the first of the values set aside. */
export function taken() {
  return aside.shift();
}

/** Returns the tape of a value, valid until the next one. Its last byte says whether a value was set aside. */
export function tape(value) {
  const writer = idle ?? new Writer();
  idle = undefined;
  writer.begin(value);
  writer.value(value, 0);
  aside = writer.end();
  if (writer.bytes.length <= MAX_IDLE_SIZE) idle = writer;
  return writer.bytes.subarray(0, writer.at);
}

class Writer {
  constructor() {
    this.keys = Array(MAX_KEYS).fill("");
    /** The arrays and objects around the value that is being written. */
    this.around = [];
    this.allocate(INITIAL_SIZE);
  }

  begin(root) {
    this.root = root;
    this.at = 0;
    /** The number of keys that are on this tape. */
    this.known = 0;
    /** The likely index of the next key. Objects repeat their keys in the same order. */
    this.likely = 0;
    this.aside = [];
    this.sizeAside = 0;
    this.weighed = false;
  }

  /** Ends the tape, and returns the values set aside. */
  end() {
    const { aside } = this;
    this.tag(aside.length === 0 ? 0 : 1);
    // No part of the value is kept.
    this.aside = this.root = undefined;
    this.around.length = 0;
    return aside;
  }

  value(value, depth) {
    // Compared one by one: each comparison is one check, but a `switch` looks up the name of the type.
    if (typeof value === "string") return this.text(value);
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
    for (let outer = 1; outer < depth; outer += 1) {
      if (this.around[outer] === value) return this.other("a value that contains itself");
    }
    this.around[depth] = value;
    if (Array.isArray(value)) return this.array(value, depth);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.fields(value, depth);
    if (value instanceof Date) return this.date(value);
    if (value instanceof Uint8Array || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return this.bytesOf(value);
    }
    if (value instanceof Set) return this.array([...value], depth);
    if (value instanceof Map) return this.map(value, depth);
    const name = prototype.constructor?.name;
    return this.other(typeof name === "string" && name !== "" ? name : "object with a prototype");
  }

  fields(object, depth) {
    const { at, known } = this;
    const aside = this.aside.length;
    this.tag(OBJECT);
    // This is faster than `Object.keys`. It includes additions to `Object.prototype`.
    for (const key in object) {
      if (!Object.prototype.hasOwnProperty.call(object, key) || this.property(key, object[key], depth)) continue;
      this.back(at, known, aside);
      return this.other("object with an unpaired surrogate in a key");
    }
    this.length(0);
  }

  array(array, depth) {
    const { at, known } = this;
    const aside = this.aside.length;
    const { length } = array;
    this.tag(ARRAY);
    this.length(length);
    for (let index = 0; index < length; index += 1) {
      const element = array[index];
      // A sparse array may have any length, at no cost to the caller.
      if (element === undefined && !(index in array)) {
        this.back(at, known, aside);
        return this.other("array with holes");
      }
      this.value(element, depth);
    }
  }

  /** Writes a map. Keys that are not strings are read back from their text, as those of objects are. */
  map(map, depth) {
    const { at, known } = this;
    const aside = this.aside.length;
    this.tag(OBJECT);
    for (const [key, value] of map) {
      const flaw = flawOf(key);
      if (flaw === undefined && this.property(String(key), value, depth)) continue;
      this.back(at, known, aside);
      return this.other(`Map with ${flaw ?? "an unpaired surrogate in a key"}`);
    }
    this.length(0);
  }

  /** Writes a property; returns false when the key cannot be UTF-8. An undefined value is left out, as in JSON. */
  property(key, value, depth) {
    if (value === undefined) return true;
    if (!this.key(key)) return false;
    this.value(value, depth);
    return true;
  }

  key(key) {
    let index = this.likely;
    if (index >= this.known || this.keys[index] !== key) {
      index = 0;
      while (index < this.known && this.keys[index] !== key) index += 1;
    }
    this.likely = index + 1;
    if (index < this.known) {
      this.length(index + 2);
      return true;
    }
    this.tag(1);
    if (!this.string(key)) return false;
    if (index < MAX_KEYS) {
      this.keys[index] = key;
      this.known = index + 1;
    }
    return true;
  }

  /** Removes everything since this place: the writes, the known keys, and the values set aside. */
  back(at, known, aside) {
    this.at = at;
    this.known = known;
    this.aside.length = aside;
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
      if (bytes.length >= LARGE) return this.setAside(ASIDE_BYTES, bytes);
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

  text(text) {
    if (text.length >= LARGE && text.isWellFormed()) return this.setAside(ASIDE_TEXT, encoder.encode(text));
    const start = this.at;
    this.tag(TEXT);
    if (this.string(text)) return;
    this.at = start;
    this.other("string with an unpaired surrogate");
  }

  setAside(tag, bytes) {
    this.sizeAside += bytes.length;
    this.check(this.at);
    this.tag(tag);
    this.aside.push(bytes);
  }

  /** Writes a string behind its length; returns false when it cannot be UTF-8. */
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
    this.check(needed);
    const { bytes } = this;
    this.allocate(Math.min(Math.max(needed, bytes.length * 2), MAX_LENGTH));
    this.bytes.set(bytes.subarray(0, this.at));
  }

  /** Refuses a tape that is getting too long, before it grows. */
  check(length) {
    const size = length + this.sizeAside;
    if (size > MAX_LENGTH) throw new RangeError(TOO_LONG);
    if (this.weighed || size <= MAX_UNWEIGHED) return;
    this.weighed = true;
    const scale = new Scale();
    const weight = scale.weigh(this.root, 0);
    if (weight > MAX_LENGTH) throw new RangeError(TOO_LONG);
    if (weight > MAX_UNWEIGHED + MAX_REPETITION * scale.once) {
      throw new RangeError(`the value has the same objects in it more than ${MAX_REPETITION} times`);
    }
  }

  allocate(size) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** Returns the reason why a key of a map cannot be text. */
function flawOf(key) {
  if (typeof key === "object" || typeof key === "function" || typeof key === "symbol") {
    return "a key that is no string, number, bigint or boolean";
  }
  // As everywhere, an integer that may have been rounded is refused.
  const isRounded = typeof key === "number" && Number.isInteger(key) && !Number.isSafeInteger(key);
  return isRounded ? "a key beyond ±(2^53-1)" : undefined;
}

/** Finds the least size of a value, in bytes, without writing it. */
class Scale {
  /** The values that have been weighed. */
  known = new Map();

  /** The size of the same value when each object in it counts once, with a byte for every further time. */
  once = 0;

  weigh(value, depth) {
    if (typeof value === "string") return this.leaf(value.length);
    if (typeof value !== "object" || value === null) return this.leaf(1);
    const known = this.known.get(value);
    if (known !== undefined) {
      this.once += 1;
      return known;
    }
    // A provisional weight, for a value that contains itself.
    this.known.set(value, 1);
    const weight = depth < MAX_DEPTH ? this.object(value, depth + 1) : this.leaf(1);
    this.known.set(value, weight);
    return weight;
  }

  object(value, depth) {
    if (value instanceof ArrayBuffer) return this.leaf(value.byteLength);
    if (ArrayBuffer.isView(value)) {
      this.weigh(value.buffer, depth);
      return value.byteLength;
    }
    let weight = this.leaf(1);
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length && index in value; index += 1) weight += this.weigh(value[index], depth);
    } else if (value instanceof Map || value instanceof Set) {
      for (const part of value.values()) weight += this.weigh(part, depth);
    } else {
      const prototype = Object.getPrototypeOf(value);
      const parts = prototype === Object.prototype || prototype === null ? Object.values(value) : [];
      for (const part of parts) weight += this.weigh(part, depth);
    }
    return weight;
  }

  leaf(weight) {
    this.once += weight;
    return weight;
  }
}
