//! A batch that was just stored, on its way to all listeners.

use std::rc::Rc;

use super::log::{Batch, EventLog};

/// A stored batch, and the log that has it.
pub(super) struct Publication<'a> {
    pub(super) log: Rc<EventLog>,
    pub(super) batch: Batch<'a>,
}

impl Publication<'_> {
    /// The id of the backend whose log it is.
    pub(super) fn backend_id(&self) -> &str {
        self.log.head().backend_id
    }
}
