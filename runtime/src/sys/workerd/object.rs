//! Objects as workerd sees them: constructed, called, and rebuilt after a crash.

use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::state::State;
use super::{crash, glue};
use crate::object::{Args, Class, Contract, Ctx, Host, Reply};
use crate::{Env, Error};

/// The Rust half of one object, owned by its JavaScript half.
#[wasm_bindgen(private, js_name = DurableObjectLife)]
pub struct Life {
    call: Box<dyn Fn(usize, Args) -> Option<Reply>>,
}

#[wasm_bindgen(js_class = DurableObjectLife)]
impl Life {
    /// Calls the method with this index in [`Contract::METHODS`]; a promise when it has to wait.
    pub fn call(&self, method: usize, args: Array) -> JsValue {
        (self.call)(method, Args::new(args)).map_or(JsValue::UNDEFINED, serve)
    }

    /// Has the next call start a new wasm instance.
    pub fn replace(&self) {
        wasm_bindgen::handler::schedule_reinit();
    }
}

impl Life {
    /// A value that is no object, for the crash handler.
    pub(super) fn probe() -> Self {
        Self { call: Box::new(|_, _| None) }
    }

    fn of<T: Contract>(host: Host<T>) -> Self {
        Self { call: Box::new(move |method, args| Some(T::call(host.clone(), method, args))) }
    }
}

/// Makes the class exported by wasm-bindgen, of which `sample` is an instance, a Durable Object class.
pub fn register<C: Class>(sample: &JsValue) {
    crash::prepare();
    let methods = <C::Object as Contract>::METHODS.iter().map(|&name| name.to_owned()).collect();
    glue::define(C::NAME, sample, methods);
}

/// The body of the exported class's constructor.
///
/// # Errors
/// When the platform refuses to hold other events back until `#[init]` is done.
pub fn construct<C: Class>(ctx: &JsValue, env: &JsValue) -> Result<JsValue, JsValue> {
    let state = Rc::new(State::wrap(ctx.clone()));
    let host = Host::<C::Object>::new(Rc::clone(&state));
    let init = host.start(Ctx::new(state), env.clone().unchecked_into::<Env>());
    let object = glue::build(C::NAME, ctx, env, Life::of(host));
    // An init that never waits leaves nothing to hold events back for.
    match once(init) {
        Progress::Done(Ok(())) => {}
        Progress::Done(Err(error)) => glue::gate(ctx, &Promise::reject(&to_js(&error)))?,
        Progress::Waiting(init) => glue::gate(
            ctx,
            &js_sys::futures::future_to_promise(async move {
                init.await.map(|()| JsValue::UNDEFINED).map_err(|error| to_js(&error))
            }),
        )?,
    }
    Ok(object)
}

/// Answers a call at once when it can, with a promise when it must wait.
pub(crate) fn serve(reply: Reply) -> JsValue {
    match once(reply.into_future()) {
        Progress::Done(Ok(value)) => value,
        Progress::Done(Err(error)) => {
            glue::fail(&to_js(&error));
            JsValue::UNDEFINED
        }
        Progress::Waiting(rest) => {
            js_sys::futures::future_to_promise(async move { rest.await.map_err(|error| to_js(&error)) })
                .into()
        }
    }
}

enum Progress<T, F> {
    Done(T),
    Waiting(F),
}

/// Polls a future a first time, without the detour of a promise and a microtask. What is not done yet
/// is polled again by whoever awaits it, with a waker of its own.
fn once<F: Future + Unpin>(mut future: F) -> Progress<F::Output, F> {
    match pin!(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Progress::Done(output),
        Poll::Pending => Progress::Waiting(future),
    }
}

/// An error as JavaScript callers get it.
pub(super) fn to_js(error: &Error) -> JsValue {
    let message = error.to_string();
    if matches!(error, Error::Argument { .. }) {
        return js_sys::TypeError::new(&message).into();
    }
    let (name, message) = match error {
        Error::Remote(remote) => (remote.name.as_str(), remote.message.as_str()),
        other => (other.name(), message.as_str()),
    };
    let js = js_sys::Error::new(message);
    js.set_name(name);
    js.into()
}
