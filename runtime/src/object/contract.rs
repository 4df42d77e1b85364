//! The traits that `#[durable_object]` implements for a type, and the small conversions its code relies on.

use std::pin::Pin;

use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::ctx::Ctx;
use super::host::Host;
use super::part::{PartCall, PartMethod};
use super::stub::RawStub;
use crate::alarm::generated::{Group, ScheduledMethod, unknown};
use crate::{Env, Error, Result, sys};

/// The methods of an object, in the form in which the runtime calls them. `#[durable_object]` implements it
/// on the impl block.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no annotated impl block, which says how it starts and what it answers",
    label = "declared a durable object",
    note = "write `#[durable_object]` above `impl {Self} {{ .. }}` as well, with an `#[init]` in it"
)]
pub trait Contract: Declared {
    /// The type through which other code calls the object.
    type Stub: From<RawStub>;
    /// The object's JavaScript methods, in the order of [`Contract::call`]'s index.
    const METHODS: &'static [&'static str];
    /// The object's `#[scheduled]` methods, in the order of [`Contract::run`]'s index.
    const SCHEDULED: &'static [ScheduledMethod] = &[];

    /// Makes the object, each time it wakes.
    fn init(ctx: Ctx, env: Env) -> impl Future<Output = Result<Self>>;

    /// Calls the method with this index.
    fn call(host: Host<Self>, method: usize, args: ArgsReader) -> Reply;

    /// Calls the scheduled method with this index. Its arguments are a JSON array.
    fn run(_host: Host<Self>, method: usize, _arguments: &str) -> impl Future<Output = Result<()>> {
        async move { Err(unknown(method)) }
    }

    /// Lists the methods that callers reach, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(object: &mut crate::typescript::Object<'_>);
}

/// Access to the field in which an object keeps its [`Ctx`]. `#[durable_object]` implements it on the struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` schedules methods, and has no field of type `Ctx`",
    label = "timers are kept in the object's storage, which it reaches through its context",
    note = "keep the context that `#[init]` is given: `struct {Self} {{ ctx: Ctx, .. }}`"
)]
pub trait HasCtx {
    /// Returns the object's context.
    fn ctx(&self) -> &Ctx;
}

/// The work of a part.
pub type PartFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// The timers of an object's parts. `#[durable_object]` implements it on the struct. It has no bounds, so that
/// the schedule of a generic object has none either.
pub trait HasTimers {
    /// The `#[scheduled]` methods of each part, in the order of the fields.
    const TIMERS: &'static [Group] = &[];
}

/// The parts of an object. `#[durable_object]` implements it on the struct, with or without parts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared a durable object",
    label = "its struct is not annotated",
    note = "write `#[durable_object]` above `struct {Self}` as well"
)]
pub trait Declared: HasTimers + Sized + 'static {
    /// The JavaScript methods of each part, in the order of the fields.
    const PARTS: &'static [&'static [PartMethod]] = &[];
    /// Calls a method of a part.
    fn call_part(_host: Host<Self>, _part: usize, method: usize, _args: ArgsReader) -> PartCall
    where
        Self: Contract,
    {
        Box::pin(async move { Err(unknown(method)) })
    }

    /// Calls a scheduled method of a part. Its arguments are a JSON array.
    fn run_part(_host: Host<Self>, _part: usize, method: usize, _arguments: &str) -> PartFuture<'_>
    where
        Self: Contract,
    {
        Box::pin(async move { Err(unknown(method)) })
    }

    /// Wakes the parts of an object that has just started.
    fn wake_parts<'a>(&'a self, _ctx: &'a Ctx) -> PartFuture<'a>
    where
        Self: Contract,
    {
        Box::pin(async { Ok(()) })
    }

    /// Lists the methods of the parts, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe_parts(_object: &mut crate::typescript::Object<'_>) {}
}

/// The answer to one call, not yet awaited.
pub struct Reply(sys::AnswerFuture);

impl Reply {
    pub(super) fn new(answer: impl Future<Output = Result<JsValue>> + 'static) -> Self {
        Self(Box::pin(answer))
    }

    pub(super) fn into_answer(self) -> sys::AnswerFuture {
        self.0
    }
}

/// A type that `#[init]` may return.
#[diagnostic::on_unimplemented(
    message = "`#[init]` of `{T}` returns `{Self}`",
    label = "this is not the object",
    note = "return `Result<Self>`, or `Self` if it cannot fail; the error converts into `durable_object::Error`"
)]
pub trait IntoInit<T> {
    /// Returns the object, or the reason why it could not be made.
    fn into_init(self) -> Result<T>;
}

impl<T> IntoInit<T> for T {
    fn into_init(self) -> Result<T> {
        Ok(self)
    }
}

impl<T, E: Into<Error>> IntoInit<T> for Result<T, E> {
    fn into_init(self) -> Result<T> {
        self.map_err(Into::into)
    }
}

/// A type that a `#[fetch]` handler may return.
#[diagnostic::on_unimplemented(
    message = "`#[fetch]` returns `{Self}`",
    label = "this is not a response",
    note = "return `Result<Response>`, or `Response` if it cannot fail; the error converts into `durable_object::Error`"
)]
pub trait IntoFetchReply {
    /// Returns the response in the form that the runtime takes.
    fn into_fetch_reply(self) -> Result<JsValue>;
}

impl<E: Into<Error>> IntoFetchReply for Result<worker::Response, E> {
    fn into_fetch_reply(self) -> Result<JsValue> {
        Ok(web_sys::Response::from(self.map_err(Into::into)?).into())
    }
}

impl IntoFetchReply for worker::Response {
    fn into_fetch_reply(self) -> Result<JsValue> {
        Ok::<_, Error>(self).into_fetch_reply()
    }
}

/// A type that the handler of an alarm or of a socket may return.
#[diagnostic::on_unimplemented(
    message = "the handler of an event returns `{Self}`",
    label = "nobody waits for a value here",
    note = "return `Result<()>`, or nothing if it cannot fail; the error converts into `durable_object::Error`"
)]
pub trait IntoHandlerReply {
    /// Returns nothing, or the error for the runtime's log.
    fn into_handler_reply(self) -> Result<JsValue>;
}

impl IntoHandlerReply for () {
    fn into_handler_reply(self) -> Result<JsValue> {
        Ok(JsValue::UNDEFINED)
    }
}

impl<E: Into<Error>> IntoHandlerReply for Result<(), E> {
    fn into_handler_reply(self) -> Result<JsValue> {
        self.map_err(Into::into)?.into_handler_reply()
    }
}
