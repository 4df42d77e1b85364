//! The conversion of any serde value to a plain JavaScript one, and back.
//!
//! A value crosses the boundary in one piece: one side writes it to a [`tape`], and the other side reads it
//! from there. This half knows serde and the tape, `sys` knows JavaScript. `docs/values.md` lists the result
//! for each type.

mod bytes;
mod compound;
mod decode;
mod encode;
mod error;
mod key;
mod number;
#[cfg(target_arch = "wasm32")]
mod passed;
mod shelf;
mod tape;
#[cfg(feature = "livestore")]
mod writer;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use encode::Encoded;
pub(crate) use error::Error;
#[cfg(target_arch = "wasm32")]
pub(crate) use passed::pass;
pub(crate) use shelf::Shelf;
#[cfg_attr(not(target_arch = "wasm32"), expect(unused_imports, reason = "for the platform"))]
pub(crate) use tape::{Scalar, Tape};
#[cfg(feature = "livestore")]
pub(crate) use writer::TapeWriter;

/// The limit for the nesting of arrays and objects, in both directions. `serde_json` has the same.
pub(crate) const MAX_DEPTH: u8 = 128;

/// Writes a Rust value for JavaScript. Without a shelf all of it is on the tape, so that it may cross at any
/// time, or never.
pub(crate) fn encode<T: Serialize + ?Sized>(
    value: &T,
    shelf: Option<&'static Shelf>,
) -> Result<Encoded, Error> {
    let mut encoded = Encoded::new(shelf);
    value.serialize(&mut encoded)?;
    Ok(encoded)
}

/// Returns the Rust value on a tape that JavaScript wrote.
pub(crate) fn decode<T: DeserializeOwned>(mut tape: Tape) -> Result<T, Error> {
    T::deserialize(&mut tape::Reader::new(&tape.bytes, &mut tape.large))
}
