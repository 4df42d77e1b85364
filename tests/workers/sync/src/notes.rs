//! Notes of what hooks were called with.

use std::cell::RefCell;
use std::collections::VecDeque;

use serde_json::{Value, json};

/// Notes that are kept: the last ones. A store under load would fill the memory with all of them.
const LIMIT: usize = 1_000;

/// A list that a test asks for.
#[derive(Default)]
pub(crate) struct Notes(RefCell<VecDeque<Value>>);

impl Notes {
    /// Adds one, in place of the oldest when there are many.
    pub(crate) fn add(&self, note: Value) {
        let mut notes = self.0.borrow_mut();
        if notes.len() == LIMIT {
            notes.pop_front();
        }
        notes.push_back(note);
    }

    /// Gives all that were kept since the last time, as a JSON array.
    pub(crate) fn take(&self) -> String {
        json!(self.0.take()).to_string()
    }
}
