//! An object's storage: SQL tables in its own SQLite database, and values by their key.

mod bookmark;
mod convert;
mod cursor;
mod forbidden;
mod integers;
mod kv;
mod lexer;
mod limits;
mod meter;
mod migration;
mod outcome;
mod params;
mod query;
mod row;
mod sql;
mod sqlite;
mod statement;

#[cfg(test)]
mod tests;

pub use bookmark::{Bookmark, Bookmarks};
pub use convert::{FromSql, ToSql};
pub use kv::{Chunked, Entries, Kv, List, Storage, Transaction};
#[allow(unused_imports, reason = "the native test of schemas reads SQL")]
pub(crate) use lexer::{Kind, Lexer};
pub use meter::Meter;
pub use migration::Migration;
pub use outcome::Outcome;
pub use params::Params;
pub use query::Query;
pub use row::{FromRow, Row};
pub use sql::Sql;
#[allow(unused_imports, reason = "the native test of schemas prepares statements")]
pub(crate) use statement::parameter_count;
