//! Objects within an object.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::JsValue;

use super::class::{Class, Stub};
use super::ctx::Ctx;
use super::stub::RawStub;
use crate::{Error, Result, crossing, sys};

/// The limit of a facet's name in bytes (workerd `api/actor-state.c++`, `MAX_FACET_NAME_LENGTH`).
const MAX_NAME_BYTES: usize = 256;

/// A facet: an object inside this one, with its own code, memory and database. It lives where this object
/// lives, and only this object can reach it.
///
/// ```
/// # use durable_object::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize)]
/// struct Owner {
///     team: String,
/// }
///
/// /// A board of a team.
/// #[durable_object]
/// pub struct Board {
///     owner: Owner,
/// }
///
/// #[durable_object]
/// impl Board {
///     #[init]
///     fn init(ctx: Ctx) -> Result<Self> {
///         Ok(Self { owner: ctx.props()? })
///     }
///
///     #[rpc]
///     fn team(&self) -> String {
///         self.owner.team.clone()
///     }
/// }
///
/// async fn team_of(ctx: &Ctx, board: &str) -> Result<String> {
///     let owner = Owner { team: "blue".to_owned() };
///     ctx.facet::<Board>(board)?.props(&owner)?.stub()?.team().await
/// }
/// ```
///
/// The worker must export the class; the class needs no binding and no migration. Facets may have facets, up
/// to four objects deep (workerd `api/actor-state.c++`, `MAX_FACET_TREE_DEPTH`). Facets cannot set alarms
/// (workerd `server/server.c++`), so `#[alarm]` and `#[scheduled]` methods work only in the object around
/// them.
pub struct Facet<C: ?Sized> {
    state: Rc<sys::State>,
    name: String,
    id: Option<String>,
    props: JsValue,
    class: PhantomData<fn() -> C>,
}

impl Ctx {
    /// Returns the facet with this name: an object inside this one.
    ///
    /// # Errors
    /// [`Error::Limit`] for a name above 256 bytes; [`Error::Value`] for an empty name.
    pub fn facet<C: Class + ?Sized>(&self, name: impl Into<String>) -> Result<Facet<C>> {
        let name = name.into();
        check(&name)?;
        let state = Rc::clone(self.state());
        Ok(Facet { state, name, id: None, props: JsValue::UNDEFINED, class: PhantomData })
    }
}

impl<C: Class + ?Sized> Facet<C> {
    /// Sets the id that [`Ctx::id`](crate::Ctx::id) returns inside the facet. It may be any text. Without it,
    /// the facet has the id of this object.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the value that [`Ctx::props`](crate::Ctx::props) returns inside the facet.
    ///
    /// # Errors
    /// [`Error::Value`] when the value cannot cross to another object.
    pub fn props<T: Serialize + ?Sized>(mut self, props: &T) -> Result<Self> {
        self.props = crossing::to_js(props).map_err(|why| Error::Value(format!("the props: {why}")))?;
        Ok(self)
    }

    /// Returns a stub that calls the facet. The first call starts the facet with this class, id and props. A
    /// running facet keeps those with which it started.
    ///
    /// # Errors
    /// [`Error::Config`] when the worker does not export the class or the platform does not list the exports,
    /// see [`Class::exported`]; [`Error::Remote`] when the facet would be the fifth object deep.
    pub fn stub(&self) -> Result<Stub<C>> {
        let stub = self.state.open_facet(&self.name, C::NAME, &self.props, self.id.as_deref())?;
        let stub = stub.ok_or_else(|| {
            Error::Config(format!(
                "the worker does not export the class `{}`, or needs a `compatibility_date` of 2025-11-17 or \
                 later to find it",
                C::NAME
            ))
        })?;
        Ok(RawStub::new(stub, C::NAME).into())
    }

    /// Ends the facet. Callers that wait for it get an error with this reason, its memory is lost, and the
    /// next call starts it on the same storage.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses.
    pub fn abort(&self, reason: &str) -> Result<()> {
        self.state.abort_facet(&self.name, reason)
    }

    /// Ends the facet, and deletes everything that it and the facets inside it have stored.
    ///
    /// # Errors
    /// As [`Facet::abort`].
    pub fn delete(&self) -> Result<()> {
        self.state.delete_facet(&self.name)
    }

    /// Copies everything that this facet and the facets inside it have stored to another facet of this
    /// object. The other facet is ended and loses its earlier data.
    ///
    /// # Errors
    /// As [`Ctx::facet`](crate::Ctx::facet), for the name; [`Error::Remote`] when the platform refuses.
    pub fn copy_to(&self, name: &str) -> Result<()> {
        check(name)?;
        self.state.copy_facet(&self.name, name)
    }
}

fn check(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::Value("a facet's name cannot be empty".to_owned()));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(Error::Limit {
            what: "the length of a facet's name in bytes",
            actual: name.len(),
            limit: MAX_NAME_BYTES,
        });
    }
    Ok(())
}

impl<C: ?Sized> fmt::Debug for Facet<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facet").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_before_the_platform_does() {
        assert!(check("a").is_ok() && check(&"x".repeat(256)).is_ok());
        assert!(matches!(check(""), Err(Error::Value(_))));
        let long = check(&"ä".repeat(129));
        assert!(matches!(long, Err(Error::Limit { actual: 258, limit: 256, .. })));
    }
}
