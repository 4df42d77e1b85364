//! Values that cross to and from JavaScript, each in one piece.

use wasm_bindgen::prelude::*;

use super::thrown::message_of;
use crate::codec::{Encoded, Scalar, Shelf, Tape};

#[wasm_bindgen(module = "/src/sys/workerd/build.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn build(tape: &[u8], text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = setAside)]
    fn keep_text(text: &str) -> u32;

    #[wasm_bindgen(js_name = setAside)]
    fn keep_bytes(bytes: &[u8]) -> u32;

    fn forget(first: u32, last: u32);
}

#[wasm_bindgen(module = "/src/sys/workerd/tape.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn tape(value: &JsValue) -> Result<Vec<u8>, JsValue>;

    /// Returns the next value set aside for the last tape.
    fn taken() -> Option<Vec<u8>>;
}

/// A shelf in JavaScript.
pub(crate) const SHELF: Shelf = Shelf { least: 64 * 1024, keep_text, keep_bytes, forget };

/// Returns the JavaScript value that was encoded.
pub(crate) fn to_js(encoded: &Encoded) -> Result<JsValue, String> {
    match encoded.scalar() {
        Some(Scalar::Undefined) => Ok(JsValue::UNDEFINED),
        Some(Scalar::Null) => Ok(JsValue::NULL),
        Some(Scalar::Bool(value)) => Ok(value.into()),
        Some(Scalar::Number(number)) => Ok(number.into()),
        None => build(&encoded.tape, &encoded.text).map_err(|thrown| message_of(&thrown)),
    }
}

/// Returns the tape of a JavaScript value.
pub(crate) fn from_js(value: &JsValue) -> Result<Tape, String> {
    if let Some(number) = value.as_f64() {
        return Ok(Tape::of_number(number));
    }
    let mut bytes = tape(value).map_err(|thrown| message_of(&thrown))?;
    let large = if bytes.pop() == Some(1) { std::iter::from_fn(taken).collect() } else { Vec::new() };
    Ok(Tape { bytes, large })
}
