//! A stream of lists, read as it comes.
//!
//! An answer between objects is a list of messages, or one list after the other. It arrives in pieces that
//! are cut anywhere, and it can be larger than the memory for it. So each member of a list is converted as
//! soon as it is complete, and then forgotten.

use super::decode::to_json_after;
use super::records::Records;
use super::{DEFINITION, FIRST_RECORD, MAX_DEPTH, MAX_MEMBER_BYTES, MsgpackError, RECORDS};

/// The members of all lists of a stream, as JSON.
///
/// It keeps the bytes of one member, of at most 8 MiB, and those that were pushed after it.
#[derive(Default)]
pub(crate) struct Members {
    /// The bytes that are not forgotten.
    bytes: Vec<u8>,
    /// The place at which the member begins that is not complete.
    start: usize,
    /// The place up to which it is known.
    at: usize,
    /// The number of members that the open list still has. `None` between two lists.
    left: Option<u64>,
    /// The number of values that each open array and object of the member still has.
    levels: Vec<u64>,
    /// The keys that are being read.
    defining: Option<Definition>,
    /// The records that were defined before the member.
    before: Records,
    /// Those records, and the ones of the member.
    records: Records,
    /// The reason why the stream cannot be read on.
    failed: Option<MsgpackError>,
}

/// The definition of a record that is not complete.
struct Definition {
    slot: usize,
    /// The place at which the array of its keys begins.
    start: usize,
    /// The number of its keys, and the number of those still to come. `None` before the array's header.
    keys: Option<(u64, u64)>,
}

/// The first part of a value, which says how long it is or how many values it has.
enum Token {
    /// A value without others, of this length in bytes.
    Leaf { length: u64, is_text: bool },
    /// An array.
    Items { header: u64, count: u64 },
    /// A map.
    Pairs { header: u64, count: u64 },
    /// The beginning of a record's definition.
    Definition { header: u64, id: u8 },
}

impl Members {
    /// Begins with these bytes, which are not copied.
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Appends the next piece of the stream.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        if self.failed.is_none() {
            self.forget();
            self.bytes.extend_from_slice(piece);
        }
    }

    /// Returns the next complete member, or `None` when it needs more bytes.
    ///
    /// # Errors
    /// Fails when the bytes are not such a stream, and then at each later call.
    pub(crate) fn next_json(&mut self) -> Result<Option<String>, MsgpackError> {
        if let Some(why) = &self.failed {
            return Err(why.clone());
        }
        self.next_member().inspect_err(|why| {
            self.failed = Some(why.clone());
            self.bytes = Vec::new();
        })
    }

    /// Returns whether the stream may end here.
    pub(crate) fn is_complete(&self) -> bool {
        self.failed.is_none() && self.left.is_none_or(|left| left == 0) && self.at == self.bytes.len()
    }

    /// Drops the bytes of the members that were returned.
    fn forget(&mut self) {
        if self.start > 0 {
            self.bytes.drain(..self.start.min(self.bytes.len()));
            self.at = self.at.saturating_sub(self.start);
            if let Some(definition) = &mut self.defining {
                definition.start = definition.start.saturating_sub(self.start);
            }
            self.start = 0;
        }
    }

    fn next_member(&mut self) -> Result<Option<String>, MsgpackError> {
        loop {
            let is_between = self.levels.is_empty() && self.defining.is_none() && self.start == self.at;
            if is_between && self.left == Some(0) {
                // Each list defines its records anew.
                (self.left, self.before, self.records) = (None, Records::default(), Records::default());
            }
            let Some(token) = token(self.bytes.get(self.at..).unwrap_or_default()) else { return Ok(None) };
            if is_between && self.left.is_none() {
                if let Token::Items { header, count } = token {
                    // It has the bytes of the header, so they fit.
                    self.at += usize::try_from(header).unwrap_or_default();
                    self.start = self.at;
                    self.left = Some(count);
                    continue;
                }
                // A value outside of a list is a list of one.
                self.left = Some(1);
            }
            if !self.pass(token)? {
                return Ok(None);
            }
            if self.levels.is_empty() && self.defining.is_none() {
                return self.complete().map(Some);
            }
        }
    }

    /// Moves past a token. Returns false when its bytes are not there yet.
    fn pass(&mut self, token: Token) -> Result<bool, MsgpackError> {
        let (Token::Leaf { length, .. }
        | Token::Items { header: length, .. }
        | Token::Pairs { header: length, .. }
        | Token::Definition { header: length, .. }) = token;
        let known = self.at.saturating_sub(self.start);
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= MAX_MEMBER_BYTES - known)
        else {
            return Err(MsgpackError::Oversize);
        };
        let Some(first) = self.bytes.get(self.at..).and_then(|rest| rest.get(..length)?.first().copied())
        else {
            return Ok(false);
        };
        let start = self.at;
        self.at += length;
        if self.defining.is_some() {
            self.key(token)?;
            return Ok(true);
        }
        match token {
            Token::Leaf { .. } => match slot(first).and_then(|slot| self.records.count(slot)) {
                Some(count) => self.begin(count)?,
                None => self.end_value(),
            },
            Token::Items { count, .. } => self.begin(count)?,
            Token::Pairs { count, .. } => self.begin(count * 2)?,
            Token::Definition { id, .. } => {
                let slot = slot(id).ok_or(MsgpackError::Unassigned(id))?;
                self.defining = Some(Definition { slot, start: start + length, keys: None });
            }
        }
        Ok(true)
    }

    /// Reads the header of a record's keys, or a key.
    fn key(&mut self, token: Token) -> Result<(), MsgpackError> {
        let Some(definition) = &mut self.defining else { return Ok(()) };
        let (count, left) = match (definition.keys, token) {
            (None, Token::Items { count, .. }) => (count, count),
            (Some((count, left)), Token::Leaf { is_text: true, .. }) => (count, left.saturating_sub(1)),
            _ => return Err(MsgpackError::Key),
        };
        definition.keys = Some((count, left));
        if left == 0 {
            let keys = self.bytes.get(definition.start..self.at).unwrap_or_default();
            self.records.define(definition.slot, count, keys);
            self.defining = None;
            if self.records.size() > MAX_MEMBER_BYTES {
                return Err(MsgpackError::Oversize);
            }
            self.begin(count)?;
        }
        Ok(())
    }

    /// Begins an array or an object with this many values.
    fn begin(&mut self, values: u64) -> Result<(), MsgpackError> {
        if self.levels.len() == MAX_DEPTH {
            return Err(MsgpackError::TooDeep);
        }
        self.levels.push(values);
        self.end_complete();
        Ok(())
    }

    /// Ends a value without others.
    fn end_value(&mut self) {
        if let Some(left) = self.levels.last_mut() {
            *left = left.saturating_sub(1);
        }
        self.end_complete();
    }

    /// Ends the innermost arrays and objects that have all of their values.
    fn end_complete(&mut self) {
        while self.levels.pop_if(|left| *left == 0).is_some() {
            if let Some(left) = self.levels.last_mut() {
                *left = left.saturating_sub(1);
            }
        }
    }

    /// Converts the member, which is complete.
    fn complete(&mut self) -> Result<String, MsgpackError> {
        let member = self.bytes.get(self.start..self.at).unwrap_or_default();
        let json = to_json_after(&self.before, member)?;
        self.before = self.records.clone();
        self.start = self.at;
        self.left = self.left.map(|left| left.saturating_sub(1));
        Ok(json)
    }
}

