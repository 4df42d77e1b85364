//! The errors of a store.

use std::fmt;

use crate::Error;
use crate::error::{CallError, IntoError};
use crate::livestore::schema::EventError;
use crate::livestore::wire::json::{self, Reader, push_quoted, set};

/// The reason why a store did not do something. The store is as it was before, and stays usable.
///
/// `?` makes an [`Error`] of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The event cannot be written as JSON.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The backend takes no event of this size.
    #[error(
        "the event `{event}` has {size} bytes, and a backend takes at most {limit}: keep large data elsewhere"
    )]
    TooLarge {
        /// The name of the event.
        event: &'static str,
        /// Its size in bytes of JSON.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The event's change of the tables failed. None of the events that were committed with it are stored.
    #[error("the event `{event}` cannot be applied: {source}")]
    Materialize {
        /// The name of the event.
        event: String,
        /// The reason.
        source: Box<Error>,
    },
    /// The store has stopped at an event of the backend that it cannot apply. It can be read.
    #[error(
        "the store has halted: {0}; deploy code that can go on, or reset the store, and then call `resume`"
    )]
    Halted(Halt),
    /// The store fills its tables again, because the schema has changed.
    #[error("the tables are being filled again: {done} of {total} events are applied; try again later")]
    Rebuilding {
        /// The number of the last event that is applied.
        done: u64,
        /// The number of the last confirmed event.
        total: u64,
    },
    /// The statement is not a query.
    #[error(
        "`query` only reads, and this statement changes the database: commit an event instead (in `{0}`)"
    )]
    ReadOnly(String),
    /// The store was never connected, so it has no backend.
    #[error("the store is not connected: call `connect` with the id of the store first")]
    NotConnected,
    /// The store belongs to another store id already.
    #[error(
        "this object keeps the store `{kept}`, and not `{given}`: use one object for each store, or \
         `disconnect` and `reset` this one"
    )]
    OtherStore {
        /// The id that was given first.
        kept: String,
        /// The id that was given now.
        given: String,
    },
    /// The id of the store has characters that LiveStore does not allow.
    #[error("`{0}` is not the id of a store: use letters, digits, `_` and `-`")]
    StoreId(String),
    /// The tables were written by a later version of this crate.
    #[error(
        "the tables have the format {found}, and this version of the code reads up to {known}: deploy a later one"
    )]
    Format {
        /// The format of the tables.
        found: i64,
        /// The latest format that this version reads.
        known: i64,
    },
    /// The schema cannot be stored.
    #[error("the schema cannot be stored: {0}")]
    Schema(String),
    /// The event did not reach the backend, or the backend refused it for good.
    #[error("the event was not confirmed: {0}")]
    Unconfirmed(String),
    /// The event cannot be applied any more after events that the backend stored before it. It is kept with the
    /// rejected events.
    #[error("the event was rejected, because it cannot be applied after other clients' events: {0}")]
    Rejected(String),
    /// The object's storage failed.
    #[error(transparent)]
    Object(#[from] Error),
}

/// A [`StoreError`] of one word, for the functions inside a store. Most of them only pass errors on, and a large error
/// that is moved at each step is more code than the steps.
#[derive(Debug)]
pub(crate) struct Fault(Box<StoreError>);

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<StoreError> for Fault {
    #[cold]
    fn from(error: StoreError) -> Self {
        Self(Box::new(error))
    }
}

impl From<Error> for Fault {
    #[cold]
    fn from(error: Error) -> Self {
        StoreError::Object(error).into()
    }
}

impl From<EventError> for Fault {
    #[cold]
    fn from(error: EventError) -> Self {
        StoreError::Event(error).into()
    }
}

impl From<Fault> for StoreError {
    fn from(Fault(error): Fault) -> Self {
        *error
    }
}

impl From<Fault> for Error {
    fn from(Fault(error): Fault) -> Self {
        error.into_error()
    }
}

/// The reason why a store does not sync until someone resumes it. It can be read; commits fail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Halt {
    /// An event of the backend cannot be applied.
    #[error("event {seq}, `{name}`, cannot be applied: {reason}")]
    Poisoned {
        /// The number of the event.
        seq: i64,
        /// Its name.
        name: String,
        /// The error, in words.
        reason: String,
    },
    /// The backend does not have the confirmed events any more, and the store may not be reset.
    #[error("the backend does not have the confirmed events any more")]
    LostHistory,
}

impl Halt {
    /// Returns the form in which the store keeps it.
    pub(super) fn to_json(&self) -> String {
        match self {
            Self::Poisoned { seq, name, reason } => {
                let mut json = format!(r#"{{"kind":"poisoned","seq":{seq}"#);
                for (member, text) in [(r#","name":"#, name), (r#","reason":"#, reason)] {
                    json.push_str(member);
                    push_quoted(text, &mut |piece| json.push_str(piece));
                }
                json.push('}');
                json
            }
            Self::LostHistory => r#"{"kind":"lostHistory"}"#.to_owned(),
        }
    }

    /// Reads that form. A later version of this crate may have written another one.
    pub(super) fn of_json(json: &str) -> Option<Self> {
        let (mut kind, mut seq, mut name, mut reason) = Default::default();
        let read = |reader: &mut Reader<'_>| {
            reader.object(&mut |reader, member| match member {
                "kind" => set(&mut kind, member, reader.text()?.into_owned()),
                "seq" => set(&mut seq, member, reader.integer()?),
                "name" => set(&mut name, member, reader.text()?.into_owned()),
                "reason" => set(&mut reason, member, reader.text()?.into_owned()),
                _ => reader.skip(),
            })
        };
        json::parse(json, read).ok()?;
        match &*kind? {
            "poisoned" => Some(Self::Poisoned { seq: seq?, name: name?, reason: reason? }),
            "lostHistory" => Some(Self::LostHistory),
            _ => None,
        }
    }
}

impl IntoError for StoreError {
    fn into_error(self) -> Error {
        match self {
            Self::Object(error) => error,
            other => Error::Message(other.to_string()),
        }
    }
}

impl<E> From<StoreError> for CallError<E> {
    fn from(error: StoreError) -> Self {
        Self::Platform(error.into_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halt_keeps_the_form_of_serde() {
        let poisoned = Halt::Poisoned { seq: 3, name: "v1.\"A".into(), reason: "no\nsuch table".into() };
        for halt in [poisoned, Halt::LostHistory] {
            let json = halt.to_json();
            assert_eq!(json, serde_json::to_string(&halt).unwrap());
            assert_eq!(Halt::of_json(&json), Some(halt));
        }
        for json in ["", "{}", r#"{"kind":"later"}"#, r#"{"kind":"poisoned","seq":1}"#] {
            assert_eq!(Halt::of_json(json), None, "{json}");
        }
    }
}
