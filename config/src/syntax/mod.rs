//! The languages that a configuration is written in.

mod jsonc;
mod toml;

use std::path::Path;

use crate::value::Value;

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `wrangler.toml`.
    Toml,
    /// `wrangler.jsonc`, and `wrangler.json`: wrangler reads comments in both.
    Jsonc,
}

/// A mistake in a text.
pub(crate) struct Mistake {
    /// The byte at which it is.
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl Syntax {
    /// Returns the language of a file, by its name.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        if is_toml { Self::Toml } else { Self::Jsonc }
    }

    pub(crate) fn parse(self, text: &str) -> Result<Value, Mistake> {
        match self {
            Self::Toml => toml::parse(text),
            Self::Jsonc => jsonc::parse(text),
        }
    }
}
