//! The messages of thrown JavaScript values.

use wasm_bindgen::JsValue;

use super::{number_text, property, type_name};

/// Returns the text of any thrown JavaScript value. It runs no code of the value that can throw again: the
/// value may come from a caller.
pub(super) fn message_of(thrown: &JsValue) -> String {
    let text = property(thrown, "message").as_string().or_else(|| thrown.as_string());
    text.or_else(|| thrown.as_f64().map(number_text)).unwrap_or_else(|| match thrown.as_bool() {
        Some(truth) => truth.to_string(),
        None if thrown.is_null() => "null".to_owned(),
        None => {
            Some(type_name(thrown)).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
        }
    })
}
