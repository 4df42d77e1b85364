//! The platform seam: the only module that knows where the code runs.
//!
//! `workerd` is the real platform. `native` keeps the same state in this process, so that plain `cargo test`
//! tests everything above the seam. Both define the same names, and code above does not ask which one it
//! uses.

use std::pin::Pin;

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::Result;
use crate::value::Date;

/// The answer to an event of an object.
pub(crate) type AnswerFuture = Pin<Box<dyn Future<Output = Result<JsValue>>>>;

/// A function that answers an object's events. It takes the index of a method, its arguments, and the number
/// of arguments.
pub(crate) type Dispatch = Box<dyn Fn(usize, Array, u32) -> AnswerFuture>;

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
    /// Returns the current time. On workerd it stands still until the next I/O.
    #[must_use]
    pub fn now() -> Self {
        Self::from_millis(now_millis()).unwrap_or(Self::MAX)
    }
}
