//! Values on their way through JavaScript, each in one piece.

use wasm_bindgen::prelude::*;

use super::error::message_of;
use crate::codec::{Message, Scalar, of_number};

#[wasm_bindgen(module = "/src/sys/workerd/codec.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn build(tape: &[u8], text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    fn tape(value: &JsValue) -> Result<Vec<u8>, JsValue>;
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
pub(crate) fn from_js(value: &JsValue) -> Result<Vec<u8>, String> {
    match value.as_f64() {
        Some(number) => Ok(of_number(number)),
        None => tape(value).map_err(|thrown| message_of(&thrown)),
    }
}
