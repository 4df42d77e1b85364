//! Parts: types of a library that bring callable methods and timers to the objects that have them as fields.

use std::pin::Pin;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::contract::Contract;
use super::ctx::Ctx;
use super::host::Host;
use super::names;
use crate::Result;
use crate::alarm::generated::ScheduledMethod;
use crate::alarm::{Methods, Schedule};

/// A type that brings methods and timers of its own to any object that has it as a `#[part]` field.
///
/// The [`#[part]`](crate::part) attribute on an impl block implements it. A part is a handle: its clones share
/// one state, usually behind an [`Rc`]. A call clones the handle and then leaves the object, so a slow method
/// of a part holds up no `&mut self` method of the object.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a part",
    label = "this field is marked `#[part]`",
    note = "a part has `#[part]` on its impl block, and implements `Clone`"
)]
pub trait Part: Clone + 'static {
    /// The part's JavaScript methods, in the order of [`Part::call`]'s index.
    #[doc(hidden)]
    const METHODS: &'static [PartMethod];
    /// The part's `#[scheduled]` methods, in the order of [`Part::run`]'s index.
    #[doc(hidden)]
    const SCHEDULED: &'static [ScheduledMethod];

    /// Runs each time the object wakes, after its `#[init]` and before its first event.
    #[doc(hidden)]
    fn wake(&self, part: PartContext) -> impl Future<Output = Result<()>>;

    /// Calls the method with this index. A shared method answers `None` when the call is not for this part.
    #[doc(hidden)]
    fn call(self, method: usize, args: ArgsReader) -> impl Future<Output = Result<Option<JsValue>>>;

    /// Calls the scheduled method with this index. Its arguments are a JSON array.
    #[doc(hidden)]
    fn run(self, method: usize, arguments: &str) -> impl Future<Output = Result<()>>;

    /// Lists the methods that callers reach, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn describe(object: &mut crate::typescript::Object<'_>);
}

/// A JavaScript method of a part.
#[derive(Debug, Clone, Copy)]
pub struct PartMethod {
    pub(super) name: &'static str,
    /// Whether other parts of the object may have it too.
    pub(super) is_shared: bool,
}

impl PartMethod {
    /// Creates the method, from the macro's `name` and `shared`.
    #[must_use]
    pub const fn new(name: &'static str, is_shared: bool) -> Self {
        Self { name, is_shared }
    }
}

/// The place of a part in its object. The part's `#[wake]` method gets it.
#[derive(Clone)]
pub struct PartContext {
    ctx: Ctx,
    methods: Methods,
    part: usize,
    name: &'static str,
}

impl PartContext {
    /// Creates the context of the part with this index.
    #[doc(hidden)]
    #[must_use]
    pub fn new<T: Contract>(ctx: &Ctx, part: usize) -> Self {
        let name = T::TIMERS.get(part).map_or("", |group| group.name);
        Self { ctx: ctx.clone(), methods: names::timers::<T>(), part, name }
    }

    /// Returns the context of the object.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Returns the part's name in the object: the name of the field, or the one that
    /// `#[part(name = "…")]` gives. An object with two parts of one type tells them apart by it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the timers of the object, for the part's own methods.
    #[doc(hidden)]
    #[must_use]
    pub fn timers(&self) -> Schedule {
        Schedule::of_part(Rc::clone(self.ctx.state()), self.methods, self.part)
    }
}

/// A call of a part's method. It ends with `None` when the call is not for this part.
pub type PartCall = Pin<Box<dyn Future<Output = Result<Option<JsValue>>>>>;

/// Calls a method of a part.
pub fn call_part<T: Contract, P: Part>(
    host: Host<T>,
    part: fn(&T) -> P,
    method: usize,
    args: ArgsReader,
) -> PartCall {
    Box::pin(async move {
        let part = part(&*host.shared().await?);
        part.call(method, args).await
    })
}

/// Calls a scheduled method of a part.
///
/// # Errors
/// As the method; [`Error::Init`](crate::Error::Init) when the object does not exist because its `#[init]`
/// failed.
pub async fn run_part<T: Contract, P: Part>(
    host: Host<T>,
    part: fn(&T) -> P,
    method: usize,
    arguments: &str,
) -> Result<()> {
    let part = part(&*host.shared().await?);
    part.run(method, arguments).await
}
