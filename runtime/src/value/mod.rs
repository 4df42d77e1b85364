//! Values that storage, calls and sockets share.
//!
//! Begin with [`Date`], a point in time, and [`Json`], a value that SQL and bindings keep as JSON text.
//! [`Blob`] marks bytes, [`Value`] is any value of SQL, and [`Text`] is text that stays on the side of
//! JavaScript until it is read. [The guide](crate::guide::values) says how each type crosses between Rust and
//! JavaScript.
//!
//! ```
//! use std::time::Duration;
//!
//! use durable_object::value::{Blob, Date};
//!
//! let start: Date = "2026-01-31T12:00:00.000Z".parse()?;
//! let end = start.checked_add(Duration::from_secs(3600)).unwrap_or(Date::MAX);
//! assert_eq!(end.to_string(), "2026-01-31T13:00:00.000Z");
//!
//! let key = Blob(vec![0xca, 0xfe]);
//! assert_eq!(key.0.len(), 2);
//! # Ok::<(), durable_object::Error>(())
//! ```

// The public paths of these three are in the rooms of their subjects: `socket` and `error`.
pub(crate) mod close;
pub(crate) mod conversion;
mod date;
mod json;
pub(crate) mod message;
mod options;
mod sql;

pub(crate) use close::{Close, check_close, is_teardown};
pub(crate) use conversion::ConversionError;
pub use date::Date;
pub use json::Json;
pub(crate) use message::Message;
pub(crate) use options::{Options, is_false};
pub(crate) use sql::MAX_SAFE_INTEGER;
pub use sql::{Blob, Value};

pub use crate::sys::Text;
