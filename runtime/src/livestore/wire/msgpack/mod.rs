//! msgpack with msgpackr's record extension, which LiveStore uses between durable objects, and the equivalent
//! JSON.
//!
//! A value becomes the text that JavaScript's `JSON.stringify` makes of it. A text becomes the bytes that
//! msgpackr makes of the result of `JSON.parse`. So the rest of the protocol knows only JSON, and an event is
//! stored as the same text whichever way it came.

mod decode;
mod encode;
mod input;
mod json;
mod records;
mod stream;
#[cfg(test)]
mod tests;
mod tokens;

use super::json::JsonError;

pub(crate) use decode::to_json;
pub(crate) use encode::{from_json, list};
pub(crate) use stream::Members;
pub(crate) use tokens::{Token, Tokens};

/// The bytes before a record's number and its keys, where a record is defined: an extension of one byte, of
/// the type `r`.
const DEFINITION: [u8; 2] = [0xd4, b'r'];
/// The first number of a record. Records end before 0x80, so the integers from 64 to 127 of plain msgpack are
/// records here.
const FIRST_RECORD: u8 = 0x40;
/// The number of records that can be defined at a time.
const RECORDS: usize = 64;
/// The limit for the nesting of a message. msgpackr, which calls itself for each level, fails at about this
/// depth.
const MAX_DEPTH: usize = 10_000;
/// The limit of a message's JSON text in bytes. A record's keys are written out for each object that has
/// them, so a short message can stand for a long text. The limit also holds for a message itself, because
/// Cloudflare's RPC takes no larger ones (Workers RPC, "Limits").
const MAX_JSON_BYTES: usize = 32 * 1024 * 1024;

/// The limit of one member of a stream in bytes. Backends send pages of at most 2 MB.
const MAX_MEMBER_BYTES: usize = 8 * 1024 * 1024;

/// The reason why a message cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MsgpackError {
    #[error("it ends in the middle of a value")]
    Truncated,
    #[error("{0} bytes follow its value")]
    Trailing(usize),
    #[error("it nests deeper than {} levels", MAX_DEPTH)]
    TooDeep,
    #[error("its JSON has more than {} bytes", MAX_JSON_BYTES)]
    TooLarge,
    #[error("one of its members has more than {} bytes", MAX_MEMBER_BYTES)]
    Oversize,
    #[error("no value begins with the byte {0:#04x}")]
    Unassigned(u8),
    #[error("extension type {0} has no JSON")]
    Extension(i8),
    #[error("an integer is beyond 2^53, and JSON has no BigInt")]
    BigInt,
    #[error("the keys of an object must be text")]
    Key,
    #[error("its text is not UTF-8")]
    Text,
    #[error("it is not JSON: {0}")]
    Json(#[from] JsonError),
}