/// Returns the slot of a record's number.
fn slot(id: u8) -> Option<usize> {
    id.checked_sub(FIRST_RECORD).map(usize::from).filter(|slot| *slot < RECORDS)
}

/// Returns the token at the front, or `None` when its first bytes are not all there.
fn token(bytes: &[u8]) -> Option<Token> {
    let (&first, rest) = bytes.split_first()?;
    // Reads a length of this many bytes.
    let number = |size: usize| -> Option<u64> {
        Some(rest.get(..size)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    };
    let leaf = |length: u64| Some(Token::Leaf { length, is_text: false });
    let text = |header: u64, length: u64| Some(Token::Leaf { length: header + length, is_text: true });
    let short = |mask: u8| u64::from(first & mask);
    let extension = |size: u8, length: u64| -> Option<Token> {
        let rest = rest.get(usize::from(size)..)?;
        match *rest {
            [kind, ref after @ ..] if kind == DEFINITION[1] && length == 1 => {
                Some(Token::Definition { header: u64::from(size) + 3, id: *after.first()? })
            }
            [_, ..] => leaf(u64::from(size) + 2 + length),
            [] => None,
        }
    };
    match first {
        0x80..=0x8f => Some(Token::Pairs { header: 1, count: short(0x0f) }),
        0x90..=0x9f => Some(Token::Items { header: 1, count: short(0x0f) }),
        0xa0..=0xbf => text(1, short(0x1f)),
        0xc4 => leaf(2 + number(1)?),
        0xc5 => leaf(3 + number(2)?),
        0xc6 => leaf(5 + number(4)?),
        0xc7 => extension(1, number(1)?),
        0xc8 => extension(2, number(2)?),
        0xc9 => extension(4, number(4)?),
        0xca | 0xce | 0xd2 => leaf(5),
        0xcb | 0xcf | 0xd3 => leaf(9),
        0xcc | 0xd0 => leaf(2),
        0xcd | 0xd1 => leaf(3),
        0xd4..=0xd8 => extension(0, 1 << (first - 0xd4)),
        0xd9 => text(2, number(1)?),
        0xda => text(3, number(2)?),
        0xdb => text(5, number(4)?),
        0xdc => Some(Token::Items { header: 3, count: number(2)? }),
        0xdd => Some(Token::Items { header: 5, count: number(4)? }),
        0xde => Some(Token::Pairs { header: 3, count: number(2)? }),
        0xdf => Some(Token::Pairs { header: 5, count: number(4)? }),
        _ => leaf(1),
    }
}
