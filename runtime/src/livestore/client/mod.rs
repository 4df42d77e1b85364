//! A client that lives in a durable object.
//!
//! All modules but `store` are pure. Time and random numbers come in as arguments, and SQL goes out as text. From
//! the bottom up:
//!
//! - `seq` is the number of an event, and `event` an event with its number.
//! - `equality` says whether two events are the same one.
//! - `merge` joins the events of the backend with those that the backend does not have yet.
//! - `rpc` writes the calls of the backend and reads its answers.
//! - `layout` is the client's own tables, and `undo` the SQL that takes pending events back.
//! - `process` decides when the client pulls, pushes, applies, waits and stops.
//! - `error` says why a store did not do something.
//! - `store` keeps the log and the tables in the object's database, and syncs them.

mod equality;
mod error;
mod event;
mod layout;
mod merge;
mod object;
mod process;
mod rpc;
mod seq;
mod store;
mod undo;

pub use error::{Halt, StoreError};
pub use object::{Client, ClientDO, View};
pub use store::{Batch, Change, Origin, Receipt, Rejected, Status, Store, StoreOptions, StoredEvent, Watch};
