//! JavaScript values, which this process does not have.

use wasm_bindgen::JsValue;

use crate::codec::{Encoded, Shelf, Tape};

/// A shelf that keeps nothing: every value goes on the tape.
pub(crate) const SHELF: Shelf =
    Shelf { least: usize::MAX, keep_text: |_| 0, keep_bytes: |_| 0, forget: |_, _| {} };

/// Fails: values become JavaScript's only on workerd.
pub(crate) fn to_js(_value: &Encoded) -> Result<JsValue, String> {
    Err("only workerd has JavaScript values".to_owned())
}

/// Fails: values come from JavaScript only on workerd.
pub(crate) fn from_js(_value: &JsValue) -> Result<Tape, String> {
    Err("only workerd has JavaScript values".to_owned())
}
