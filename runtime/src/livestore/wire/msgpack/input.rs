//! The bytes of a message, read from the front.

use super::MsgpackError;

/// A message, and the place up to which it is read.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Returns the number of bytes that are not read yet.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Result<u8, MsgpackError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], MsgpackError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(MsgpackError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], MsgpackError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(MsgpackError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Reads a length of this many bytes, as headers have it.
    pub(super) fn length<const N: usize>(&mut self) -> Result<usize, MsgpackError> {
        let bytes = self.array::<N>()?;
        // A length that exceeds the platform's `usize` is longer than any message.
        let length = bytes.iter().try_fold(0_usize, |length, &byte| {
            length.checked_mul(256).map(|length| length | usize::from(byte))
        });
        length.ok_or(MsgpackError::Truncated)
    }

    /// Skips `undefined`, if it follows.
    pub(super) fn skip_undefined(&mut self) -> bool {
        let follows = matches!(self.rest, [0xd4, 0, _, ..]);
        if follows {
            self.rest = self.rest.get(3..).unwrap_or_default();
        }
        follows
    }

    /// Reads a text. It refuses any other value.
    pub(super) fn key(&mut self) -> Result<&'a [u8], MsgpackError> {
        let length = match self.byte()? {
            short @ 0xa0..=0xbf => usize::from(short & 0x1f),
            0xd9 => self.length::<1>()?,
            0xda => self.length::<2>()?,
            0xdb => self.length::<4>()?,
            _ => return Err(MsgpackError::Key),
        };
        self.bytes(length)
    }

    /// Reads the keys of a record: their number, and their place.
    pub(super) fn keys(&mut self) -> Result<(usize, Self), MsgpackError> {
        let count = match self.byte()? {
            short @ 0x90..=0x9f => usize::from(short & 0x0f),
            0xdc => self.length::<2>()?,
            0xdd => self.length::<4>()?,
            _ => return Err(MsgpackError::Key),
        };
        let keys = *self;
        for _ in 0..count {
            self.key()?;
        }
        Ok((count, keys))
    }
}
