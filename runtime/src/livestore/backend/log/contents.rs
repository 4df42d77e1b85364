//! All of a store's events at once.

use crate::livestore::backend::boxed::Boxed;
use crate::livestore::wire::ArchivePage;

/// The operators' view of a log: all of its events at once.
pub(in crate::livestore::backend) trait Contents {
    /// Returns the number of events. It reads all of them.
    fn count(&self) -> Boxed<'_, u64>;

    /// Deletes the events. The next log belongs to another backend.
    fn remove(&self) -> Boxed<'_, ()>;

    /// Prepares for the events of an import, and deletes the remains of an earlier one.
    fn prepare(&self) -> Boxed<'_, ()>;

    /// Takes some of the new events. Clients do not see them yet.
    fn stage<'a>(&'a self, page: &'a ArchivePage<'a>) -> Boxed<'a, ()>;

    /// Replaces the events of the log with the staged ones.
    fn replace<'a>(&'a self, head: i64, backend_id: &'a str) -> Boxed<'a, ()>;
}
