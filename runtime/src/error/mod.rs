//! The one error type of this crate, and the errors of applications and of other objects in it.
//!
//! Begin with [`Error`](enum@Error) and its [`Result`]: every fallible function returns it, and `?` converts
//! other errors into it ([`IntoError`] lists them). For an error that your callers should tell apart, derive
//! [`RpcError`](derive@RpcError); a method that returns it gives its caller a [`CallError`]. [`RemoteError`]
//! holds the facts of an error that JavaScript threw, and [`MigrationError`] those of a migration.
//!
//! ```
//! use durable_object::Result;
//! use durable_object::error::{CallError, Error, RpcError};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
//! enum Refused {
//!     #[error("only {available} left")]
//!     TooMuch { available: u32 },
//! }
//!
//! fn told(answer: Result<u32, CallError<Refused>>) -> Result<String> {
//!     match answer {
//!         Ok(left) => Ok(format!("{left} left")),
//!         Err(CallError::Application(Refused::TooMuch { available })) => Ok(format!("too much for {available}")),
//!         Err(CallError::Platform(Error::Remote(why))) if why.is_worth_retrying() => Ok("later".to_owned()),
//!         Err(CallError::Platform(why)) => Err(why),
//!     }
//! }
//! ```

mod application;
mod conversion;
mod data;
mod migration;
mod remote;

use std::sync::Arc;

use thiserror::Error as ThisError;

pub(crate) use application::Failure;
pub use application::{ApplicationError, CallError, RpcError};
pub use conversion::IntoError;
#[cfg(target_arch = "wasm32")]
pub(crate) use data::Data;
pub use migration::MigrationError;
pub use remote::RemoteError;

pub use crate::macros::RpcError;
pub use crate::value::conversion::ConversionError;

/// The names that generated code uses.
pub(crate) mod generated {
    pub use super::application::{Failure, Fallible};
}

/// An error of this crate, with a text that says how to correct it.
///
/// Every fallible call of this crate returns it. When it crosses RPC it becomes a JavaScript `Error`: its
/// `name` is [`Error::name`] and its `message` is the [`Display`](std::fmt::Display) text. The calling object
/// receives it as [`Error::Remote`].
#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A statement cannot run. None of it was applied.
    #[error("{message} (in `{statement}`)")]
    Sql {
        /// The statement as the caller passed it.
        statement: String,
        /// SQLite's own words, or the numbers of parameters that the statement wants and was given.
        message: String,
    },

    /// A row does not have the shape that the caller asked for.
    #[error("{message} (in the rows of `{statement}`)")]
    Row {
        /// The statement whose rows were read.
        statement: String,
        /// The column and the reason.
        message: String,
    },

    /// Key-value storage refused a key or a value, or holds another type than the caller asked for.
    #[error("{message} (at the key `{key}`)")]
    Kv {
        /// The key.
        key: String,
        /// The reason.
        message: String,
    },
    /// The object's tables cannot reach the schema that the code expects.
    #[error(transparent)]
    Migration(#[from] MigrationError),

    /// A value cannot be stored without loss.
    #[error("{0}")]
    Value(String),

    /// A value is larger than the platform accepts in production.
    #[error("{what} is {actual}, above the limit of {limit}")]
    Limit {
        /// The measured quantity, with its unit.
        what: &'static str,
        /// Its size.
        actual: usize,
        /// The documented maximum.
        limit: usize,
    },

    /// A remote caller passed an argument that the method does not take.
    #[error("{method}({argument}): {message}")]
    Argument {
        /// The method's name in JavaScript.
        method: &'static str,
        /// The parameter's name in Rust, or the number of expected arguments.
        argument: &'static str,
        /// The mistake in it.
        message: String,
    },

    /// A socket's attachment could not be written or read back.
    #[error("socket attachment: {0}")]
    Attachment(String),

    /// A socket cannot be closed with this code.
    #[error(
        "a socket cannot be closed with {0}; codes of your own are 3000 to 4999, and 1000 says that all is well"
    )]
    CloseCode(u16),

    /// An error that the application defined: the form that `?` gives an [`RpcError`].
    #[error(transparent)]
    Application(Box<ApplicationError>),

    /// An error that JavaScript threw: from another object, from the platform on the way to it, or from a
    /// binding.
    #[error(transparent)]
    Remote(#[from] RemoteError),

    /// An object called itself through a stub while one of its handlers was running. The call would wait for
    /// that handler, and the handler waits for the call.
    #[error(
        "`{method}` was called by an object on itself through its stub, which would deadlock; call it on `self` instead"
    )]
    SelfCall {
        /// The method that was called.
        method: &'static str,
    },

    /// The object's `#[init]` failed with this error, so the object cannot be called.
    #[error(transparent)]
    Init(Arc<Error>),

    /// The worker's configuration lacks an entry that the code needs.
    #[error("{0}")]
    Config(String),

    /// Any other error, as text. [`Error::new`] makes it.
    #[error("{0}")]
    Message(String),
}

