//! The ways to find objects.

use std::fmt;
use std::marker::PhantomData;

use super::class::{Class, Stub};
use super::stub::RawStub;
use crate::{Env, Error, Result, sys};

/// The objects of one class, as one binding of the worker leads to them.
///
/// [`Class::named`] and its neighbours are enough for most uses. A namespace adds a jurisdiction, a location,
/// or a binding of another name, and it asks the environment only once.
///
/// ```
/// # use durable_object::prelude::*;
/// # use durable_object::rpc::{Jurisdiction, LocationHint};
/// # #[durable_object] pub struct Room { ctx: Ctx }
/// # #[durable_object] impl Room { #[init] fn init(ctx: Ctx) -> Self { Self { ctx } } #[rpc] fn open(&self) {} }
/// # async fn example(env: &Env) -> Result<()> {
/// let rooms = Room::namespace(env)?.jurisdiction(Jurisdiction::Eu)?.near(LocationHint::WesternEurope);
/// rooms.named("lobby")?.open().await
/// # }
/// ```
pub struct Namespace<C: ?Sized> {
    namespace: sys::Namespace,
    location_hint: Option<LocationHint>,
    class: PhantomData<fn() -> C>,
}

/// A region in which objects must run and keep their data. The same name in two jurisdictions is two objects.
///
/// The list is Cloudflare's (Durable Objects, "Data location"). Only Cloudflare's network enforces it; a
/// local workerd refuses jurisdictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jurisdiction {
    /// The European Union.
    Eu,
    /// The United States.
    Us,
    /// Data centres that are compliant with `FedRAMP` Moderate.
    FedRamp,
    /// Data centres that are compliant with `FedRAMP` High.
    FedRampHigh,
}

/// The region in which the platform should make an object. Only the first call to an object counts, and the
/// platform may choose another region.
///
/// The list is Cloudflare's (Durable Objects, "Data location").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocationHint {
    /// `wnam`
    WesternNorthAmerica,
    /// `enam`
    EasternNorthAmerica,
    /// `sam`
    SouthAmerica,
    /// `weur`
    WesternEurope,
    /// `eeur`
    EasternEurope,
    /// `apac`
    AsiaPacific,
    /// `oc`
    Oceania,
    /// `afr`
    Africa,
    /// `me`
    MiddleEast,
}

impl<C: Class + ?Sized> Namespace<C> {
    /// Returns the namespace that the worker has bound to this name.
    ///
    /// # Errors
    /// [`Error::Config`] when the worker has no such binding, or the binding is not a namespace.
    pub fn bound(env: &Env, binding: &str) -> Result<Self> {
        let namespace = sys::Namespace::find(env, binding).ok_or_else(|| {
            let class = C::NAME;
            let place = if C::EXPORTED { declaration(class) } else { "script_name = \"…\"".to_owned() };
            Error::Config(format!(
                "the worker has no Durable Object namespace bound to `{binding}`; wrangler.toml needs:\n\
                 [[durable_objects.bindings]]\nname = \"{binding}\"\nclass_name = \"{class}\"\n{place}"
            ))
        })?;
        Ok(Self { namespace, location_hint: None, class: PhantomData })
    }

    /// Returns the namespace of a class that this worker exports, found without a binding.
    ///
    /// # Errors
    /// [`Error::Config`] when the platform does not know the class or does not list the exports. It lists
    /// them with a compatibility date of 2025-11-17 or later (workerd `io/compatibility-date.capnp`,
    /// `enableCtxExports`).
    pub fn exported() -> Result<Self> {
        let namespace = sys::Namespace::exported(C::NAME).ok_or_else(|| {
            let class = C::NAME;
            Error::Config(format!(
                "the worker does not export the class `{class}` as a namespace of its own; wrangler.toml needs a \
                 `compatibility_date` of 2025-11-17 or later, and\n{}",
                declaration(class)
            ))
        })?;
        Ok(Self { namespace, location_hint: None, class: PhantomData })
    }

    /// Restricts the namespace to the objects of a jurisdiction.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform does not know the jurisdiction.
    pub fn jurisdiction(&self, jurisdiction: Jurisdiction) -> Result<Self> {
        let namespace = self.namespace.jurisdiction(jurisdiction.as_str())?;
        Ok(Self { namespace, ..self.clone() })
    }

    /// Asks the platform to make new objects near a place.
    #[must_use]
    pub fn near(mut self, location_hint: LocationHint) -> Self {
        self.location_hint = Some(location_hint);
        self
    }

    /// Returns the object with this name. The same name always leads to the same object.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses the name.
    pub fn named(&self, name: &str) -> Result<Stub<C>> {
        self.find(&sys::Address::Name(name))
    }

    /// Returns a new object that has no name. Keep the stub's `id()` to find the object again with
    /// [`Namespace::from_id`].
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses.
    pub fn unique(&self) -> Result<Stub<C>> {
        self.find(&sys::Address::Unique)
    }

    /// Returns the object with this id, given as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::Remote`] when the text is not an id of this class, or is an id of another jurisdiction.
    pub fn from_id(&self, id: &str) -> Result<Stub<C>> {
        self.find(&sys::Address::Id(id))
    }

    fn find(&self, address: &sys::Address<'_>) -> Result<Stub<C>> {
        self.raw_stub(address).map(Into::into)
    }

    pub(crate) fn raw_stub(&self, address: &sys::Address<'_>) -> Result<RawStub> {
        let stub = self.namespace.stub(address, self.location_hint.map(LocationHint::as_str))?;
        Ok(RawStub::new(stub, C::NAME))
    }
}

/// Returns the lines that wrangler.toml needs for a class.
pub(crate) fn declaration(class: &str) -> String {
    format!(
        "[exports.{class}]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n\
         # where there are [[migrations]]: a new one with new_sqlite_classes = [\"{class}\"] instead"
    )
}

impl Jurisdiction {
    /// Returns the platform's name for the jurisdiction.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Us => "us",
            Self::FedRamp => "fedramp",
            Self::FedRampHigh => "fedramp-high",
        }
    }
}

impl LocationHint {
    /// Returns the platform's name for the location.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WesternNorthAmerica => "wnam",
            Self::EasternNorthAmerica => "enam",
            Self::SouthAmerica => "sam",
            Self::WesternEurope => "weur",
            Self::EasternEurope => "eeur",
            Self::AsiaPacific => "apac",
            Self::Oceania => "oc",
            Self::Africa => "afr",
            Self::MiddleEast => "me",
        }
    }
}

impl<C: ?Sized> Clone for Namespace<C> {
    fn clone(&self) -> Self {
        Self { namespace: self.namespace.clone(), location_hint: self.location_hint, class: PhantomData }
    }
}

impl<C: Class + ?Sized> fmt::Debug for Namespace<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace").field("class", &C::NAME).finish_non_exhaustive()
    }
}
