//! Running Rust futures for JavaScript callers.

use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use js_sys::Promise;
use js_sys::futures::future_to_promise;
use wasm_bindgen::prelude::*;

use super::error::to_js;
use super::glue;
use super::state::State;
use super::turn::Turn;
use crate::Error;
use crate::sys::AnswerFuture;

/// Answers at once when the future is ready, which saves a promise and two turns of the microtask queue.
/// Otherwise it answers with a promise. It notes a failure for `glue.js` to throw.
pub(super) fn answer(state: &Rc<State>, future: AnswerFuture) -> JsValue {
    let thrown = |answer: Result<Result<_, Error>, _>| answer?.map_err(|error| to_js(&error));
    let mut future = Relayed { future: Turn::handler(state, future), relay: Arc::default() };
    match pin!(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => thrown(answer).unwrap_or_else(|error| {
            glue::fail(&error);
            JsValue::UNDEFINED
        }),
        Poll::Pending => promise(async move { thrown(future.await) }).into(),
    }
}

/// Runs a future whose panics are its results.
pub(super) fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    future_to_promise(AssertUnwindSafe(future))
}

/// A future that always sees the same waker. The waker wakes the last caller that polled.
///
/// The first caller to poll is not the one that polls later. Some futures keep the first waker they are
/// given, `worker::Delay` among them.
struct Relayed<F> {
    future: F,
    relay: Arc<Relay>,
}

#[derive(Default)]
struct Relay(Mutex<Option<Waker>>);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        let waker = self.0.lock().ok().and_then(|mut waker| waker.take());
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<F: Future + Unpin> Future for Relayed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let Ok(mut waker) = self.relay.0.lock() {
            *waker = Some(cx.waker().clone());
        }
        let waker = Waker::from(Arc::clone(&self.relay));
        Pin::new(&mut self.future).poll(&mut Context::from_waker(&waker))
    }
}
