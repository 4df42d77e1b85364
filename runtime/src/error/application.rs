//! Errors that an application defines, and their way from one object to another.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::data::Data;
use super::{Error, RemoteError};
#[cfg(not(target_arch = "wasm32"))]
use crate::typescript;

/// An application's own error that remote methods return: typed in Rust, and a usable `Error` in JavaScript.
///
/// Derive it, on an enum or a struct that is also [`Display`], `Serialize` and `Deserialize`:
///
/// ```
/// use durable_object::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
/// pub enum WithdrawError {
///     #[error("only {available} left")]
///     TooMuch { available: u32 },
///     #[error("the account is frozen")]
///     #[rpc_error(code = "FROZEN_ACCOUNT")]
///     Frozen,
/// }
/// ```
///
/// | place | form of the error |
/// |---|---|
/// | JavaScript | an `Error` with `name` `"WithdrawError"`, the [`Display`] text as `message`, `code` `"TOO_MUCH"`, and as `data` the value in serde's form |
/// | the generated stub | [`CallError::Application`] with the value itself |
/// | a method that returns `Result<T>` | [`Error::Application`], which `?` makes of it, with the same four |
///
/// `#[rpc_error(name = "…")]` on the type changes its name. `#[rpc_error(code = "…")]` on a variant, or on a
/// struct, changes its code. Names tell errors apart, so keep them when you rename the type.
pub trait RpcError: Display + Serialize + DeserializeOwned {
    /// The `name` of the JavaScript error: the type's name by default.
    const NAME: &'static str;

    /// All codes, in the order of the variants, for TypeScript. If the list is empty, TypeScript knows only
    /// that the code is a text.
    const CODES: &'static [&'static str] = &[];

    /// Returns the `code` of the JavaScript error: the variant's name in upper case by default.
    fn code(&self) -> &'static str;
}

/// The error of a call to a method that returns an error of its own.
///
/// A method that can fail in other ways too, for example because it uses storage, returns `Result<T,
/// CallError<E>>` itself: `?` converts both an `E` and this crate's [`enum@Error`]. Its caller gets the same
/// type.
///
/// ```
/// # use durable_object::prelude::*;
/// # #[derive(Debug, thiserror::Error, serde::Serialize, serde::Deserialize, RpcError)]
/// # #[error("empty")]
/// # pub struct Empty;
/// # #[durable_object] pub struct Queue { ctx: Ctx }
/// #[durable_object]
/// impl Queue {
///     # #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
///     /// Takes the first one.
///     #[rpc]
///     pub fn pop(&self) -> Result<String, CallError<Empty>> {
///         let first = "DELETE FROM items WHERE id = (SELECT MIN(id) FROM items) RETURNING text";
///         let text = self.ctx.sql().query(first, ())?.optional()?;
///         Ok(text.ok_or(Empty)?)
///     }
/// }
/// ```
// Not `#[non_exhaustive]`: callers match both cases, and a third one cannot occur.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError<E> {
    /// The method returned this error.
    #[error(transparent)]
    Application(E),
    /// The call did not reach the method, or the method's answer did not come back.
    #[error(transparent)]
    Platform(#[from] Error),
}

impl<E> CallError<E> {
    /// Returns the method's own error, if the method returned one.
    pub fn application(self) -> Option<E> {
        match self {
            Self::Application(error) => Some(error),
            Self::Platform(_) => None,
        }
    }
}

impl<E: RpcError> From<E> for CallError<E> {
    fn from(error: E) -> Self {
        Self::Application(error)
    }
}

impl<E: RpcError> From<CallError<E>> for Error {
    fn from(error: CallError<E>) -> Self {
        match error {
            CallError::Application(error) => Self::application(&error),
            CallError::Platform(error) => error,
        }
    }
}

/// An [`RpcError`] without its type.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ApplicationError {
    pub(crate) name: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) data: Option<Data>,
}

impl ApplicationError {
    /// Returns the name of the error's type.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// Returns the code of the error's variant.
    #[must_use]
    pub fn code(&self) -> &str {
        self.code
    }
}

impl Error {
    /// Converts an [`RpcError`] as `?` does, with its name, code, message and data.
    pub fn application<E: RpcError>(error: &E) -> Self {
        Self::Application(Box::new(ApplicationError {
            name: E::NAME,
            code: error.code(),
            message: error.to_string(),
            data: Data::of(error),
        }))
    }
}

/// An error that a remote method may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a remote method",
    label = "callers cannot be told about this error",
    note = "derive `RpcError` for it, beside serde's `Serialize` and `Deserialize` and a `Display`; or return `Result<T>`"
)]
pub trait Failure {
    /// The type that the stub's method returns in its place.
    type Call;

    /// Returns the error in the form that leaves the object.
    fn into_error(self) -> Error;

    /// Returns the error of a call.
    fn from_call(error: Error) -> Self::Call;

    /// Returns its shape in JavaScript, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut typescript::Types) -> typescript::ErrorShape;
}

/// A `Result`, also under an alias.
pub trait Fallible {
    /// The type of its error.
    type Error;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;
}

impl Failure for Error {
    type Call = Self;

    fn into_error(self) -> Error {
        self
    }

    fn from_call(error: Error) -> Self {
        error
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(_types: &mut typescript::Types) -> typescript::ErrorShape {
        typescript::ErrorShape { name: "Error", application: None }
    }
}

#[diagnostic::do_not_recommend]
impl<E: RpcError> Failure for E {
    type Call = CallError<E>;

    fn into_error(self) -> Error {
        Error::application(&self)
    }

    fn from_call(error: Error) -> CallError<E> {
        let own = if let Error::Remote(remote) = &error { RemoteError::downcast(remote) } else { None };
        own.map_or_else(|| CallError::Platform(error), CallError::Application)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut typescript::Types) -> typescript::ErrorShape {
        typescript::ErrorShape { name: E::NAME, application: Some((E::CODES, types.shape::<E>())) }
    }
}

#[diagnostic::do_not_recommend]
impl<E: RpcError> Failure for CallError<E> {
    type Call = Self;

    fn into_error(self) -> Error {
        self.into()
    }

    fn from_call(error: Error) -> Self {
        E::from_call(error)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut typescript::Types) -> typescript::ErrorShape {
        <E as Failure>::shape(types)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
    enum Refused {
        #[error("only {left} left")]
        TooMuch { left: u32 },
    }

    impl RpcError for Refused {
        const NAME: &'static str = "Refused";

        fn code(&self) -> &'static str {
            "TOO_MUCH"
        }
    }

    #[test]
    fn an_error_of_the_application_keeps_what_it_is() {
        let Error::Application(error) = Error::application(&Refused::TooMuch { left: 3 }) else {
            panic!("another kind of error")
        };
        assert_eq!((error.name(), error.code(), &*error.to_string()), ("Refused", "TOO_MUCH", "only 3 left"));
    }
}
