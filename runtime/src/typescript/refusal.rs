//! Why a type did not take what it was offered.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::Date;

/// An error of tracing, as far as tracing can learn from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A field has to be there.
    Missing(&'static str),
    /// A field was there already, perhaps under another name.
    Duplicate(&'static str),
    /// It has to be one of these.
    Variants(&'static [&'static str]),
    /// Several types were tried, and which they are is not told.
    Untagged,
    /// It has to be a [`Date`](crate::Date).
    NoDate,
    Other,
}

impl de::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let untagged = message.to_string().starts_with("data did not match any variant of untagged enum ");
        if untagged { Self::Untagged } else { Self::Other }
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        if expected.to_string() == Date::EXPECTED { Self::NoDate } else { Self::Other }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Duplicate(field)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::Variants(expected)
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
