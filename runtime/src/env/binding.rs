//! Bindings, and the reader that reads them one after the other.

use wasm_bindgen::JsValue;

use super::kind::Kind;
use super::unmet::{Flaw, Unmet, describe};
use crate::{Env, Error, sys};

/// A type that stands for one binding of the environment: a field of a struct that derives
/// [`FromEnv`](derive@crate::FromEnv).
///
/// This crate implements it for the bindings that `worker` has a type for, and for variables. Implement it
/// for another kind of binding, or for a variable that is more than a text:
///
/// ```
/// use durable_object::env::{Binding, Bound, Flaw, Kind};
/// use durable_object::prelude::*;
///
/// /// The address of a service, without a slash at its end.
/// struct Origin(String);
///
/// impl Binding for Origin {
///     const KIND: Kind = Kind::var("an address", "\"https://…\"");
///
///     fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
///         let text = String::take(bound)?;
///         if !text.starts_with("https://") {
///             return Err(Flaw::Unreadable("it does not begin with https://".to_owned()));
///         }
///         Ok(Self(text.trim_end_matches('/').to_owned()))
///     }
/// }
///
/// #[derive(FromEnv)]
/// struct Bindings {
///     bank: Origin,
///     mirror: Option<Origin>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for a binding of a worker",
    label = "`FromEnv` needs a `Binding` here",
    note = "a variable is `String`, `Secret`, or `Json<T>` for a number, boolean, list or table",
    note = "a service is `Namespace<Class>` or a type of `worker`: `KvStore`, `Bucket`, `D1Database` (feature `d1`), `Queue` (feature `queue`), `Fetcher`, …",
    note = "any of them can be in an `Option`; for a kind that is missing, implement `durable_object::env::Binding`"
)]
pub trait Binding: Sized {
    /// The kind of binding that the type needs.
    const KIND: Kind;

    /// Takes the bound value. The caller has checked that it is of the right type.
    ///
    /// # Errors
    /// [`Flaw::Unreadable`] when the value cannot be read as such.
    fn take(bound: Bound<'_>) -> Result<Self, Flaw>;

    /// Returns the value that replaces a missing binding.
    ///
    /// # Errors
    /// [`Flaw::Missing`], unless there is such a value.
    fn absent() -> Result<Self, Flaw> {
        Err(Flaw::Missing)
    }
}

/// The value that the environment has under a name.
#[derive(Debug)]
pub struct Bound<'a> {
    env: &'a Env,
    name: &'static str,
    value: JsValue,
}

impl<'a> Bound<'a> {
    /// Returns the whole environment.
    #[must_use]
    pub fn env(&self) -> &'a Env {
        self.env
    }

    /// Returns the name of the binding.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the value itself.
    #[must_use]
    pub fn value(&self) -> &JsValue {
        &self.value
    }

    /// Returns the value itself, as an owned value.
    #[must_use]
    pub fn into_value(self) -> JsValue {
        self.value
    }
}

impl<B: Binding> Binding for Option<B> {
    const KIND: Kind = B::KIND;

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        B::take(bound).map(Some)
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(None)
    }
}

/// A reader of bindings that remembers those it cannot read.
pub struct BindingReader<'a> {
    env: &'a Env,
    unmet: Vec<Unmet>,
}

impl<'a> BindingReader<'a> {
    /// Creates a reader that has read nothing yet.
    #[must_use]
    pub fn new(env: &'a Env) -> Self {
        Self { env, unmet: Vec::new() }
    }

    /// Reads a binding, or returns `None` when it has a mistake to report.
    pub fn read<B: Binding>(&mut self, name: &'static str) -> Option<B> {
        let read = match sys::binding(self.env, name) {
            Some(value) => B::KIND.check(&value).and_then(|()| B::take(Bound { env: self.env, name, value })),
            None => B::absent(),
        };
        read.map_err(|flaw| self.unmet.push(Unmet { name, kind: B::KIND, flaw })).ok()
    }

    /// Returns the mistakes in all bindings.
    #[must_use]
    pub fn into_error(self) -> Error {
        Error::Config(describe(&self.unmet))
    }
}
