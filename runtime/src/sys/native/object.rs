//! There is no JavaScript in this process, so nobody to export a class to and nobody to call.

use std::task::{Context, Poll};

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::object::Class;
use crate::{Env, Error, Result, Text};

/// How an object is addressed.
#[expect(dead_code, reason = "there is nothing to look up")]
pub(crate) enum Address<'a> {
    Name(&'a str),
    Id(&'a str),
    Unique,
}

/// The objects of no class.
#[derive(Clone)]
pub(crate) struct Namespace;

/// A handle that leads nowhere.
#[derive(Clone)]
pub(crate) struct Stub;

impl Namespace {
    pub(crate) fn find(_env: &Env, _binding: &str) -> Option<Self> {
        None
    }

    pub(crate) fn exported(_class: &str) -> Option<Self> {
        None
    }

    pub(crate) fn jurisdiction(&self, name: &str) -> Result<Self> {
        Err(Error::Config(format!("`{name}` exists only on workerd")))
    }

    pub(crate) fn stub(&self, _address: &Address<'_>, _location_hint: Option<&str>) -> Result<Stub> {
        Err(Error::Config("objects can be called only on workerd".to_owned()))
    }
}

impl Stub {
    pub(crate) fn id(&self) -> String {
        String::new()
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

    pub(crate) async fn call_with_json(&self, method: &str, _json: &Text, _text: &str) -> Result<()> {
        self.call(method, &Array::new()).await.map(drop)
    }

    pub(crate) async fn call_with_bytes(&self, method: &str, _bytes: &[u8], _text: &str) -> Result<()> {
        self.call(method, &Array::new()).await.map(drop)
    }
}

/// The end of a channel that is written to.
pub(crate) struct Writer;

/// The end that is read from.
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

/// Classes are exported only to workerd.
pub fn register<C: Class>(_sample: &JsValue) {}

/// Objects are constructed only by workerd.
///
/// # Errors
/// Always.
pub fn construct<C: Class>(_ctx: &JsValue, _env: &JsValue) -> Result<JsValue, JsValue> {
    Err(JsValue::UNDEFINED)
}
