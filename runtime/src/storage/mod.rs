//! What an object keeps: SQL tables in its own SQLite database, and values by their key.

mod convert;
mod kv;
mod placeholder;
mod row;
mod sql;
mod value;

pub use convert::{FromSql, Params, ToSql};
pub use kv::{Chunked, Entries, Kv, List, Storage, Transaction};
pub use row::{FromRow, Row};
pub use sql::{Query, Sql};
#[cfg(target_arch = "wasm32")]
pub(crate) use value::MAX_SAFE_INTEGER;
pub use value::{Blob, Value};
