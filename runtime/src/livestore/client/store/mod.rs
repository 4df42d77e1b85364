//! The store in an object's own database.

mod apply;
mod backend;
mod batch;
mod calls;
mod confirmed;
mod connection;
mod database;
mod definition;
mod footprint;
mod handle;
mod options;
mod progress;
mod rebuild;
mod receipt;
mod refused;
mod status;
mod subscribe;
mod tables;
mod takeover;
mod watch;
mod work;

pub use batch::Batch;
pub use confirmed::StoredEvent;
pub use database::Rejected;
pub use handle::Store;
pub use options::StoreOptions;
pub use receipt::Receipt;
pub use status::Status;
pub use watch::{Change, Origin, Watch};

#[cfg(test)]
mod tests;

/// The largest event in bytes of JSON. Backends of LiveStore 0.4.0 take no push of more than 900,000 bytes, and
/// the rest of the request needs some of them.
pub(crate) const MAX_EVENT: usize = 899_000;
