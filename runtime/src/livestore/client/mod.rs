//! Stores in durable objects: clients of a LiveStore store, in Rust.
//!
//! Begin with [`Store`], a field of any object, or with [`ClientDO`], an object that is ready. A store keeps its log and
//! its tables in the object's own SQLite, commits events, and syncs them with a
//! [`SyncBackend`](crate::livestore::backend::SyncBackend) or with LiveStore's own backend.
//! [The guide](crate::guide::client_store) explains it.

// `store` is the only module that does I/O. All others are pure: time and random numbers come in as arguments, and SQL
// goes out as text. From the bottom up: `seq` and `event`, `equality`, `merge`, `rpc` (the bytes of calls and answers),
// `layout`, `undo` and `official` (SQL), `process` (when to pull, push, apply, wait and stop), `error`, `store`, `live` (the
// messages of sockets), `object`.
mod args;
mod equality;
mod error;
mod event;
mod layout;
mod live;
mod merge;
mod object;
mod official;
mod process;
mod rpc;
mod seq;
mod store;
mod undo;

pub use args::Args;
pub use error::{Halt, StoreError};
pub use object::{Client, ClientDO, OpenUntil, View};
pub use store::{Batch, Change, Origin, Receipt, Rejected, Status, Store, StoreOptions, StoredEvent, Watch};
