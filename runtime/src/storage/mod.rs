//! An object's storage: SQL tables in its own SQLite database, and values by their key.
//!
//! Begin with [`Sql`], which `ctx.sql()` returns. Its [`query`](Sql::query) gives a [`Query`], whose rows are
//! single values, tuples, structs that derive [`FromRow`], or a [`Row`] of any shape. [`Migration`]s change
//! the tables from one version of the code to the next. [`Meter`] counts what statements cost.
//!
//! `ctx.kv()` returns [`Kv`], which keeps values by their key in the same database. [`Storage`] is the
//! platform's older interface with all its options; an object without SQLite has only this one. [`Bookmarks`]
//! take all of it back to an earlier time.
//!
//! ```
//! use durable_object::storage::FromRow;
//! use durable_object::{Ctx, Result};
//!
//! #[derive(FromRow)]
//! struct Note {
//!     id: i64,
//!     text: String,
//! }
//!
//! fn note(ctx: &Ctx, text: &str) -> Result<Vec<Note>> {
//!     ctx.transaction(|sql| {
//!         sql.execute("INSERT INTO notes (text) VALUES (?1)", (text,))?;
//!         sql.query("SELECT id, text FROM notes ORDER BY id DESC LIMIT 10", ())?.all()
//!     })
//! }
//! ```

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
mod plan;
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
#[allow(unused_imports, reason = "the store of LiveStore and the native test of schemas use them")]
pub(crate) use statement::{is_query, parameter_count, statements};

pub use crate::macros::FromRow;
