//! Converts Rust values to JavaScript values and back. Each value crosses in one piece, on a tape of the codec.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::codec::{self, Encoded};
use crate::sys;

/// Encodes a Rust value for JavaScript.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Encoded, codec::Error> {
    codec::encode(value, Some(&sys::SHELF))
}

/// Creates a plain object without entries, for JavaScript.
pub(crate) fn object() -> Encoded {
    Encoded::object(&sys::SHELF)
}

/// Returns a Rust value as a plain JavaScript value, or the reason why it cannot be one.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, String> {
    encode(value).map_err(|why| why.to_string()).and_then(|encoded| sys::to_js(&encoded))
}

/// Returns a JavaScript value as a `T`, or the reason why it is not a `T`.
pub(crate) fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, String> {
    codec::decode(sys::from_js(value)?).map_err(|why| why.to_string())
}
