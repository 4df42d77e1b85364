//! The tape: a value as bytes, in the order in which both sides read and write it.
//!
//! Each value is a [`Tag`] followed by its data. Lengths are LEB128. The other side is
//! `sys/workerd/build.js`, to JavaScript, and `sys/workerd/tape.js`.
//!
//! | tag | to JavaScript | from JavaScript |
//! | --- | --- | --- |
//! | `Integer` | an `i32`, zigzag LEB128 | the same |
//! | `Number` | an `f64`, little-endian | the same |
//! | `BigInt` | 1 if negative, else 0, and 16 bytes of two's complement, little-endian | the same |
//! | `Text` | UTF-16 length of the next piece of [`Encoded::text`](super::Encoded) | length and UTF-8 |
//! | `Name` | a name | - |
//! | `Bytes` | length and bytes | the same |
//! | `View` | - | another view on bytes: its class as text, then as `Bytes` |
//! | `Array` | values up to `End` | how many, and the values |
//! | `Object` | names, each with a value, up to 0 | keys, each with a value, up to 0 |
//! | `Date` | milliseconds as `f64` | the same |
//! | `Other` | - | something that is not a value: its description, as text |
//! | `AsideText` | the number of text that is there already | UTF-8 that is the next of [`Tape::large`] |
//! | `AsideBytes` | the number of bytes that are there already | bytes that are the next of [`Tape::large`] |
//!
//! A name is 1 with the length of its piece of text, or 2 + its index among the value's names that are
//! known to repeat. A new index comes with the length of its piece of text.
//!
//! A key is 1 with length and UTF-8, or 2 + its index among the first [`MAX_KEYS`] keys written in full.

use serde::de::{self, Expected, Unexpected};

use super::Error;
use super::number::{Integral, integral};
use crate::value::Date;

/// The tag of the next value on the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    End,
    Undefined,
    Null,
    False,
    True,
    Integer,
    Number,
    BigInt,
    Text,
    Name,
    Bytes,
    View,
    Array,
    Object,
    Date,
    Other,
    AsideText,
    AsideBytes,
}

impl Tag {
    const ALL: [Self; 18] = [
        Self::End,
        Self::Undefined,
        Self::Null,
        Self::False,
        Self::True,
        Self::Integer,
        Self::Number,
        Self::BigInt,
        Self::Text,
        Self::Name,
        Self::Bytes,
        Self::View,
        Self::Array,
        Self::Object,
        Self::Date,
        Self::Other,
        Self::AsideText,
        Self::AsideBytes,
    ];
}

/// A tape that JavaScript wrote.
#[derive(Debug, Clone)]
pub(crate) struct Tape {
    pub(crate) bytes: Vec<u8>,
    /// Texts and bytes that were too large for the tape, in the order of their places on it.
    pub(crate) large: Vec<Vec<u8>>,
}

impl Tape {
    /// Creates the tape of a number, which needs none to cross.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "for the platform"))]
    pub(crate) fn of_number(number: f64) -> Self {
        let mut bytes = Vec::with_capacity(9);
        write_number(&mut bytes, number);
        Self { bytes, large: Vec::new() }
    }
}

/// A value that needs no tape: the platform makes and reads it directly.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "for the platform"))]
pub(crate) enum Scalar {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
}

pub(super) fn write_length(tape: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        tape.push(length as u8 | 0x80);
        length >>= 7;
    }
    tape.push(length as u8);
}

#[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
pub(super) fn write_number(tape: &mut Vec<u8>, number: f64) {
    let integer = number as i32;
    // The bits are compared, because -0 is a number of its own.
    if f64::from(integer).to_bits() == number.to_bits() {
        tape.push(Tag::Integer as u8);
        let zigzag = (integer << 1) ^ (integer >> 31);
        write_length(tape, zigzag.cast_unsigned() as usize);
    } else {
        tape.push(Tag::Number as u8);
        tape.extend_from_slice(&number.to_le_bytes());
    }
}

