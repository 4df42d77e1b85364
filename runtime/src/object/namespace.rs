//! A class under the binding that a worker gave it.

use std::fmt;
use std::marker::PhantomData;

use super::class::{Class, Stub};
use super::stub::RawStub;
use crate::{Env, Result, sys};

/// The objects of a class, found through a binding.
pub struct Namespace<C: Class + ?Sized> {
    env: Env,
    binding: String,
    class: PhantomData<fn() -> C>,
}

impl<C: Class + ?Sized> Namespace<C> {
    /// The objects behind `binding`.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the worker lacks the binding.
    pub fn bound(env: &Env, binding: &str) -> Result<Self> {
        Ok(Self { env: env.clone(), binding: binding.to_owned(), class: PhantomData })
    }

    /// The object with this name.
    ///
    /// # Errors
    /// As [`Namespace::bound`].
    pub fn named(&self, name: &str) -> Result<Stub<C>> {
        RawStub::find(&self.env, &self.binding, C::NAME, &sys::Address::Name(name)).map(Into::into)
    }
}

impl<C: Class + ?Sized> fmt::Debug for Namespace<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Namespace({})", self.binding)
    }
}
