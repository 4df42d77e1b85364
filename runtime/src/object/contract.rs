//! What `#[durable_object]` writes about a type, and the small conversions its code relies on.

use wasm_bindgen::JsValue;

use super::ctx::Ctx;
use super::host::Host;
use super::stub::RawStub;
use crate::alarm::{Method, unknown};
use crate::{Env, Error, Result, sys};

/// The methods of an object, in the form the runtime calls them. Implemented by `#[durable_object]` on
/// the impl block.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no annotated impl block, which says how it starts and what it answers",
    label = "declared a durable object",
    note = "write `#[durable_object]` above `impl {Self} {{ .. }}` as well, with an `#[init]` in it"
)]
pub trait Contract: Declared + Sized + 'static {
    /// How other code calls it.
    type Stub: From<RawStub>;
    /// Its JavaScript methods, in the order of [`Contract::call`]'s index.
    const METHODS: &'static [&'static str];
    /// Its `#[scheduled]` methods, in the order of [`Contract::run`]'s index.
    const SCHEDULED: &'static [Method] = &[];

    /// Makes the object, on every wake.
    fn init(ctx: Ctx, env: Env) -> impl Future<Output = Result<Self>>;

    /// Calls the method with this index.
    fn call(host: Host<Self>, method: usize, args: super::Args) -> Reply;

    /// Calls the scheduled method with this index, with arguments that are a JSON array.
    fn run(_host: Host<Self>, method: usize, _arguments: &str) -> impl Future<Output = Result<()>> {
        async move { Err(unknown(method)) }
    }

    /// Lists what callers reach, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(object: &mut crate::typescript::Object<'_>);
}

/// Where an object keeps what it was given to live with. Implemented by `#[durable_object]` on the struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` schedules methods, and has no field of type `Ctx`",
    label = "timers are kept in the object's storage, which it reaches through its context",
    note = "keep the context that `#[init]` is given: `struct {Self} {{ ctx: Ctx, .. }}`"
)]
pub trait HasCtx {
    /// The object's context.
    fn ctx(&self) -> &Ctx;
}

/// Says that `#[durable_object]` is also on the struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared a durable object",
    label = "its struct is not annotated",
    note = "write `#[durable_object]` above `struct {Self}` as well"
)]
pub trait Declared {}

/// The answer to one call, not yet waited for.
pub struct Reply(sys::Answer);

impl Reply {
    pub(super) fn new(answer: impl Future<Output = Result<JsValue>> + 'static) -> Self {
        Self(Box::pin(answer))
    }

    pub(super) fn into_answer(self) -> sys::Answer {
        self.0
    }
}

/// What an `#[init]` may return.
#[diagnostic::on_unimplemented(
    message = "`#[init]` of `{T}` returns `{Self}`",
    label = "this is not the object",
    note = "return `Result<Self>`, or `Self` if it cannot fail; the error converts into `durable_object::Error`"
)]
pub trait IntoInit<T> {
    /// The object, or why there is none.
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

/// What a `#[fetch]` handler may return.
#[diagnostic::on_unimplemented(
    message = "`#[fetch]` returns `{Self}`",
    label = "this is not a response",
    note = "return `Result<Response>`, or `Response` if it cannot fail; the error converts into `durable_object::Error`"
)]
pub trait IntoFetchReply {
    /// The response as the runtime takes it.
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

/// What the handler of an alarm or of a socket may return.
#[diagnostic::on_unimplemented(
    message = "the handler of an event returns `{Self}`",
    label = "nobody waits for a value here",
    note = "return `Result<()>`, or nothing if it cannot fail; the error converts into `durable_object::Error`"
)]
pub trait IntoHandlerReply {
    /// Nothing, or what went wrong, for the runtime's log.
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
