//! The platform in this process: SQLite in memory and sockets that remember what was sent, for tests of
//! everything above the seam.

mod cursor;
mod object;
mod socket;
mod state;
mod text;
mod value;

pub(crate) use cursor::Cursor;
pub(crate) use object::{Address, Stub};
pub use object::{construct, register};
pub(crate) use socket::Socket;
pub(crate) use state::State;
pub use text::Text;
pub(crate) use value::{from_js, to_js};

/// The time, in milliseconds since 1970. In this process it always stands still, when 2026 begins.
pub(crate) fn now_millis() -> i64 {
    1_767_225_600_000
}

/// Says what went wrong where nobody waits for an answer.
pub(crate) fn log_error(message: &str) {
    eprintln!("{message}");
}
