//! The platform in this process: SQLite in memory and sockets that remember what was sent, for tests of
//! everything above the seam.

mod cursor;
mod database;
mod env;
mod kv;
mod object;
mod socket;
mod state;
mod text;
mod value;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(crate) use cursor::Cursor;
pub(crate) use database::Database;
pub(crate) use env::{binding, type_name};
pub(crate) use kv::{Kv, Store};
pub(crate) use object::{Address, Namespace, Reader, Stub, Writer, channel};
pub use object::{construct, register};
pub(crate) use socket::{Selection, Socket};
pub(crate) use state::State;
pub use text::Text;
pub(crate) use value::{from_js, to_js};

thread_local! {
    /// When 2026 begins, unless a test says otherwise.
    static NOW: Cell<i64> = const { Cell::new(1_767_225_600_000) };
}

/// The time, in milliseconds since 1970. In this process it stands still.
pub(crate) fn now_millis() -> i64 {
    NOW.get()
}

/// Sets the clock of this thread.
#[cfg(test)]
pub(crate) fn set_now(millis: i64) {
    NOW.set(millis);
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

/// A random number, always the same in this process.
pub(crate) fn random() -> f64 {
    0.5
}

/// A UUID, the same again in every process.
pub(crate) fn random_uuid() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("00000000-0000-4000-8000-{:012x}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// Waits for nothing: time stands still here.
pub(crate) async fn sleep(_duration: Duration) {}

/// Runs a task that nobody waits for: nothing outlives a test.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(task);
}
