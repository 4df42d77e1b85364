//! There is no JavaScript in this process, so no values of it.

use wasm_bindgen::JsValue;

use crate::codec::{Message, Tape};

/// Everything goes on a tape.
pub(crate) fn is_large(_size: usize) -> bool {
    false
}

/// Values become JavaScript's only on workerd.
pub(crate) fn to_js(_message: &Message) -> Result<JsValue, String> {
    Err("only workerd has JavaScript values".to_owned())
}

/// Values come from JavaScript only on workerd.
pub(crate) fn from_js(_value: &JsValue) -> Result<Tape, String> {
    Err("only workerd has JavaScript values".to_owned())
}

/// Nothing is so large.
pub(crate) fn set_text_aside(_text: &str) -> u32 {
    0
}

/// Nothing is so large.
pub(crate) fn set_bytes_aside(_bytes: &[u8]) -> u32 {
    0
}

/// Nothing was set aside.
pub(crate) fn forget(_first: u32, _last: u32) {}
