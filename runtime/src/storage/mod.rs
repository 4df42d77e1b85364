//! What an object keeps: SQL tables in its own SQLite database.

mod convert;
mod placeholder;
mod row;
mod sql;
mod value;

pub use convert::{FromSql, Params, ToSql};
pub use row::{FromRow, Row};
pub use sql::{Query, Sql};
#[cfg(target_arch = "wasm32")]
pub(crate) use value::MAX_SAFE_INTEGER;
pub use value::{Blob, Value};
