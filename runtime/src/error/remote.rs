//! Errors that JavaScript threw.

use serde::de::DeserializeOwned;

use super::application::RpcError;
use super::data::Data;

/// An error that JavaScript threw: from another object, from the platform on the way to it, or from a
/// binding, such as a database.
///
/// A handler that returns it passes it on to the next caller unchanged: with its name, its message, its cause
/// and its own properties.
#[derive(Debug, Clone, Default, thiserror::Error)]
#[error("{name}: {message}")]
#[non_exhaustive]
pub struct RemoteError {
    /// The JavaScript error's name, for example `TypeError`.
    pub name: String,
    /// The JavaScript error's message.
    pub message: String,
    /// The JavaScript error's `code`, if it has one and it is text.
    pub code: Option<String>,
    /// The caller may try again on a fresh stub: the platform says so, or the crash of another object
    /// interrupted the call.
    pub retryable: bool,
    /// The object is overloaded, so the caller should not retry now.
    pub overloaded: bool,
    /// The error was thrown inside the object rather than on the way to it.
    pub remote: bool,
    /// The object was reset by this error; the next call finds a fresh one.
    pub durable_object_reset: bool,
    /// The error's `cause`, if that is an error too.
    #[source]
    pub cause: Option<Box<RemoteError>>,
    /// The error's own properties that are data, `code` among them, without the platform's four above.
    pub(crate) properties: Vec<(String, Data)>,
}

impl RemoteError {
    /// Returns one of the JavaScript error's own properties, if it exists and is a `T`.
    #[must_use]
    pub fn property<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let (_, data) = self.properties.iter().find(|(own, _)| own == name)?;
        data.read()
    }

    /// Returns the application's error, if it is an `E`.
    #[must_use]
    pub fn downcast<E: RpcError>(&self) -> Option<E> {
        if self.name == E::NAME { self.property("data") } else { None }
    }

    /// Returns whether the same call may succeed when it is made again: the platform has temporary trouble,
    /// and the object is not overloaded.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        self.retryable && !self.overloaded
    }
}
