//! The sync backend: one durable object for each store, which keeps the store's event log.
//!
//! What is decided is pure (`admission`, `paging`, `recovery`, `transport::flow`, `transport::subscription`). `log` is the SQL,
//! `store` what a pull and a push do to it, `transport` how clients ask for them; `object` is the durable object that
//! puts them together, `worker` is in front of it, and `route` says which requests are for it.

mod admin;
mod admission;
mod archive;
mod headers;
mod hooks;
mod listeners;
mod log;
mod metrics;
mod object;
mod operation;
mod paging;
mod payload;
mod publication;
mod recovery;
mod remote;
mod route;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod transport;
mod worker;

pub use super::wire::Event;
pub use headers::ForwardedHeaders;
pub use hooks::{Hooks, IncomingPull, IncomingPush, OutgoingPage, Storage, Transports};
pub use metrics::{Activity, Metric, PushOutcome};
pub use object::{SyncBackend, SyncBackendStub};
pub use operation::Operation;
pub use payload::Payload;
pub use route::{SyncRequest, Transport, match_sync_request};
pub use worker::{Everyone, SyncWorker, Validate, Validated};
