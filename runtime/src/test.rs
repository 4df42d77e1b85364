//! For tests that run inside workerd, with
//! [`durable-object-test-runner`](https://docs.rs/durable-object-test-runner).
//!
//! ```
//! # use durable_object::prelude::*;
//! # #[durable_object] pub struct Counter { ctx: Ctx }
//! # #[durable_object] impl Counter {
//! #     #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
//! #     #[rpc] fn increment(&self, by: i64) -> i64 { by }
//! # }
//! #[cfg(all(test, target_arch = "wasm32"))]
//! #[wasm_bindgen_test::wasm_bindgen_test]
//! async fn a_counter_counts() {
//!     let counter = Counter::named(&durable_object::test::env(), "one").unwrap();
//!     assert_eq!(counter.increment(5).await.unwrap(), 5);
//! }
//! ```

use crate::{Env, sys};

/// The environment that a test finds: the bindings of the package's wrangler configuration.
#[must_use]
pub fn env() -> Env {
    sys::env()
}
