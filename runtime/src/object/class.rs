//! Exported classes.

use super::contract::Contract;
use super::namespace::Namespace;
#[cfg(not(target_arch = "wasm32"))]
use crate::typescript::Export;
use crate::{Env, Result};

/// A Durable Object class that this worker exports.
///
/// `#[durable_object]` on a struct implements it, and [`export_object!`](crate::export_object) for the
/// object of a library.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no class that the worker exports",
    label = "not a durable object",
    note = "write `#[durable_object]` above `struct {Self}`; a generic one is exported with `export_object!`"
)]
pub trait Class {
    /// The type of the class's objects.
    type Object: Contract;
    /// The class's name in JavaScript and in wrangler.toml.
    const NAME: &'static str;
    /// The binding under which a worker finds the class by default.
    const BINDING: &'static str;
    /// Whether the crate of the type exports the class. A class declared with `export = false` is exported by
    /// a worker that uses [`export_object!`](crate::export_object), under this name. Its objects live in that
    /// worker.
    const EXPORTED: bool = true;

    /// Returns all objects of the class, under its own binding. [`Namespace::bound`] takes another binding.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the worker lacks the binding.
    fn namespace(env: &Env) -> Result<Namespace<Self>> {
        Namespace::bound(env, Self::BINDING)
    }

    /// Returns all objects of the class, found without a binding. A library that uses it does not make its
    /// users choose the name of a binding.
    ///
    /// # Errors
    /// As [`Namespace::exported`].
    fn exported() -> Result<Namespace<Self>> {
        Namespace::exported()
    }

    /// Returns the object with this name. The same name always leads to the same object.
    ///
    /// # Errors
    /// As [`Class::namespace`].
    fn named(env: &Env, name: &str) -> Result<Stub<Self>> {
        Self::namespace(env)?.named(name)
    }

    /// Returns a new object that has no name. Keep the stub's `id()` to find the object again with
    /// [`Class::from_id`].
    ///
    /// # Errors
    /// As [`Class::namespace`].
    fn unique(env: &Env) -> Result<Stub<Self>> {
        Self::namespace(env)?.unique()
    }

    /// Returns the object with this id, given as 64 hexadecimal digits.
    ///
    /// # Errors
    /// As [`Class::namespace`]; [`Error::Remote`](crate::Error::Remote) when the text is not an id of this
    /// class.
    fn from_id(env: &Env, id: &str) -> Result<Stub<Self>> {
        Self::namespace(env)?.from_id(id)
    }
}

/// Returns the description of a class for TypeScript, with its documentation line by line.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub const fn export<C: Class>(docs: &'static [&'static str]) -> Export {
    Export::new(C::NAME, C::BINDING, docs, describe::<C::Object>)
}

/// Lists the methods of an object and of its parts.
#[cfg(not(target_arch = "wasm32"))]
fn describe<T: Contract>(object: &mut crate::typescript::Object<'_>) {
    T::describe(object);
    T::describe_parts(object);
}

/// The generated stub of a class.
pub(super) type Stub<C> = <<C as Class>::Object as Contract>::Stub;
