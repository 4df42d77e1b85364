//! The errors of events.

use crate::Error;
use crate::error::{CallError, IntoError};
use crate::sys;

/// An error for an event that cannot be written as JSON, or cannot be read from it.
///
/// `?` makes an [`Error`] of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// JavaScript cannot hold a value in the event.
    #[error("`{field}` of the event `{event}` {reason}")]
    Encode {
        /// The name of the event.
        event: &'static str,
        /// The place of the value: the argument, and the way from there, as in `tags[3].id`.
        field: String,
        /// The reason.
        #[source]
        reason: Unencodable,
    },

    /// An argument is not what the field takes.
    #[error("`{field}` of the event `{event}` cannot be read: {message}")]
    Decode {
        /// The name of the event.
        event: &'static str,
        /// The argument.
        field: &'static str,
        /// The reason, in words.
        message: String,
    },

    /// An argument is missing.
    #[error(
        "the event `{event}` has no `{field}`; mark the field `#[event(default)]` if older events lack it"
    )]
    Missing {
        /// The name of the event.
        event: &'static str,
        /// The argument.
        field: &'static str,
    },

    /// The arguments are not a JSON object.
    #[error("the arguments of the event `{event}` are not a JSON object: {message}")]
    Arguments {
        /// The name of the event.
        event: &'static str,
        /// The mistake in the JSON.
        message: String,
    },
}

/// The reason why a value cannot be an argument of an event.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unencodable {
    /// JavaScript would round the whole number.
    #[error("is {0}, and JavaScript is exact only up to ±(2^53-1): make the field a `BigInt`")]
    Integer(String),
    /// JSON has only finite numbers. `JSON.stringify` writes `null` for others.
    #[error("is {}, and JSON has only finite numbers: make the field an `Option`", sys::number_text(*.0))]
    Number(f64),
    /// The keys of an object are text.
    #[error("has keys that are not text, and those of JavaScript's objects are: make the field a `Pairs`")]
    Key,
    /// The text of a `RawValue` would not be checked.
    #[error("is raw JSON, whose numbers nobody checks: make the field a `serde_json::Value`")]
    Raw,
    /// The `Serialize` implementation of the value refused it.
    #[error("cannot be encoded: {0}")]
    Other(String),
}

impl IntoError for EventError {
    fn into_error(self) -> Error {
        Error::Value(self.to_string())
    }
}

impl<E> From<EventError> for CallError<E> {
    fn from(error: EventError) -> Self {
        Self::Platform(error.into_error())
    }
}
