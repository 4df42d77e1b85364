//! Schemas of stores: their events, and the tables that the events fill.
//!
//! Events are an enum, tables are structs, and a [`Schema`] names both. A client of a store and its sync backend can
//! share one.
//!
//! ```
//! use durable_object::Date;
//! use durable_object::livestore::schema::{Event, Schema, Table};
//!
//! /// The events of a todo list.
//! #[derive(Debug, Clone, Event)]
//! #[event(rename_all_fields = "camelCase")]
//! pub enum TodoEvent {
//!     #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
//!     Created { id: String, text: String },
//!     #[event("v1.TodoCompleted", sql = "UPDATE todos SET completed = 1 WHERE id = :id")]
//!     Completed { id: String },
//!     #[event("v1.TodoDeleted", sql = "UPDATE todos SET deletedAt = :deleted_at WHERE id = :id")]
//!     Deleted { id: String, deleted_at: Date },
//! }
//!
//! /// One line of the list.
//! #[derive(Debug, Table)]
//! #[table("todos", rename_all = "camelCase")]
//! pub struct Todo {
//!     #[column(primary_key)]
//!     pub id: String,
//!     pub text: String,
//!     #[column(default = false)]
//!     pub completed: bool,
//!     pub deleted_at: Option<Date>,
//! }
//!
//! /// The schema of todo lists.
//! pub struct Todos;
//!
//! impl Schema for Todos {
//!     type Event = TodoEvent;
//!     type Tables = (Todo,);
//! }
//! ```
//!
//! # Encodings
//!
//! The arguments of an event are JSON in the form that Effect's Schema encodes. These Rust types have the same JSON:
//!
//! | Effect | Rust |
//! | --- | --- |
//! | `String`, `URL` | `String` |
//! | `Number`, `Int` | `f64`, and integers up to ±(2⁵³−1) |
//! | `Boolean` | `bool` |
//! | `Literal("a", "b")` | an enum without fields that derives `Serialize` and `Deserialize` |
//! | `Date`, `DateTimeUtc` | [`Date`](crate::Date) |
//! | `DateFromNumber` | [`Millis`] |
//! | `NullOr`, `OptionFromNullOr` | `Option` |
//! | `optional`, `UndefinedOr` | `Option`, with `#[event(optional)]` |
//! | `Option` | [`TaggedOption`] |
//! | a struct, `TaggedStruct`, their union | a struct, or an enum with `#[serde(tag = "_tag")]`, of serde |
//! | `BigInt` | [`BigInt`] |
//! | `Uint8Array` | [`Blob`](crate::value::Blob), `Vec<u8>` |
//! | `Uint8ArrayFromBase64` | [`Base64`] |
//! | `Record` | a map with text as keys |
//! | `Map` | [`Pairs`], `Vec<(K, V)>` |
//! | `Set`, `Array` | `Vec`, sets of std |
//! | `Tuple` | a tuple |
//! | `Duration` | [`TaggedDuration`] |
//! | `DurationFromMillis` | [`DurationMillis`] |
//! | `Void` | a variant without fields: `Cleared {}` |

mod arguments;
#[cfg(all(feature = "sqlite", not(target_arch = "wasm32")))]
mod check;
mod column;
mod definition;
mod encoding;
mod error;
mod event;
mod fingerprint;
mod json;
mod materialize;
mod table;
#[cfg(test)]
mod tests;
mod tx;

pub use crate::macros::{Event, Table};
#[cfg(all(feature = "sqlite", not(target_arch = "wasm32")))]
pub use check::{Finding, Findings, check};
pub use column::{Column, ColumnType, ColumnValue};
pub use definition::{Schema, Tables};
pub use encoding::{Base64, BigInt, DurationMillis, Millis, Pairs, TaggedDuration, TaggedOption};
pub use error::{EventError, Unencodable};
pub use event::Event;
pub use fingerprint::Fingerprint;
pub(super) use json::Passed;
pub use materialize::{EventMeta, Materialize};
pub use table::{Index, Table, TableDef};
pub use tx::Tx;

/// The names that generated code uses.
#[doc(hidden)]
pub mod generated {
    pub use super::arguments::{Reader, Writer};
}
