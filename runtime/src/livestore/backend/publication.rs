//! A batch that was just stored, on its way to all listeners.

use std::rc::Rc;

use super::log::{Batch, EventLog};

/// A stored batch, and its log.
pub(super) struct Publication<'a> {
    pub(super) log: Rc<EventLog>,
    pub(super) batch: Batch<'a>,
}

impl Publication<'_> {
    /// Returns the id of the backend that owns the log.
    pub(super) fn backend_id(&self) -> &str {
        self.log.head().backend_id
    }
}
