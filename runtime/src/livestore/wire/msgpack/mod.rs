//! msgpack with msgpackr's record extension, which LiveStore speaks between durable objects, and the JSON
//! it stands for.
//!
//! A value is turned into the text that JavaScript's `JSON.stringify` makes of it, and text into the bytes
//! that msgpackr makes of what `JSON.parse` gives. So the rest of the protocol knows JSON only, and an event
//! is stored as the same text whichever way it came.

mod decode;
mod encode;
mod input;
mod json;
#[cfg(test)]
mod tests;
mod tokens;

use super::json::JsonError;

pub(crate) use decode::to_json;
pub(crate) use encode::{from_json, list};

/// What comes before a record's number and its keys, where a record is defined: an extension of one byte,
/// of the type `r`.
const DEFINITION: [u8; 2] = [0xd4, b'r'];
/// The first number of a record. As they end before 0x80, what is an integer from 64 to 127 in plain msgpack
/// is a record here.
const FIRST_RECORD: u8 = 0x40;
/// How many records can be defined at a time.
const RECORDS: usize = 64;
/// How deep a message may nest. msgpackr, which calls itself for each level, gives up at about this depth.
const MAX_DEPTH: usize = 10_000;
/// The largest text a message may turn into: a record's keys are written out for each object that has them,
/// so a short message can stand for a long text. A message itself has no more, because Cloudflare's RPC takes
/// no larger ones (Workers RPC, "Limits").
const MAX_JSON_BYTES: usize = 32 * 1024 * 1024;

/// Why a message cannot be turned into the other form.
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
