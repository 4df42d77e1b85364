//! Values on their way through JavaScript, each in one piece.

use wasm_bindgen::prelude::*;

use super::error::message_of;
use crate::codec::{Message, Scalar, Tape};

#[wasm_bindgen(module = "/src/sys/workerd/build.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn build(tape: &[u8], text: &str) -> Result<JsValue, JsValue>;

    /// Keeps a text in JavaScript until [`forget`]; gives its number.
    #[wasm_bindgen(js_name = setAside)]
    pub(crate) fn set_text_aside(text: &str) -> u32;

    /// Keeps a copy of bytes, likewise.
    #[wasm_bindgen(js_name = setAside)]
    pub(crate) fn set_bytes_aside(bytes: &[u8]) -> u32;

    /// Lets go of what has these numbers, both included.
    pub(crate) fn forget(first: u32, last: u32);
}

#[wasm_bindgen(module = "/src/sys/workerd/tape.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn tape(value: &JsValue) -> Result<Vec<u8>, JsValue>;

    /// The next of what was set aside for the last tape.
    fn taken() -> Option<Vec<u8>>;
}

/// Whether text or bytes of this size do not go to JavaScript on a tape, which would be a second copy of them.
pub(crate) fn is_large(size: usize) -> bool {
    size >= 64 * 1024
}

/// The JavaScript value that a message describes.
pub(crate) fn to_js(message: &Message) -> Result<JsValue, String> {
    match message.scalar() {
        Some(Scalar::Undefined) => Ok(JsValue::UNDEFINED),
        Some(Scalar::Null) => Ok(JsValue::NULL),
        Some(Scalar::Bool(value)) => Ok(value.into()),
        Some(Scalar::Number(number)) => Ok(number.into()),
        None => build(&message.tape, &message.text).map_err(|thrown| message_of(&thrown)),
    }
}

/// The tape of a JavaScript value.
pub(crate) fn from_js(value: &JsValue) -> Result<Tape, String> {
    if let Some(number) = value.as_f64() {
        return Ok(Tape::of_number(number));
    }
    let mut bytes = tape(value).map_err(|thrown| message_of(&thrown))?;
    let large = if bytes.pop() == Some(1) { std::iter::from_fn(taken).collect() } else { Vec::new() };
    Ok(Tape { bytes, large })
}
