//! Errors of values that cannot cross.

use std::fmt;

use serde::de::{Expected, Unexpected};

use crate::sys;

/// The mistake, and its place inside the value.
#[derive(Debug)]
pub(crate) struct Error(Box<Trouble>);

#[derive(Debug)]
struct Trouble {
    /// The path from the outermost value inwards: `.items[3].price`.
    path: String,
    message: String,
}

impl Error {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Trouble { path: String::new(), message: message.into() }))
    }

    /// Returns the error for a tape that JavaScript would not write.
    pub(super) fn broken_tape() -> Self {
        Self::new("the value was read otherwise than it was written")
    }

    /// Returns the same error, with its place in an array.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.0.path.insert_str(0, &format!("[{index}]"));
        self
    }

    /// Returns the same error, with its place in an object.
    pub(super) fn within(mut self, key: &str) -> Self {
        let plain = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        let step = if plain && !key.is_empty() { format!(".{key}") } else { format!("[\"{key}\"]") };
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

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid type: {}, expected {expected}", describe(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid value: {}, expected {expected}", describe(found)))
    }
}

/// Describes a value with the same meaning as serde's text. serde's own text would add the code that prints
/// floats and escapes strings to every worker, a tenth of the smallest one.
fn describe(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("boolean `{value}`"),
        Unexpected::Unsigned(value) => format!("integer `{value}`"),
        Unexpected::Signed(value) => format!("integer `{value}`"),
        Unexpected::Float(value) => format!("floating point `{}`", sys::number_text(value)),
        Unexpected::Char(value) => format!("character `{value}`"),
        Unexpected::Str(value) => format!("string \"{value}\""),
        Unexpected::Bytes(_) => "byte array".to_owned(),
        Unexpected::Unit => "unit value".to_owned(),
        Unexpected::Option => "Option value".to_owned(),
        Unexpected::NewtypeStruct => "newtype struct".to_owned(),
        Unexpected::Seq => "sequence".to_owned(),
        Unexpected::Map => "map".to_owned(),
        Unexpected::Enum => "enum".to_owned(),
        Unexpected::UnitVariant => "unit variant".to_owned(),
        Unexpected::NewtypeVariant => "newtype variant".to_owned(),
        Unexpected::TupleVariant => "tuple variant".to_owned(),
        Unexpected::StructVariant => "struct variant".to_owned(),
        Unexpected::Other(what) => what.to_owned(),
    }
}
