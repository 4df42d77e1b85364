//! LiveStore: event-sourced stores that sync through durable objects.
//!
//! [`SyncBackend`](backend::SyncBackend) is the object that keeps one store's event log and hands it to
//! its clients; unmodified LiveStore 0.4.0 clients talk to it. [`schema`] describes the events of a store, and the
//! tables that they fill.

pub mod backend;
#[cfg_attr(not(test), expect(dead_code, reason = "the store that uses it is not there yet"))]
mod client;
pub mod schema;
mod wire;
