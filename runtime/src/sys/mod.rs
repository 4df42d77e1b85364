//! The platform seam: the only place that knows where the code runs.
//!
//! `workerd` is the real thing, `native` keeps the same state in this process so that everything above
//! the seam is tested with plain `cargo test`. Both define the same names; nothing above asks which.

#[cfg(target_arch = "wasm32")]
mod workerd;
#[cfg(target_arch = "wasm32")]
pub(crate) use workerd::{
    Address, Client, Cursor, Database, Kv, Namespace, Reader, Selection, Socket, State, Store, Stub, Writer,
    binding, channel, env, error_of, forget, from_js, is_large, log_error, now_millis, number, number_text,
    random, random_uuid, set_bytes_aside, set_text_aside, sleep, spawn, test, to_js, type_name,
};
#[cfg(target_arch = "wasm32")]
pub use workerd::{Text, construct, register};

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{
    Address, Cursor, Database, Kv, Namespace, Reader, Selection, Socket, State, Store, Stub, Writer, binding,
    channel, error_of, forget, from_js, is_large, log_error, now_millis, number, number_text, random,
    random_uuid, set_bytes_aside, set_text_aside, sleep, spawn, to_js, type_name,
};
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) use native::{Call, bind, drop_tasks, run_tasks, set_now, take_calls};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{Text, construct, register};
