//! All of a store's events at once.

use crate::livestore::backend::boxed::Boxed;
use crate::livestore::wire::ArchivePage;

/// The operators' view of a log: all of its events at once.
pub(in crate::livestore::backend) trait Contents {
    /// How many events there are. It reads all of them.
    fn count(&self) -> Boxed<'_, u64>;

    /// Deletes them. The next log is another backend's.
    fn remove(&self) -> Boxed<'_, ()>;

    /// Prepares for events that may take their place; what is left of others is thrown away.
    fn prepare(&self) -> Boxed<'_, ()>;

    /// Takes some of them, without anybody seeing it.
    fn stage<'a>(&'a self, page: &'a ArchivePage<'a>) -> Boxed<'a, ()>;

    /// Puts what was staged in the place of what is there.
    fn replace<'a>(&'a self, head: i64, backend_id: &'a str) -> Boxed<'a, ()>;
}
