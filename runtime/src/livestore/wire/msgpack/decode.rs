//! The conversion from msgpack to JSON.

use super::input::Input;
use super::records::Records;
use super::{DEFINITION, FIRST_RECORD, MAX_DEPTH, MAX_JSON_BYTES, MsgpackError, RECORDS, json};

/// Returns the only value in `bytes`, as `JSON.stringify` writes it.
pub(crate) fn to_json(bytes: &[u8]) -> Result<String, MsgpackError> {
    to_json_after(&Records::default(), bytes)
}

/// Returns the only value in `bytes` in the same way, where the bytes before it have defined these records.
pub(super) fn to_json_after(before: &Records, bytes: &[u8]) -> Result<String, MsgpackError> {
    let mut records = [None; RECORDS];
    for (slot, keys) in before.iter() {
        if let Some(record) = records.get_mut(slot) {
            let (count, keys) = Input::new(keys).keys()?;
            *record = Some(Record { count, keys });
        }
    }
    let mut decoder = Decoder { input: Input::new(bytes), levels: Vec::new(), records, out: Vec::new() };
    decoder.value()?;
    while decoder.next()? {}
    match decoder.input.left() {
        0 => String::from_utf8(decoder.out).map_err(|_| MsgpackError::Text),
        trailing => Err(MsgpackError::Trailing(trailing)),
    }
}

struct Decoder<'a> {
    input: Input<'a>,
    /// The arrays and objects that are not complete.
    levels: Vec<Level<'a>>,
    records: [Option<Record<'a>>; RECORDS],
    out: Vec<u8>,
}

/// The shape of objects: their keys, at the place where they are defined.
#[derive(Clone, Copy)]
struct Record<'a> {
    count: usize,
    keys: Input<'a>,
}

/// An array or an object that has begun.
struct Level<'a> {
    members: Members<'a>,
    /// The number of members still to be read.
    left: usize,
    /// Whether a member has been written.
    written: bool,
}

enum Members<'a> {
    Items,
    /// A map: each key stands before its value.
    Pairs,
    /// A record: the remaining keys are at another place.
    Fields(Input<'a>),
}

impl<'a> Decoder<'a> {
    /// Continues with the innermost array or object. Returns false when none is left.
    fn next(&mut self) -> Result<bool, MsgpackError> {
        let Some(level) = self.levels.last_mut() else { return Ok(false) };
        if level.left == 0 {
            self.out.push(if matches!(level.members, Members::Items) { b']' } else { b'}' });
            self.levels.pop();
            return Ok(true);
        }
        level.left -= 1;
        let key = match &mut level.members {
            Members::Items => None,
            Members::Pairs => Some(self.input.key()?),
            Members::Fields(keys) => Some(keys.key()?),
        };
        // An undefined field is left out.
        if key.is_some() && self.input.skip_undefined() {
            return Ok(true);
        }
        if std::mem::replace(&mut level.written, true) {
            self.out.push(b',');
        }
        if let Some(key) = key {
            json::push_text(&mut self.out, key)?;
            self.out.push(b':');
        }
        self.value()?;
        if self.out.len() > MAX_JSON_BYTES { Err(MsgpackError::TooLarge) } else { Ok(true) }
    }

