//! The platform in this process: SQLite in memory, and sockets that remember the sent messages. Tests use it
//! for everything above the seam.

mod env;
mod kv;
#[cfg(not(feature = "sqlite"))]
mod no_sqlite;
mod object;
mod socket;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;
mod tasks;
mod text;
mod turn;
mod value;

use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use env::{binding, type_name};
pub(crate) use kv::{Kv, Store};
#[cfg(not(feature = "sqlite"))]
use no_sqlite::Engine;
#[cfg(not(feature = "sqlite"))]
pub(crate) use no_sqlite::{Cursor, Database};
pub(crate) use object::{Address, Namespace, Reader, Stub, Writer, channel, define};
#[cfg(test)]
pub(crate) use object::{Call, bind, take_calls};
pub(crate) use socket::{LastWords, Selection, Socket, message};
#[cfg(feature = "sqlite")]
use sqlite::Engine;
#[cfg(feature = "sqlite")]
pub(crate) use sqlite::{Cursor, Database};
pub(crate) use state::State;
#[cfg(test)]
pub(crate) use tasks::{drop_tasks, run_tasks, set_now};
pub(crate) use tasks::{now_millis, sleep, spawn};
pub use text::Text;
pub(crate) use turn::{handling, spawn_handler};
pub(crate) use value::{SHELF, from_js, to_js};
use wasm_bindgen::JsValue;

use crate::Error;

/// Returns `value[name]`. This process has no JavaScript values.
pub(crate) fn property(_value: &JsValue, _name: &str) -> JsValue {
    JsValue::UNDEFINED
}

/// Returns a number as text.
pub(crate) fn number_text(number: f64) -> String {
    number.to_string()
}

/// Returns the number in a text.
pub(crate) fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Logs an error whose task has no caller to tell.
pub(crate) fn log_error(message: &str) {
    eprintln!("{message}");
}

/// Returns the error in a JavaScript value. This process has none.
pub(crate) fn error_of(_: impl Into<JsValue>) -> Error {
    Error::new("an error of JavaScript")
}

/// Returns a random number. It is always the same in this process.
pub(crate) fn random() -> f64 {
    0.5
}

/// Returns a UUID. Every process returns the same ones.
pub(crate) fn random_uuid() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("00000000-0000-4000-8000-{:012x}", MADE.fetch_add(1, Ordering::Relaxed))
}
