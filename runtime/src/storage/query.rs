//! The rows of a statement.

use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::cursor::{Columns, Cursor};
use super::meter::Meter;
use super::row::{FromRow, Row};
use crate::{Error, Result, sys};

/// A statement that has run, whatever its rows are read as.
pub(super) struct Executed {
    statement: String,
    cursor: Rc<Cursor>,
    meter: Option<Meter>,
}

impl Executed {
    pub(super) fn new(statement: &str, cursor: sys::Cursor, is_read: bool, meter: Option<Meter>) -> Self {
        Self { statement: statement.to_owned(), cursor: Rc::new(Cursor::new(cursor, is_read)), meter }
    }

    /// Steps through all rows that are left, and gives how many it has written.
    pub(super) fn finish(&self) -> Result<u64> {
        self.cursor.finish().map_err(|message| self.error(message))
    }

    /// The next row.
    fn step(&self) -> Result<Option<Row>> {
        match self.cursor.step() {
            Ok(values) => {
                Ok(values.map(|values| Row { columns: Columns::Of(Rc::clone(&self.cursor)), values }))
            }
            Err(message) => Err(self.error(message)),
        }
    }

    fn at_most_one(&self) -> Result<Option<Row>> {
        let row = self.step()?;
        if row.is_some() && self.step()?.is_some() {
            return Err(self.wrong_count("several"));
        }
        Ok(row)
    }

    fn error(&self, message: String) -> Error {
        Error::Sql { statement: self.statement.clone(), message }
    }

    fn row_error(&self, message: String) -> Error {
        Error::Row { statement: self.statement.clone(), message }
    }

    fn wrong_count(&self, found: &str) -> Error {
        self.row_error(format!("expected one row, found {found}"))
    }
}

impl Drop for Executed {
    fn drop(&mut self) {
        self.cursor.close();
        if let Some(meter) = &self.meter {
            meter.add(self.cursor.rows_read(), self.cursor.rows_written());
        }
    }
}

/// A statement that has run, and the rows it gives.
///
/// Rows that a statement has written, those of `RETURNING`, were all read when it ran. Those of a query are stepped
/// through as they are asked for. To drop it before the last costs one more row read, at least: the platform has no
/// other way to end it, and in progress it would make a `DROP TABLE` fail.
#[must_use = "the rows are read with `one`, `optional`, `all` or by iterating"]
pub struct Query<T> {
    executed: Executed,
    row: PhantomData<T>,
}

impl<T: FromRow> Query<T> {
    pub(super) fn new(executed: Executed) -> Self {
        Self { executed, row: PhantomData }
    }

    /// The only row.
    ///
    /// # Errors
    /// [`Error::Row`] when there is none, when there are several, or when it is not a `T`.
    pub fn one(self) -> Result<T> {
        let row = self.executed.at_most_one()?;
        self.read(row.ok_or_else(|| self.executed.wrong_count("none"))?)
    }

    /// The only row, or `None` when there is none.
    ///
    /// # Errors
    /// [`Error::Row`] when there are several rows, or it is not a `T`.
    pub fn optional(self) -> Result<Option<T>> {
        self.executed.at_most_one()?.map(|row| self.read(row)).transpose()
    }

    /// All rows.
    ///
    /// # Errors
    /// [`Error::Row`] when one of them is not a `T`.
    pub fn all(self) -> Result<Vec<T>> {
        self.collect()
    }

    /// The rows as a stream: what a remote method can return, to be read as slowly as its caller likes.
    ///
    /// Later writes may or may not show in rows that are not read yet. Until the last row has been read, or the stream
    /// is dropped, a `DROP TABLE` fails with "database table is locked".
    pub fn stream(self) -> impl Stream<Item = Result<T>> + use<T> {
        Rows(self)
    }

    /// The columns' names in order, whether or not there are rows.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.executed.cursor.columns()
    }

    /// Rows SQLite has scanned for this statement so far, as Cloudflare bills them.
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        self.executed.cursor.rows_read()
    }

    /// Rows this statement has written so far, index entries included, as Cloudflare bills them.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.executed.cursor.rows_written()
    }

    fn read(&self, row: Row) -> Result<T> {
        T::from_row(row).map_err(|why| self.executed.row_error(why.to_string()))
    }
}

/// An error of SQLite is the last item. One of a row, which is not a `T`, is not.
impl<T: FromRow> Iterator for Query<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.executed.step() {
            Ok(row) => row.map(|row| self.read(row)),
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T: FromRow> FusedIterator for Query<T> {}

/// A query as a stream, each row of which is there as soon as it is asked for.
struct Rows<T>(Query<T>);

// Nothing in it is pinned: a row is made when it is asked for, and given away.
impl<T> Unpin for Rows<T> {}

impl<T: FromRow> Stream for Rows<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        Poll::Ready(self.0.next())
    }
}
