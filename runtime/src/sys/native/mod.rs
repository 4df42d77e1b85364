//! The platform in this process: SQLite in memory and sockets that remember what was sent, for tests of
//! everything above the seam.

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

/// `value[name]`: there are no values of JavaScript in this process.
pub(crate) fn property(_value: &JsValue, _name: &str) -> JsValue {
    JsValue::UNDEFINED
}

/// A number as text.
pub(crate) fn number_text(number: f64) -> String {
    number.to_string()
}

/// The number that a text says.
pub(crate) fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Says what went wrong where nobody waits for an answer.
pub(crate) fn log_error(message: &str) {
    eprintln!("{message}");
}

/// What a value of JavaScript says went wrong; there is none in this process.
pub(crate) fn error_of(_: impl Into<JsValue>) -> Error {
    Error::new("an error of JavaScript")
}

/// A random number, always the same in this process.
pub(crate) fn random() -> f64 {
    0.5
}

/// A UUID, the same again in every process.
pub(crate) fn random_uuid() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("00000000-0000-4000-8000-{:012x}", MADE.fetch_add(1, Ordering::Relaxed))
}