/// A value that JavaScript wrote, up to its first element.
pub(super) enum Value<'de> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    BigInt(BigInt),
    Text(&'de str),
    Bytes(&'de [u8]),
    View(&'de str, &'de [u8]),
    Array(usize),
    Object,
    Date(Date),
    Other(&'de str),
}

/// A bigint of up to 128 bits.
#[derive(Clone, Copy)]
pub(super) enum BigInt {
    Small(i64),
    Negative(i128),
    Positive(u128),
}

/// The number of keys that need not be written again. The objects in a list mostly have the same few keys.
pub(super) const MAX_KEYS: usize = 16;

/// A reader of a tape.
pub(super) struct Reader<'de> {
    tape: &'de [u8],
    /// The values of [`Tape::large`] that are not read yet.
    large: &'de mut [Vec<u8>],
    keys: Vec<&'de str>,
    /// A byte that is read as a value of its own, before the tape goes on.
    byte: Option<u8>,
}

impl<'de> Reader<'de> {
    pub(super) fn new(tape: &'de [u8], large: &'de mut [Vec<u8>]) -> Self {
        Self { tape, large, keys: Vec::new(), byte: None }
    }

    /// Makes `byte` the next value.
    pub(super) fn put_byte(&mut self, byte: u8) {
        self.byte = Some(byte);
    }

    pub(super) fn value(&mut self) -> Result<Value<'de>, Error> {
        if let Some(byte) = self.byte.take() {
            return Ok(Value::Number(byte.into()));
        }
        Ok(match self.tag()? {
            Tag::Undefined => Value::Undefined,
            Tag::Null => Value::Null,
            Tag::False => Value::Bool(false),
            Tag::True => Value::Bool(true),
            Tag::Integer => {
                let zigzag = u32::try_from(self.length()?).map_err(|_| Error::broken_tape())?;
                Value::Number(((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed()).into())
            }
            Tag::Number => Value::Number(self.number()?),
            Tag::BigInt => Value::BigInt(self.big_int()?),
            Tag::Text => Value::Text(self.text()?),
            Tag::Bytes => Value::Bytes(self.bytes()?),
            Tag::View => Value::View(self.text()?, self.bytes()?),
            Tag::Array => Value::Array(self.length()?),
            Tag::Object => Value::Object,
            Tag::Date => {
                let Integral::Exact(millis) = integral(self.number()?) else {
                    return Err(Error::broken_tape());
                };
                Value::Date(Date::from_millis(millis).ok_or_else(Error::broken_tape)?)
            }
            Tag::Other => Value::Other(self.text()?),
            Tag::AsideText => Value::Text(utf8(self.aside()?)?),
            Tag::AsideBytes => Value::Bytes(self.aside()?),
            Tag::End | Tag::Name => return Err(Error::broken_tape()),
        })
    }

    /// Returns the next key of an object, or `None` after its last value.
    pub(super) fn key(&mut self) -> Result<Option<&'de str>, Error> {
        match self.length()? {
            0 => Ok(None),
            1 => {
                let key = self.text()?;
                if self.keys.len() < MAX_KEYS {
                    self.keys.push(key);
                }
                Ok(Some(key))
            }
            index => self.keys.get(index - 2).copied().map(Some).ok_or_else(Error::broken_tape),
        }
    }

    /// Returns whether the next value has this tag. If so, the tag has been read.
    fn ahead(&mut self, expected: Tag) -> bool {
        match self.tape {
            [tag, rest @ ..] if self.byte.is_none() && *tag == expected as u8 => {
                self.tape = rest;
                true
            }
            _ => false,
        }
    }

    /// Returns whether the next value is null or undefined. If so, it has been read.
    pub(super) fn absent(&mut self) -> bool {
        self.ahead(Tag::Null) || self.ahead(Tag::Undefined)
    }

    /// Returns the next value, if it is text.
    pub(super) fn text_ahead(&mut self) -> Result<Option<&'de str>, Error> {
        if self.ahead(Tag::Text) { self.text().map(Some) } else { Ok(None) }
    }

    /// Returns the next value, if it is text that crossed by itself and need not be copied.
    pub(super) fn aside_text_ahead(&mut self) -> Result<Option<String>, Error> {
        if !self.ahead(Tag::AsideText) {
            return Ok(None);
        }
        let text = String::from_utf8(std::mem::take(self.aside()?));
        text.map(Some).map_err(|_| Error::broken_tape())
    }

    /// Returns the next value, if it is bytes that crossed by themselves.
    pub(super) fn aside_bytes_ahead(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.ahead(Tag::AsideBytes) { self.aside().map(std::mem::take).map(Some) } else { Ok(None) }
    }

    fn aside(&mut self) -> Result<&'de mut Vec<u8>, Error> {
        let (next, rest) =
            std::mem::take(&mut self.large).split_first_mut().ok_or_else(Error::broken_tape)?;
        self.large = rest;
        Ok(next)
    }

    /// Skips one value.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        match self.value()? {
            Value::Array(length) => (0..length).try_for_each(|_| self.skip()),
            Value::Object => {
                while self.key()?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'de [u8], Error> {
        let (taken, rest) = self.tape.split_at_checked(length).ok_or_else(Error::broken_tape)?;
        self.tape = rest;
        Ok(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.tape.split_first_chunk().ok_or_else(Error::broken_tape)?;
        self.tape = rest;
        Ok(*taken)
    }

    fn tag(&mut self) -> Result<Tag, Error> {
        let [tag] = self.chunk()?;
        Tag::ALL.get(usize::from(tag)).copied().ok_or_else(Error::broken_tape)
    }

    fn length(&mut self) -> Result<usize, Error> {
        // Almost all lengths have one byte.
        if let [byte @ ..0x80, rest @ ..] = self.tape {
            self.tape = rest;
            return Ok(usize::from(*byte));
        }
        let mut length = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.chunk()?;
            length |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(length).map_err(|_| Error::broken_tape());
            }
        }
        Err(Error::broken_tape())
    }

    fn number(&mut self) -> Result<f64, Error> {
        self.chunk().map(f64::from_le_bytes)
    }

    fn big_int(&mut self) -> Result<BigInt, Error> {
        let [negative] = self.chunk()?;
        let bits = self.chunk()?;
        if negative == 0 {
            let value = u128::from_le_bytes(bits);
            Ok(i64::try_from(value).map_or(BigInt::Positive(value), BigInt::Small))
        } else {
            let value = i128::from_le_bytes(bits);
            Ok(i64::try_from(value).map_or(BigInt::Negative(value), BigInt::Small))
        }
    }

    fn bytes(&mut self) -> Result<&'de [u8], Error> {
        let length = self.length()?;
        self.take(length)
    }

    fn text(&mut self) -> Result<&'de str, Error> {
        self.bytes().and_then(utf8)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::broken_tape())
}

impl Value<'_> {
    /// Returns the error for a value of another type than expected, in JavaScript's words.
    pub(super) fn unexpected(&self, expected: &dyn Expected) -> Error {
        let found = match self {
            Self::Undefined => Unexpected::Other("undefined"),
            Self::Null => Unexpected::Other("null"),
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Number(number) => match integral(*number) {
                Integral::Exact(integer) => Unexpected::Signed(integer),
                Integral::Rounded | Integral::Fraction => Unexpected::Float(*number),
            },
            Self::BigInt(_) => Unexpected::Other("bigint"),
            Self::Text(text) => Unexpected::Str(text),
            Self::Bytes(_) => Unexpected::Other("Uint8Array"),
            Self::Array(_) => Unexpected::Other("array"),
            Self::Object => Unexpected::Other("object"),
            Self::Date(_) => Unexpected::Other("Date"),
            Self::View(name, _) | Self::Other(name) => Unexpected::Other(name),
        };
        de::Error::invalid_type(found, expected)
    }
}
