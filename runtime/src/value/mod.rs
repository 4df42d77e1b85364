//! The basic types of the other modules: points in time, SQL values, messages of sockets. Their only
//! dependency on the platform is its text, see [`Text`].

mod close;
mod conversion;
mod date;
mod json;
mod message;
mod options;
mod sql;

pub use close::Close;
pub(crate) use close::{check_close, is_teardown};
pub use conversion::ConversionError;
pub use date::Date;
pub use json::Json;
pub use message::Message;
pub(crate) use options::{Options, is_false};
pub(crate) use sql::MAX_SAFE_INTEGER;
pub use sql::{Blob, Value};

pub use crate::sys::Text;
