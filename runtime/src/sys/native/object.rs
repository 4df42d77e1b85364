//! There is no JavaScript in this process, so nobody to export a class to and nobody to call.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::object::Class;
use crate::{Env, Error, Result};

/// How an object is addressed.
#[expect(dead_code, reason = "there is nothing to look up")]
pub(crate) enum Address<'a> {
    Name(&'a str),
    Id(&'a str),
    Unique,
}

/// A handle that leads nowhere.
#[derive(Clone)]
pub(crate) struct Stub;

impl Stub {
    pub(crate) fn find(_env: &Env, binding: &str, _class: &str, _address: &Address<'_>) -> Result<Self> {
        Err(Error::Config(format!("`{binding}` exists only on workerd")))
    }

    pub(crate) fn id(&self) -> String {
        String::new()
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn call(&self, method: &str, _args: Array) -> Result<JsValue> {
        Err(Error::Config(format!("`{method}` can be called only on workerd")))
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
