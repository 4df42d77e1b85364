//! The sync backend: one durable object for each store, which keeps the store's event log.
//!
//! What is decided is pure (`admission`, `paging`, `transport::subscription`). `log` is the SQL, `store` what
//! a pull and a push do to it, `transport` how clients ask for them; `object` is the durable object that puts
//! them together, `route` the worker in front of it.

mod admission;
mod hooks;
mod log;
mod object;
mod paging;
mod publication;
mod route;
mod store;
#[cfg(test)]
mod tests;
mod transport;

pub use super::protocol::Event;
pub use hooks::{Hooks, IncomingPull, IncomingPush};
pub use object::{SyncBackend, SyncBackendStub};
pub use route::{SyncRequest, Transport, handle_sync_request, match_sync_request, serve_sync};
