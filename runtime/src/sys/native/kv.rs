//! Key-value storage, which this process does not have.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::State;
use crate::{Error, Result};

/// A storage that refuses every operation.
pub(crate) struct Kv;

#[expect(clippy::unused_self, reason = "as on workerd")]
impl Kv {
    pub(crate) fn get(&self, _key: &str) -> Result<JsValue, String> {
        Err(REFUSED.to_owned())
    }

    pub(crate) fn put(&self, _key: &str, _value: &JsValue) -> Result<(), String> {
        Err(REFUSED.to_owned())
    }

    pub(crate) fn delete(&self, _key: &str) -> Result<bool, String> {
        Err(REFUSED.to_owned())
    }

    pub(crate) fn list(&self, _options: &JsValue) -> Result<Array, String> {
        Err(REFUSED.to_owned())
    }
}

/// A storage that refuses every operation.
pub(crate) struct Store;

/// The reason for the refusal.
const REFUSED: &str = "key-value storage is only on workerd";

#[expect(clippy::unused_self, clippy::unused_async, reason = "as on workerd")]
impl Store {
    pub(crate) async fn get(&self, _keys: &JsValue, _options: &JsValue) -> Result<JsValue, String> {
        Err(REFUSED.to_owned())
    }

    pub(crate) fn put(
        &self,
        _key: &str,
        _value: &JsValue,
        _options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> + use<> {
        async { Err(REFUSED.to_owned()) }
    }

    pub(crate) fn put_many(
        &self,
        _entries: &JsValue,
        _options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> + use<> {
        async { Err(REFUSED.to_owned()) }
    }

    pub(crate) fn delete(
        &self,
        _keys: &JsValue,
        _options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> + use<> {
        async { Err(REFUSED.to_owned()) }
    }

    pub(crate) async fn list(&self, _options: &JsValue) -> Result<JsValue, String> {
        Err(REFUSED.to_owned())
    }

    pub(crate) async fn delete_all(&self, _options: &JsValue) -> Result<()> {
        Err(Error::Config(REFUSED.to_owned()))
    }

    pub(crate) async fn sync(&self) -> Result<()> {
        Ok(())
    }

    pub(crate) async fn transaction<T, E, F>(
        &self,
        _state: &Rc<State>,
        body: impl FnOnce(Self) -> F + 'static,
    ) -> Result<T, E>
    where
        E: From<Error>,
        F: Future<Output = Result<T, E>>,
    {
        body(Self).await
    }
}
