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
    /// What its objects are.
    type Object: Contract;
    /// The class's name in JavaScript and in wrangler.toml.
    const NAME: &'static str;
    /// The binding under which a worker finds the class, unless it names another.
    const BINDING: &'static str;
    /// Whether the crate of the type exports the class. Objects of one that is declared with `export = false` live in
    /// any worker that exports it, under this name, with [`export_object!`](crate::export_object).
    const EXPORTED: bool = true;

    /// All objects of the class, under its own binding; [`Namespace::bound`] takes another.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the worker lacks the binding.
    fn namespace(env: &Env) -> Result<Namespace<Self>> {
        Namespace::bound(env, Self::BINDING)
    }

    /// All objects of the class, without a binding: for a library, whose users would otherwise have to
    /// choose the name of one.
    ///
    /// # Errors
    /// As [`Namespace::exported`].
    fn exported() -> Result<Namespace<Self>> {
        Namespace::exported()
    }

    /// The object with this name; the same name always leads to the same object.
    ///
    /// # Errors
    /// As [`Class::namespace`].
    fn named(env: &Env, name: &str) -> Result<Stub<Self>> {
        Self::namespace(env)?.named(name)
    }

    /// A new object that has no name. Keep the stub's `id()` to find it again with [`Class::from_id`].
    ///
    /// # Errors
    /// As [`Class::namespace`].
    fn unique(env: &Env) -> Result<Stub<Self>> {
        Self::namespace(env)?.unique()
    }

    /// The object with this id, given as 64 hexadecimal digits.
    ///
    /// # Errors
    /// As [`Class::namespace`]; [`Error::Remote`](crate::Error::Remote) when it is no id of this class.
    fn from_id(env: &Env, id: &str) -> Result<Stub<Self>> {
        Self::namespace(env)?.from_id(id)
    }
}

/// What TypeScript is told of a class, with its documentation line by line.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub const fn export<C: Class>(docs: &'static [&'static str]) -> Export {
    Export::new(C::NAME, C::BINDING, docs, <C::Object as Contract>::describe)
}

/// The generated stub of a class.
pub(super) type Stub<C> = <<C as Class>::Object as Contract>::Stub;
