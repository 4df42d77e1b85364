//! Rust values as JavaScript has them, and back: each in one piece, on a tape of the codec.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::codec::{self, Message};
use crate::sys;

/// A Rust value on its way to JavaScript.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Message, codec::Error> {
    codec::encode(value, Some(&sys::SHELF))
}

/// A plain object without entries, on its way to JavaScript.
pub(crate) fn object() -> Message {
    Message::object(&sys::SHELF)
}

/// A Rust value as a plain JavaScript one, or why it cannot be one.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, String> {
    encode(value).map_err(|why| why.to_string()).and_then(|message| sys::to_js(&message))
}

/// A JavaScript value as a Rust one, or why it is none.
pub(crate) fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, String> {
    codec::decode(sys::from_js(value)?).map_err(|why| why.to_string())
}
