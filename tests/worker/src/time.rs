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
    let timer = Promise::new(&mut |resolve, _| set_timeout(&resolve, ms));
    // A timer is never rejected.
    let _ = JsFuture::from(timer).await;
}
