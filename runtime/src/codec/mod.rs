//! Any serde value as a plain JavaScript one, and back.
//!
//! A value crosses the boundary in one piece: written to a [`tape`] on one side, read from it on the
//! other. This half knows serde and the tape, `sys` knows JavaScript; `docs/values.md` says what becomes
//! of each type.

mod bytes;
mod compound;
mod decode;
mod encode;
mod error;
mod key;
mod number;
#[cfg(target_arch = "wasm32")]
mod passed;
mod tape;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use encode::{Message, Shelf};
pub(crate) use error::Error;
#[cfg(target_arch = "wasm32")]
pub(crate) use passed::pass;
#[cfg_attr(not(target_arch = "wasm32"), expect(unused_imports, reason = "for the platform"))]
pub(crate) use tape::{Scalar, Tape};

/// How deep arrays and objects may be nested, in both directions; `serde_json` allows as much.
const MAX_DEPTH: u8 = 128;

/// A Rust value on its way to JavaScript. Without a shelf all of it is on the tape, so that it may go there at any time,
/// or never.
pub(crate) fn encode<T: Serialize + ?Sized>(
    value: &T,
    shelf: Option<&'static Shelf>,
) -> Result<Message, Error> {
    let mut message = Message::new(shelf);
    value.serialize(&mut message)?;
    Ok(message)
}

/// The Rust value on a tape that JavaScript wrote.
pub(crate) fn decode<T: DeserializeOwned>(mut tape: Tape) -> Result<T, Error> {
    T::deserialize(&mut tape::Reader::new(&tape.bytes, &mut tape.large))
}
