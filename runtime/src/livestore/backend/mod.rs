//! The sync backend: one durable object for each store, which keeps the store's event log.
//!
//! What is decided here is pure (`admission`, `paging`, `subscription`); `log` is the SQL, `object` the
//! durable object that puts them together, `route` the worker in front of it.

mod admission;
mod hooks;
mod log;
mod object;
mod paging;
mod route;
mod subscription;
#[cfg(test)]
mod tests;

pub use super::protocol::Event;
pub use hooks::{Hooks, IncomingPull, IncomingPush};
pub use object::{SyncBackend, SyncBackendStub};
pub use route::{SyncRequest, Transport, handle_sync_request, match_sync_request, serve_sync};
