//! There is no JavaScript in this process, so no values of it.

use wasm_bindgen::JsValue;

use crate::codec::Message;

/// Values become JavaScript's only on workerd.
pub(crate) fn to_js(_message: &Message) -> Result<JsValue, String> {
    Err("only workerd has JavaScript values".to_owned())
}

/// Values come from JavaScript only on workerd.
pub(crate) fn from_js(_value: &JsValue) -> Result<Vec<u8>, String> {
    Err("only workerd has JavaScript values".to_owned())
}
