//! Key-value storage, synchronous and asynchronous.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::state::{State, settled};
use super::task::promise;
use super::thrown::message_of;
use super::turn::Turn;
use crate::Error;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(js_name = SyncKvStorage)]
    pub(crate) type Kv;

    #[wasm_bindgen(method, catch, js_name = get)]
    fn get_now(this: &Kv, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn put_now(this: &Kv, key: &str, value: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = delete)]
    fn delete_now(this: &Kv, key: &str) -> Result<bool, JsValue>;

    #[wasm_bindgen(method, catch, js_name = list)]
    fn list_now(this: &Kv, options: &JsValue) -> Result<JsValue, JsValue>;

    /// Asynchronous storage: an object's own, or a transaction's.
    #[derive(Clone)]
    #[wasm_bindgen(js_name = DurableObjectStorage)]
    pub(crate) type Store;

    #[wasm_bindgen(method, catch, js_name = get)]
    fn begin_get(this: &Store, keys: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn begin_put(this: &Store, key: &str, value: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn begin_put_many(this: &Store, entries: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = delete)]
    fn begin_delete(this: &Store, keys: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = list)]
    fn begin_list(this: &Store, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn begin_delete_all(this: &Store, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = sync)]
    fn begin_sync(this: &Store) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin_transaction(this: &Store, body: &JsValue) -> Result<Promise, JsValue>;
}

impl Kv {
    pub(crate) fn get(&self, key: &str) -> Result<JsValue, String> {
        self.get_now(key).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn put(&self, key: &str, value: &JsValue) -> Result<(), String> {
        self.put_now(key, value).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn delete(&self, key: &str) -> Result<bool, String> {
        self.delete_now(key).map_err(|thrown| message_of(&thrown))
    }

    /// Returns the entries as pairs of key and value. All are taken from the platform's iterator at once,
    /// because it ends when another one begins.
    pub(crate) fn list(&self, options: &JsValue) -> Result<Array, String> {
        let entries = self.list_now(options).map_err(|thrown| message_of(&thrown))?;
        Ok(Array::from(&entries))
    }
}

impl Store {
    /// Returns the value at a key, or a `Map` of those at an array of keys.
    pub(crate) fn get(
        &self,
        keys: &JsValue,
        options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> {
        told(self.begin_get(keys, options))
    }

    pub(crate) fn put(
        &self,
        key: &str,
        value: &JsValue,
        options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> + use<> {
        told(self.begin_put(key, value, options))
    }

    /// Stores the values of a plain object at its keys.
    pub(crate) fn put_many(
        &self,
        entries: &JsValue,
        options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> + use<> {
        told(self.begin_put_many(entries, options))
    }

    /// Deletes a key or an array of keys. Returns whether the key had a value, or how many keys had one.
    pub(crate) fn delete(
        &self,
        keys: &JsValue,
        options: &JsValue,
    ) -> impl Future<Output = Result<JsValue, String>> + use<> {
        told(self.begin_delete(keys, options))
    }

    /// Returns the entries as a `Map`.
    pub(crate) fn list(&self, options: &JsValue) -> impl Future<Output = Result<JsValue, String>> + use<> {
        told(self.begin_list(options))
    }

    pub(crate) async fn delete_all(&self, options: &JsValue) -> crate::Result<()> {
        settled(self.begin_delete_all(options)).await.map(drop)
    }

    pub(crate) async fn sync(&self) -> crate::Result<()> {
        settled(self.begin_sync()).await.map(drop)
    }

    /// Runs `body` with the storage of a transaction that is rolled back when it fails.
    pub(crate) async fn transaction<T, E, F>(
        &self,
        state: &Rc<State>,
        body: impl FnOnce(Self) -> F + 'static,
    ) -> Result<T, E>
    where
        T: 'static,
        E: From<Error> + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        let outcome = Rc::new(RefCell::new(None));
        let kept = Rc::clone(&outcome);
        let state = Rc::clone(state);
        let run: Closure<dyn FnMut(Self) -> Promise> =
            Closure::once_assert_unwind_safe(move |store: Self| {
                let task = Turn::handler(&state, Box::pin(body(store)));
                promise(async move {
                    let result = task.await?;
                    let failed = result.is_err();
                    kept.replace(Some(result));
                    if failed { Err(JsValue::UNDEFINED) } else { Ok(JsValue::UNDEFINED) }
                })
            });
        let committed = settled(self.begin_transaction(run.as_ref())).await;
        match (outcome.take(), committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(_)) => Ok(value),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(_)) => Err(Error::new("the transaction did not run").into()),
        }
    }
}

/// Waits for a promise, and returns its value or the platform's error message.
async fn told(promise: Result<Promise, JsValue>) -> Result<JsValue, String> {
    let settled = match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    settled.map_err(|thrown| message_of(&thrown))
}
