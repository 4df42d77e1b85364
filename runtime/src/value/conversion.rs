//! Errors of conversions between values.

/// An error for a value that cannot become another one: a column that does not hold a Rust value, a Rust
/// value that SQL does not have, text that is not a date. Its text names the expected and the found value. It
/// has no `source()`: the text of an error that caused it belongs into its own text.
///
/// ```
/// use durable_object::error::ConversionError;
/// use durable_object::storage::FromSql;
/// use durable_object::value::Value;
///
/// struct Percent(u8);
///
/// impl FromSql for Percent {
///     fn from_sql(value: Value) -> Result<Self, ConversionError> {
///         let percent = u8::from_sql(value)?;
///         if percent > 100 {
///             return Err(ConversionError::new(format!("{percent} is above 100 percent")));
///         }
///         Ok(Self(percent))
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConversionError {
    message: String,
}

impl ConversionError {
    /// Creates an error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<String> for ConversionError {
    fn from(message: String) -> Self {
        Self { message }
    }
}

impl From<&str> for ConversionError {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}
