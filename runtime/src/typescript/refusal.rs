//! The reasons why a type refused a sample.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::Date;

/// An error of serde, with the facts that tracing can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A field is missing.
    Missing(&'static str),
    /// A field came twice, perhaps under two names.
    Duplicate(&'static str),
    /// The text must be one of these.
    Variants(&'static [&'static str]),
    /// serde tried several types, and does not say which.
    Untagged,
    /// The text must be a [`Date`](crate::Date).
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
