//! The platform seam: the only place that knows where the code runs.
//!
//! `workerd` is the real thing, `native` keeps the same state in this process so that everything above
//! the seam is tested with plain `cargo test`. Both define the same names; nothing above asks which.

use crate::value::Date;

#[cfg(target_arch = "wasm32")]
mod workerd;
#[cfg(target_arch = "wasm32")]
pub(crate) use workerd::{
    Address, Client, Cursor, Database, Kv, Namespace, Reader, SHELF, Selection, Socket, State, Store, Stub,
    Writer, binding, channel, env, error_of, from_js, log_error, message, now_millis, number, number_text,
    random, random_uuid, sleep, spawn, test, to_js, type_name,
};
#[cfg(target_arch = "wasm32")]
pub use workerd::{Text, construct, register};

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{
    Address, Cursor, Database, Kv, Namespace, Reader, SHELF, Selection, Socket, State, Store, Stub, Writer,
    binding, channel, error_of, from_js, log_error, message, now_millis, number, number_text, random,
    random_uuid, sleep, spawn, to_js, type_name,
};
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) use native::{Call, bind, drop_tasks, run_tasks, set_now, take_calls};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{Text, construct, register};

impl Date {
    /// The current time. On workerd it stands still until the next I/O.
    #[must_use]
    pub fn now() -> Self {
        Self::from_millis(now_millis()).unwrap_or(Self::MAX)
    }
}
