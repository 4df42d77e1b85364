//! Shared text.

use std::fmt;
use std::rc::Rc;

/// Text from SQLite or from a socket.
///
/// On workerd only [`to_string`](ToString::to_string) copies it into Rust's memory. Passing it on to another
/// statement or socket does not. Cloning is cheap.
#[derive(Clone, PartialEq)]
pub struct Text(Rc<str>);

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns its length in UTF-16 code units: at least a third of its length in bytes, and at most all of
    /// it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.encode_utf16().count()
    }

    /// Returns its length in bytes of UTF-8.
    pub(crate) fn utf8_len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns this text followed by `other`, joined without a copy of either.
    #[must_use]
    pub(crate) fn concat(&self, other: &Self) -> Self {
        format!("{}{}", self.0, other.0).into()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
