//! Shared text.

use std::fmt;
use std::rc::Rc;

/// Text as it came from SQLite or from a socket.
///
/// On workerd it is copied into Rust's memory only by [`to_string`](ToString::to_string); passed on to
/// another statement or socket it never is. Cloning is cheap.
#[derive(Clone, PartialEq)]
pub struct Text(Rc<str>);

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Its length in UTF-16 code units: at least a third of its length in bytes, at most all of it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.encode_utf16().count()
    }

    /// Its length in bytes of UTF-8.
    pub(crate) fn utf8_len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This text followed by `other`, joined without copying either.
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
