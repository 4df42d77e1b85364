//! LiveStore: event-sourced stores that sync through durable objects.
//!
//! Begin with [`SyncBackend`](backend::SyncBackend), in the module [`backend`]: the object that keeps one store's
//! event log and hands it to the store's clients. Clients of LiveStore 0.4.0 talk to it without a change.
//! [The guide](crate::guide::sync_backend) explains it.
//!
//! ```
//! use durable_object::livestore::backend::{SyncBackend, SyncWorker};
//! use durable_object::{Env, Request, Response, Result, export_object};
//!
//! export_object!(pub SyncBackendDO = SyncBackend<()>);
//!
//! async fn fetch(request: Request, env: Env) -> Result<Response> {
//!     SyncWorker::<SyncBackendDO>::new().fetch(request, &env).await
//! }
//! ```
//!
//! [`schema`] describes the events of a store, and the tables that they fill. [`client`] keeps a store in a durable
//! object: [the guide](crate::guide::client_store) begins with a complete one.

pub mod backend;
pub mod client;
mod query;
pub mod schema;
mod wire;

pub use query::store_id;
