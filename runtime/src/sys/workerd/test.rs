//! The additions of the test runner to the platform.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::property;
use super::state::settled;
use super::stub::Stub;
use crate::{Error, Result};

#[wasm_bindgen]
extern "C" {
    /// The test runner's object for this module in the global scope.
    type Harness;

    #[wasm_bindgen(method, catch)]
    fn evict(this: &Harness, stub: &JsValue, web_sockets: &str) -> std::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = evictAll)]
    fn evict_all(this: &Harness, web_sockets: &str) -> std::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = abortAll)]
    fn abort_all(this: &Harness) -> std::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &Harness) -> std::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = runAlarm)]
    fn run_alarm(this: &Harness, stub: &JsValue) -> std::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method)]
    fn ids(this: &Harness, class: &str) -> Vec<String>;
}

/// The treatment of the sockets of an object that leaves memory.
#[derive(Clone, Copy)]
pub(crate) enum Sockets {
    Stay,
    Close,
}

impl Sockets {
    fn as_str(self) -> &'static str {
        match self {
            Self::Stay => "hibernate",
            Self::Close => "close",
        }
    }
}

/// Takes an object out of memory, and returns whether it was there.
pub(crate) async fn evict(stub: &Stub, sockets: Sockets) -> Result<bool> {
    settled(harness()?.evict(&stub.raw(), sockets.as_str())).await.map(|was| was.is_truthy())
}

/// Takes all objects out of memory.
pub(crate) async fn evict_all(sockets: Sockets) -> Result<()> {
    settled(harness()?.evict_all(sockets.as_str())).await.map(drop)
}

/// Ends all objects at once.
pub(crate) async fn abort_all() -> Result<()> {
    settled(harness()?.abort_all()).await.map(drop)
}

/// Ends all objects at once, and deletes everything they have stored.
pub(crate) async fn delete_all() -> Result<()> {
    settled(harness()?.delete_all()).await.map(drop)
}

/// Runs an object's alarm, and returns whether one was set.
pub(crate) async fn run_alarm(stub: &Stub) -> Result<bool> {
    settled(harness()?.run_alarm(&stub.raw())).await.map(|ran| ran.is_truthy())
}

/// Returns the ids of the started objects of a class, facets among them.
pub(crate) fn ids(class: &str) -> Result<Vec<String>> {
    Ok(harness()?.ids(class))
}

fn harness() -> Result<Harness> {
    let harness = property(&js_sys::global(), "durableObjectTest");
    if harness.is_undefined() {
        return Err(Error::new(
            "`durable_object::test` has its means from durable-object-test-runner, of the version of this crate",
        ));
    }
    Ok(harness.unchecked_into())
}
