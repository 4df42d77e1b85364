//! A statement that runs.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::integers;
use crate::sys;
use crate::value::Value;

/// A statement and its rows, read as they are asked for.
#[derive(Debug)]
pub(super) struct Cursor {
    platform: sys::Cursor,
    /// Whether it has given its last row, or an error.
    ended: Cell<bool>,
    /// Whether its rows were all read when it ran, so that it is no longer in progress.
    is_read: bool,
    // Asked for only when somebody needs them: they cost a trip to JavaScript.
    columns: OnceCell<Vec<String>>,
}

/// Where the names of a row's columns are.
#[derive(Debug, Clone)]
pub(super) enum Columns {
    /// With the statement that gives the row.
    Of(Rc<Cursor>),
    /// Here: the row comes from somewhere else.
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

    /// The next row. None comes after an error: the platform would begin again.
    pub(super) fn step(&self) -> Result<Option<Vec<Value>>, String> {
        if self.ended.get() {
            return Ok(None);
        }
        let row = self.platform.next_row();
        self.ended.set(!matches!(row, Ok(Some(_))));
        row
    }

    /// Steps through all rows that are left, and gives the number of those that were written.
    pub(super) fn finish(&self) -> Result<u64, String> {
        self.ended.set(true);
        self.platform.finish()
    }

    /// Ends a statement whose rows are not all wanted. In progress, it would hold up others: `DROP TABLE`, for one.
    pub(super) fn close(&self) {
        if !self.is_read && !self.ended.replace(true) {
            self.platform.close();
        }
    }

    /// The columns' names in order.
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
