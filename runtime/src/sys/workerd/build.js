// Builds values from the tape on which Rust wrote them; `codec/tape.rs` describes it.

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
const ARRAY = 12;
const OBJECT = 13;
const DATE = 14;
const ASIDE_TEXT = 16;
const ASIDE_BYTES = 17;

/** The values that were too large for a tape that is still being written, by their numbers. */
const aside = new Map();
let numbers = 0;

/** Keeps text, or a copy of bytes, and returns its number. */
export function setAside(large) {
  numbers += 1;
  aside.set(numbers, typeof large === "string" ? large : large.slice());
  return numbers;
}

/** Forgets the values with these numbers: their tape is gone, and so is any tape written meanwhile. */
export function forget(first, last) {
  for (let number = first; number <= last; number += 1) aside.delete(number);
}

/** Returns the value on a tape that Rust wrote. */
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
      case ASIDE_TEXT:
      case ASIDE_BYTES:
        return aside.get(this.length());
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
      // An assignment would set the prototype.
      if (key === "__proto__") {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    }
    return object;
  }

  /** Returns a name by its number: 1 is one of its own, others repeat. */
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

  /** Returns the place of the next bytes, and moves past them. */
  skip(length) {
    const { at } = this;
    this.at += length;
    return at;
  }
}