/// `std`'s `Result` with this crate's [`Error`] as the default error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Creates an error that is only a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// Creates an error that is only a message, and says that its cause is temporary, so the caller may try
    /// again. Callers of an object see it as [`RemoteError::retryable`].
    pub fn passing(message: impl Into<String>) -> Self {
        let (name, message) = ("Error".to_owned(), message.into());
        Self::Remote(RemoteError { name, message, retryable: true, ..RemoteError::default() })
    }

    /// Returns the `name` that JavaScript callers see.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Sql { .. } => "SqlError",
            Self::Row { .. } => "RowError",
            Self::Kv { .. } => "KvError",
            Self::Migration(_) => "MigrationError",
            Self::Value(_) => "ValueError",
            Self::Limit { .. } => "LimitError",
            Self::Argument { .. } => "TypeError",
            Self::Attachment(_) => "AttachmentError",
            Self::CloseCode(_) => "CloseCodeError",
            Self::Application(error) => error.name(),
            Self::Remote(remote) => &remote.name,
            Self::SelfCall { .. } => "SelfCallError",
            Self::Init(_) => "InitError",
            Self::Config(_) => "ConfigError",
            Self::Message(_) => "Error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_carry_what_is_needed_to_act() {
        let sql = Error::Sql { statement: "SELECT".into(), message: "incomplete input".into() };
        assert_eq!(sql.to_string(), "incomplete input (in `SELECT`)");
        let limit = Error::Limit { what: "attachment bytes", actual: 20_000, limit: 16_384 };
        assert_eq!(limit.to_string(), "attachment bytes is 20000, above the limit of 16384");
        let argument =
            Error::Argument { method: "increment", argument: "by", message: "expected i64".into() };
        assert_eq!(argument.to_string(), "increment(by): expected i64");
        assert_eq!(argument.name(), "TypeError");
    }

    /// Returns the texts of an error's causes.
    fn causes(error: &dyn std::error::Error) -> Vec<String> {
        std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string).collect()
    }

    fn sql() -> Error {
        Error::Sql { statement: "SELEC".into(), message: "syntax error".into() }
    }

    #[test]
    fn the_cause_of_a_failed_migration_is_its_source() {
        let failed = MigrationError::Failed { name: "0001_notes".into(), error: Box::new(sql()) };
        assert_eq!(causes(&failed), [sql().to_string()]);
        assert_eq!(causes(&Error::from(failed.clone())), [sql().to_string()]);
        assert_eq!(causes(&Error::Init(Arc::new(failed.into()))), [sql().to_string()]);
        assert!(causes(&MigrationError::Removed { name: "0001_notes".into() }).is_empty());
    }

    #[test]
    fn the_causes_that_javascript_gave_are_sources() {
        let remote = |message: &str, cause: Option<RemoteError>| RemoteError {
            name: "Error".into(),
            message: message.into(),
            cause: cause.map(Box::new),
            ..RemoteError::default()
        };
        let error = remote("no answer", Some(remote("no network", Some(remote("no cable", None)))));
        assert_eq!(causes(&error), ["Error: no network", "Error: no cable"]);
        assert_eq!(causes(&Error::from(error)), ["Error: no network", "Error: no cable"]);
    }

    #[test]
    fn the_error_of_a_call_is_the_error_that_it_wraps() {
        #[derive(Debug, ThisError)]
        #[error("refused")]
        struct Refused(#[source] std::fmt::Error);

        let refused = CallError::Application(Refused(std::fmt::Error));
        assert_eq!(
            (refused.to_string(), causes(&refused)),
            ("refused".into(), vec![std::fmt::Error.to_string()])
        );
        let failed = MigrationError::Failed { name: "0001_notes".into(), error: Box::new(sql()) };
        let platform = CallError::<Refused>::Platform(failed.into());
        assert_eq!(causes(&platform), [sql().to_string()]);
    }

    #[test]
    fn an_error_that_wraps_none_has_no_source() {
        let [statement, message, key] = [const { String::new() }; 3];
        let application = ApplicationError { name: "", code: "", message: message.clone(), data: None };
        let errors = [
            sql(),
            Error::Row { statement, message: message.clone() },
            Error::Kv { key, message: message.clone() },
            Error::Value(message.clone()),
            Error::Limit { what: "", actual: 0, limit: 0 },
            Error::Argument { method: "", argument: "", message: message.clone() },
            Error::Attachment(message.clone()),
            Error::CloseCode(0),
            Error::Application(Box::new(application)),
            Error::SelfCall { method: "" },
            Error::Config(message.clone()),
            Error::Message(message.clone()),
            // `?` keeps the text of a conversion's error, which has no source either.
            ConversionError::new(message).into(),
        ];
        for error in errors {
            assert!(causes(&error).is_empty(), "{error:?}");
        }
    }

    #[test]
    fn a_remote_error_keeps_its_own_name() {
        let error = Error::from(RemoteError { name: "RangeError".into(), ..RemoteError::default() });
        assert_eq!(error.name(), "RangeError");
    }
}
