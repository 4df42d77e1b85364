//! A statement that runs.

use std::cell::OnceCell;

use super::statement;
use super::value::Value;
use crate::sys;

/// A statement and its rows, read as they are asked for.
#[derive(Debug)]
pub(super) struct Cursor {
    platform: sys::Cursor,
    // Asked for only when somebody needs them: they cost a trip to JavaScript.
    columns: OnceCell<Vec<String>>,
}

impl Cursor {
    pub(super) fn new(platform: sys::Cursor) -> Self {
        Self { platform, columns: OnceCell::new() }
    }

    /// The next row.
    pub(super) fn step(&self) -> Result<Option<Vec<Value>>, String> {
        self.platform.next_row()
    }

    /// Steps through all rows that are left, and gives the number of those that were written.
    pub(super) fn finish(&self) -> Result<u64, String> {
        self.platform.finish()
    }

    /// The columns' names in order.
    pub(super) fn columns(&self) -> &[String] {
        self.columns.get_or_init(|| self.platform.columns().into_iter().map(statement::original).collect())
    }

    pub(super) fn rows_read(&self) -> u64 {
        self.platform.rows_read()
    }

    pub(super) fn rows_written(&self) -> u64 {
        self.platform.rows_written()
    }
}
