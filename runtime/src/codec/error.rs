//! Why a value cannot cross.

use std::fmt;

/// What is wrong, and where inside the value.
#[derive(Debug)]
pub(crate) struct Error(Box<Trouble>);

#[derive(Debug)]
struct Trouble {
    /// From the outermost value inwards: `.items[3].price`.
    path: String,
    message: String,
}

impl Error {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Trouble { path: String::new(), message: message.into() }))
    }

    /// The tape is not one that JavaScript writes.
    pub(super) fn broken_tape() -> Self {
        Self::new("the value was read otherwise than it was written")
    }

    /// The same inside of an array.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.0.path.insert_str(0, &format!("[{index}]"));
        self
    }

    /// The same inside of an object.
    pub(super) fn within(mut self, key: &str) -> Self {
        let plain = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        let step = if plain && !key.is_empty() { format!(".{key}") } else { format!("[{key:?}]") };
        self.0.path.insert_str(0, &step);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trouble { path, message } = &*self.0;
        if !path.is_empty() {
            f.write_str(path.strip_prefix('.').unwrap_or(path))?;
            f.write_str(": ")?;
        }
        f.write_str(message)
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}
