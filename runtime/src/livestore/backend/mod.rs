//! The sync backend: one durable object for each store, which keeps the store's event log.
//!
//! Begin with [`SyncBackend`], the object, and [`SyncWorker`], which passes the requests of clients on to it.
//! [`Hooks`] are the decisions of an app: who may push and pull, where the log is kept ([`LogStorage`]), which
//! [`Transports`] there are, and which [`Metric`]s the app wants. `()` keeps all defaults.
//!
//! ```
//! use durable_object::livestore::backend::{Hooks, IncomingPush, SyncBackend};
//! use durable_object::{Env, Error, Result, export_object};
//!
//! /// Takes no large pushes.
//! pub struct Small;
//!
//! impl Hooks for Small {
//!     fn new(_env: &Env) -> Result<Self> {
//!         Ok(Self)
//!     }
//!
//!     async fn on_push(&self, push: &IncomingPush<'_>) -> Result<()> {
//!         if push.events.len() > 100 { Err(Error::new("too many events")) } else { Ok(()) }
//!     }
//! }
//!
//! export_object!(pub SyncBackendDO = SyncBackend<Small>);
//! ```

// From the bottom up; each module imports only those below it:
//
// - `log` holds the events, in the object's own database or in D1. It does not know the listeners.
// - `store` is one store: its log, the app's hooks, and its counts for them.
// - `listeners` know the recipients of events: `sockets`, and `objects` that are called.
// - `service` does the work of clients' requests: a push and a page are one function each.
// - `transport` reads requests, calls the service and writes the answers. It keeps no state.
// - `object` is the durable object, `admin` serves operators, and `worker` stands in front of them.
//
// Decisions are pure: `admission`, `paging`, `recovery`, `listeners::sockets::flow` and `::attachment`, and
// `listeners::objects::subscriber`.

mod admin;
mod admission;
mod archive;
mod boxed;
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
mod route;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod transport;
mod worker;

pub use super::wire::Event;
pub use headers::ForwardedHeaders;
pub use hooks::{Hooks, IncomingPull, IncomingPush, LogStorage, OpenUntil, OutgoingPage, Transports};
pub use metrics::{Activity, Metric, PushOutcome};
pub use object::{SyncBackend, SyncBackendStub};
pub use operation::Operation;
pub use payload::Payload;
pub use route::{SyncRequest, Transport, match_sync_request};
pub use worker::{Everyone, SyncWorker, Validate, Validated};
