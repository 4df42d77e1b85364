//! The store in an object's own database.

mod apply;
mod database;
mod rebuild;
mod tables;
#[cfg(test)]
mod tests;

/// The largest event in bytes of JSON. Backends of LiveStore 0.4.0 take no push of more than 900,000 bytes, and
/// the rest of the request needs some of them.
pub(crate) const MAX_EVENT: usize = 899_000;
