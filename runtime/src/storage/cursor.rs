//! A running statement.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::integers;
use crate::sys;
use crate::value::Value;

/// A statement and its rows. Each row is read when it is asked for.
#[derive(Debug)]
pub(super) struct Cursor {
    platform: sys::Cursor,
    /// Whether the statement has given its last row, or an error.
    ended: Cell<bool>,
    /// Whether all rows were read when the statement ran, so that it is no longer in progress.
    is_read: bool,
    // Read only when a caller needs them: they cost a trip to JavaScript.
    columns: OnceCell<Vec<String>>,
}

/// The source of the names of a row's columns.
#[derive(Debug, Clone)]
pub(super) enum Columns {
    /// The statement that gives the row.
    Of(Rc<Cursor>),
    /// The names themselves, for a row that does not come from a statement.
    Known(Rc<[String]>),
}

impl Columns {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::Of(cursor) => cursor.columns(),
            Self::Known(names) => names,
        }
    }
}

impl Cursor {
    pub(super) fn new(platform: sys::Cursor, is_read: bool) -> Self {
        Self { platform, ended: Cell::default(), is_read, columns: OnceCell::new() }
    }

    /// Returns the next row. After an error it returns none, because the platform would begin again.
    pub(super) fn step(&self) -> Result<Option<Vec<Value>>, String> {
        if self.ended.get() {
            return Ok(None);
        }
        let row = self.platform.next_row();
        self.ended.set(!matches!(row, Ok(Some(_))));
        row
    }

    /// Steps through the remaining rows, and returns the number of rows that were written.
    pub(super) fn finish(&self) -> Result<u64, String> {
        self.ended.set(true);
        self.platform.finish()
    }

    /// Ends a statement whose rows are not all wanted. While in progress, it would block other statements,
    /// such as `DROP TABLE`.
    pub(super) fn close(&self) {
        if !self.is_read && !self.ended.replace(true) {
            self.platform.close();
        }
    }

    /// Returns the columns' names in order.
    pub(super) fn columns(&self) -> &[String] {
        self.columns.get_or_init(|| self.platform.columns().into_iter().map(integers::original).collect())
    }

    pub(super) fn rows_read(&self) -> u64 {
        self.platform.rows_read()
    }

    pub(super) fn rows_written(&self) -> u64 {
        self.platform.rows_written()
    }
}
