//! Strings that stay on the JavaScript side until Rust reads them.

use std::fmt;

use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue};

/// Text from SQLite or from a socket.
///
/// Only [`to_string`](ToString::to_string) copies it into Rust's memory. Passing it on to another statement
/// or socket does not. Cloning is cheap.
#[derive(Clone, PartialEq)]
pub struct Text(JsString);

impl Text {
    pub(crate) fn wrap(value: JsValue) -> Self {
        Self(value.unchecked_into())
    }

    pub(super) fn as_js(&self) -> &JsValue {
        &self.0
    }

    pub(super) fn into_js(self) -> JsValue {
        self.0.into()
    }

    /// Returns its length in UTF-16 code units: at least a third of its length in bytes, and at most all of
    /// it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.length() as usize
    }

    /// Returns its length in bytes of UTF-8. The text has to be copied for that.
    pub(crate) fn utf8_len(&self) -> usize {
        String::from(&self.0).len()
    }

    /// Returns whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns this text followed by `other`, joined without a copy of either.
    #[must_use]
    pub(crate) fn concat(&self, other: &Self) -> Self {
        Self(self.0.concat(&other.0))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(JsString::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(&self.0))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from(&self.0), f)
    }
}
