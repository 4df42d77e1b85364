//! Timers that objects wait for.

use js_sys::{Function, Promise, futures::JsFuture};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(done: &Function, ms: u32);
}

/// Waits, during which other events may be delivered.
pub(crate) async fn pause(ms: u32) {
    // A timer is never rejected.
    let _ = JsFuture::from(timer(ms)).await;
}

/// Is fulfilled after a while.
pub(crate) fn timer(ms: u32) -> Promise {
    Promise::new(&mut |resolve, _| set_timeout(&resolve, ms))
}
