//! The platform in this process: SQLite in memory and sockets that remember what was sent, for tests of
//! everything above the seam.

mod cursor;
mod env;
mod object;
mod socket;
mod state;
mod text;

pub(crate) use cursor::Cursor;
pub(crate) use env::{binding, type_name};
pub(crate) use object::{Address, Stub};
pub use object::{construct, register};
pub(crate) use socket::Socket;
pub(crate) use state::State;
pub use text::Text;

/// The time, as ISO 8601 in UTC with milliseconds. In this process it always stands still.
pub(crate) fn now_iso() -> String {
    "2026-01-01T00:00:00.000Z".to_owned()
}

/// A number as text.
pub(crate) fn number_text(number: f64) -> String {
    number.to_string()
}

/// Says what went wrong where nobody waits for an answer.
pub(crate) fn log_error(message: &str) {
    eprintln!("{message}");
}