    /// Writes the next value, or begins it.
    fn value(&mut self) -> Result<(), MsgpackError> {
        match self.input.byte()? {
            small @ ..0x40 => self.integer(small),
            token @ 0x40..0x80 => match self.record(token) {
                Some(Record { count, keys }) => self.begin(Members::Fields(keys), count),
                None => self.integer(token),
            },
            short @ 0x80..=0x8f => self.begin(Members::Pairs, usize::from(short & 0x0f)),
            short @ 0x90..=0x9f => self.begin(Members::Items, usize::from(short & 0x0f)),
            short @ 0xa0..=0xbf => self.text(usize::from(short & 0x1f)),
            0xc0 => self.literal("null"),
            unassigned @ 0xc1 => Err(MsgpackError::Unassigned(unassigned)),
            0xc2 => self.literal("false"),
            0xc3 => self.literal("true"),
            0xc4 => self.input.length::<1>().and_then(|length| self.binary(length)),
            0xc5 => self.input.length::<2>().and_then(|length| self.binary(length)),
            0xc6 => self.input.length::<4>().and_then(|length| self.binary(length)),
            0xc7 => self.input.length::<1>().and_then(|length| self.extension(length)),
            0xc8 => self.input.length::<2>().and_then(|length| self.extension(length)),
            0xc9 => self.input.length::<4>().and_then(|length| self.extension(length)),
            0xca => self.input.array().map(|bytes| self.float(f32::from_be_bytes(bytes).into())),
            0xcb => self.input.array().map(|bytes| self.float(f64::from_be_bytes(bytes))),
            0xcc => self.input.array().and_then(|bytes| self.integer(u8::from_be_bytes(bytes))),
            0xcd => self.input.array().and_then(|bytes| self.integer(u16::from_be_bytes(bytes))),
            0xce => self.input.array().and_then(|bytes| self.integer(u32::from_be_bytes(bytes))),
            0xcf => self.input.array().and_then(|bytes| self.integer(u64::from_be_bytes(bytes))),
            0xd0 => self.input.array().and_then(|bytes| self.integer(i8::from_be_bytes(bytes))),
            0xd1 => self.input.array().and_then(|bytes| self.integer(i16::from_be_bytes(bytes))),
            0xd2 => self.input.array().and_then(|bytes| self.integer(i32::from_be_bytes(bytes))),
            0xd3 => self.input.array().and_then(|bytes| self.integer(i64::from_be_bytes(bytes))),
            exponent @ 0xd4..=0xd8 => self.extension(1 << (exponent - 0xd4)),
            0xd9 => self.input.length::<1>().and_then(|length| self.text(length)),
            0xda => self.input.length::<2>().and_then(|length| self.text(length)),
            0xdb => self.input.length::<4>().and_then(|length| self.text(length)),
            0xdc => self.input.length::<2>().and_then(|count| self.begin(Members::Items, count)),
            0xdd => self.input.length::<4>().and_then(|count| self.begin(Members::Items, count)),
            0xde => self.input.length::<2>().and_then(|count| self.begin(Members::Pairs, count)),
            0xdf => self.input.length::<4>().and_then(|count| self.begin(Members::Pairs, count)),
            negative @ 0xe0.. => self.integer(i8::from_be_bytes([negative])),
        }
    }

    fn begin(&mut self, members: Members<'a>, count: usize) -> Result<(), MsgpackError> {
        if self.levels.len() == MAX_DEPTH {
            return Err(MsgpackError::TooDeep);
        }
        self.out.push(if matches!(members, Members::Items) { b'[' } else { b'{' });
        self.levels.push(Level { members, left: count, written: false });
        Ok(())
    }

    fn literal(&mut self, text: &str) -> Result<(), MsgpackError> {
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn integer(&mut self, integer: impl TryInto<i64>) -> Result<(), MsgpackError> {
        json::push_integer(&mut self.out, integer.try_into().map_err(|_| MsgpackError::BigInt)?)
    }

    fn float(&mut self, number: f64) {
        json::push_float(&mut self.out, number);
    }

    fn text(&mut self, length: usize) -> Result<(), MsgpackError> {
        let text = self.input.bytes(length)?;
        json::push_text(&mut self.out, text)
    }

    fn binary(&mut self, length: usize) -> Result<(), MsgpackError> {
        let bytes = self.input.bytes(length)?;
        json::push_bytes(&mut self.out, bytes)
    }

    /// Returns the record of `token`, if it was defined.
    fn record(&self, token: u8) -> Option<Record<'a>> {
        *self.records.get(usize::from(token.checked_sub(FIRST_RECORD)?))?
    }

    fn extension(&mut self, length: usize) -> Result<(), MsgpackError> {
        let [kind] = self.input.array()?;
        match (i8::from_be_bytes([kind]), self.input.bytes(length)?) {
            (0, [_]) => self.literal("null"),
            (-1, time) => {
                json::push_date(&mut self.out, time);
                Ok(())
            }
            (_, &[token]) if kind == DEFINITION[1] => self.define(token),
            (other, _) => Err(MsgpackError::Extension(other)),
        }
    }

    /// Reads a record's keys, and the first object that has them.
    fn define(&mut self, token: u8) -> Result<(), MsgpackError> {
        let (count, keys) = self.input.keys()?;
        let slot = token.checked_sub(FIRST_RECORD).and_then(|index| self.records.get_mut(usize::from(index)));
        *slot.ok_or(MsgpackError::Unassigned(token))? = Some(Record { count, keys });
        self.begin(Members::Fields(keys), count)
    }
}
