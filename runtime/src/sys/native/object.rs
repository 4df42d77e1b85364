//! Calls of objects in this process. It has no JavaScript to export a class to, so calls go to the running
//! test.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::State;
use super::log_error;
use super::turn::spawn_handler;
use crate::sys::{AnswerFuture, Dispatch};
use crate::value::Text;
use crate::{Env, Error, Result};

/// The address of an object.
#[expect(dead_code, reason = "there is nothing to look up")]
pub(crate) enum Address<'a> {
    Name(&'a str),
    Id(&'a str),
    Unique,
}

/// The objects that a test plays.
#[derive(Clone)]
pub(crate) struct Namespace;

/// A handle to one of these objects.
#[derive(Clone)]
pub(crate) struct Stub {
    id: String,
}

/// A call of an object. Its caller waits for the answer.
#[cfg_attr(not(test), expect(dead_code, reason = "only tests answer calls"))]
pub(crate) struct Call {
    /// The id of the object.
    pub(crate) id: String,
    pub(crate) json: Text,
    answer: Rc<Cell<Option<Result<()>>>>,
}

thread_local! {
    /// The name under which the test's objects are bound.
    static BOUND: RefCell<Option<String>> = const { RefCell::new(None) };
    static CALLS: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
}

/// Binds the objects that the test plays to a name.
#[cfg(test)]
pub(crate) fn bind(binding: &str) {
    BOUND.set(Some(binding.to_owned()));
}

/// Returns the calls made since the last call of this function.
#[cfg(test)]
pub(crate) fn take_calls() -> Vec<Call> {
    CALLS.take()
}

#[cfg(test)]
impl Call {
    /// Sends the answer to the caller, if it still waits.
    pub(crate) fn answer(self, answer: Result<()>) {
        self.answer.set(Some(answer));
    }
}

impl Namespace {
    pub(crate) fn find(_env: &Env, binding: &str) -> Option<Self> {
        BOUND.with_borrow(|bound| bound.as_deref() == Some(binding)).then_some(Self)
    }

    pub(crate) fn exported(_class: &str) -> Option<Self> {
        None
    }

    pub(crate) fn jurisdiction(&self, name: &str) -> Result<Self> {
        Err(Error::Config(format!("`{name}` exists only on workerd")))
    }

    pub(crate) fn stub(&self, address: &Address<'_>, _location_hint: Option<&str>) -> Result<Stub> {
        match address {
            Address::Id(id) => Ok(Stub { id: (*id).to_owned() }),
            _ => Err(Error::Config("objects are found by name only on workerd".to_owned())),
        }
    }
}

impl Stub {
    pub(crate) fn id(&self) -> String {
        self.id.clone()
    }

    pub(crate) fn name(&self) -> Option<String> {
        None
    }

    pub(crate) fn connect(&self, address: &str) -> Result<worker::Socket> {
        Err(Error::Config(format!("`{address}` can be reached only on workerd")))
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn call(&self, method: &str, _args: &Array) -> Result<JsValue> {
        Err(Error::Config(format!("`{method}` can be called only on workerd")))
    }

    /// Waits for the test's answer.
    pub(crate) async fn call_with_json(&self, _method: &str, json: &Text, _text: &str) -> Result<()> {
        let answer = Rc::new(Cell::new(None));
        let call = Call { id: self.id.clone(), json: json.clone(), answer: Rc::clone(&answer) };
        CALLS.with_borrow_mut(|calls| calls.push(call));
        poll_fn(|_| answer.take().map_or(Poll::Pending, Poll::Ready)).await
    }

    pub(crate) async fn call_with_bytes(&self, method: &str, _bytes: &[u8], _text: &str) -> Result<()> {
        self.call(method, &Array::new()).await.map(drop)
    }
}

/// The writing end of a channel.
pub(crate) struct Writer;

/// The reading end of a channel.
pub(crate) struct Reader;

pub(crate) fn channel() -> Result<(JsValue, Writer)> {
    Err(Error::Config("streams exist only on workerd".to_owned()))
}

impl Writer {
    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn write(&self, _bytes: &[u8]) -> Result<()> {
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn write_text(&self, _text: &Text) -> Result<()> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn close(&self) {}

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn abort(&self, _error: &Error) {}
}

impl Reader {
    pub(crate) fn of(_stream: JsValue) -> Option<Self> {
        None
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn poll_read(&mut self, _cx: &mut Context<'_>) -> Poll<Result<Option<Vec<u8>>>> {
        Poll::Ready(Ok(None))
    }
}

/// Does nothing: only workerd has exported classes.
pub(crate) fn define(_name: &str, _sample: &JsValue, _methods: &[&str]) {}

impl State {
    /// Returns a new object, for any class.
    pub(crate) fn of(_ctx: &JsValue, _class: &'static str) -> Result<Rc<Self>, JsValue> {
        Self::open().map(Rc::new).map_err(|_| JsValue::UNDEFINED)
    }

    /// Starts the object. It cannot be called, because arguments are JavaScript values.
    #[expect(clippy::unnecessary_wraps, reason = "as on workerd")]
    pub(crate) fn start(
        self: &Rc<Self>,
        _env: &JsValue,
        dispatch: Dispatch,
        init: AnswerFuture,
    ) -> Result<(), JsValue> {
        spawn_handler(self, async move {
            // On workerd the caller gets the error.
            if let Err(error) = init.await {
                log_error(&format!("an object did not start: {error}"));
            }
            drop(dispatch);
        });
        Ok(())
    }
}
