//! The platform seam: the only place that knows where the code runs.
//!
//! `workerd` is the real thing, `native` keeps the same state in this process so that everything above
//! the seam is tested with plain `cargo test`. Both define the same names; nothing above asks which.

use std::pin::Pin;

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::Result;
use crate::value::Date;

/// What comes of an event that an object is given.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<JsValue>>>>;

/// How an object answers events: by the index of a method, what it is given, and how many values that is.
pub(crate) type Dispatch = Box<dyn Fn(usize, Array, u32) -> Answer>;

#[cfg(target_arch = "wasm32")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is where the platform is used")]
mod workerd;
#[cfg(target_arch = "wasm32")]
pub use workerd::Text;
#[cfg(target_arch = "wasm32")]
pub(crate) use workerd::{
    Address, Client, Cursor, Database, Kv, LastWords, Namespace, Reader, SHELF, Selection, Socket, State,
    Store, Stub, Writer, binding, channel, define, env, error_of, from_js, handling, log_error, message,
    now_millis, number, number_text, property, random, random_uuid, sleep, spawn, spawn_handler, test, to_js,
    type_name,
};

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub use native::Text;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{
    Address, Cursor, Database, Kv, LastWords, Namespace, Reader, SHELF, Selection, Socket, State, Store,
    Stub, Writer, binding, channel, define, error_of, from_js, handling, log_error, message, now_millis,
    number, number_text, property, random, random_uuid, sleep, spawn, spawn_handler, to_js, type_name,
};
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) use native::{Call, bind, drop_tasks, run_tasks, set_now, take_calls};

impl Date {
    /// The current time. On workerd it stands still until the next I/O.
    #[must_use]
    pub fn now() -> Self {
        Self::from_millis(now_millis()).unwrap_or(Self::MAX)
    }
}
