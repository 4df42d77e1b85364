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

/// A statement that has run, without the type of its rows.
pub(super) struct Executed {
    statement: String,
    cursor: Rc<Cursor>,
    meter: Option<Meter>,
}

impl Executed {
    pub(super) fn new(statement: &str, cursor: sys::Cursor, is_read: bool, meter: Option<Meter>) -> Self {
        Self { statement: statement.to_owned(), cursor: Rc::new(Cursor::new(cursor, is_read)), meter }
    }

    /// Steps through the remaining rows, and returns the number of rows that were written.
    pub(super) fn finish(&self) -> Result<u64> {
        self.cursor.finish().map_err(|message| self.error(message))
    }

    /// Returns the next row.
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

/// A statement that has run, and its rows.
///
/// The rows that a statement has written, those of `RETURNING`, were all read when it ran. The rows of a
/// query are read one by one, when the caller asks for them. Dropping a query before its last row costs at
/// least one more row read: the platform has no other way to end it, and a query in progress would make a
/// `DROP TABLE` fail.
#[must_use = "the rows are read with `one`, `optional`, `all` or by iterating"]
pub struct Query<T> {
    executed: Executed,
    row: PhantomData<T>,
}

impl<T: FromRow> Query<T> {
    pub(super) fn new(executed: Executed) -> Self {
        Self { executed, row: PhantomData }
    }

    /// Returns the only row.
    ///
    /// # Errors
    /// [`Error::Row`] when there is no row, when there are several, or when the row is not a `T`.
    pub fn one(self) -> Result<T> {
        let row = self.executed.at_most_one()?;
        self.read(row.ok_or_else(|| self.executed.wrong_count("none"))?)
    }

    /// Returns the only row, or `None` when there is none.
    ///
    /// # Errors
    /// [`Error::Row`] when there are several rows, or the row is not a `T`.
    pub fn optional(self) -> Result<Option<T>> {
        self.executed.at_most_one()?.map(|row| self.read(row)).transpose()
    }

    /// Returns all rows.
    ///
    /// # Errors
    /// [`Error::Row`] when one of the rows is not a `T`.
    pub fn all(self) -> Result<Vec<T>> {
        self.collect()
    }

    /// Returns the rows as a stream. A remote method can return it, and its caller reads it at its own pace.
    ///
    /// Later writes may or may not show in rows that are not read yet. Until the last row has been read, or
    /// the stream is dropped, a `DROP TABLE` fails with "database table is locked".
    pub fn stream(self) -> impl Stream<Item = Result<T>> + use<T> {
        Rows(self)
    }

    /// Returns the columns' names in order, even when there are no rows.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.executed.cursor.columns()
    }

    /// Returns the number of rows that SQLite has scanned for this statement so far, as Cloudflare bills
    /// them.
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        self.executed.cursor.rows_read()
    }

    /// Returns the number of rows that this statement has written so far, index entries included, as
    /// Cloudflare bills them.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.executed.cursor.rows_written()
    }

    fn read(&self, row: Row) -> Result<T> {
        T::from_row(row).map_err(|why| self.executed.row_error(why.to_string()))
    }
}

/// An error of SQLite is the last item. An error of a row that is not a `T` is not.
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

/// A query as a stream. Each row is ready as soon as it is asked for.
struct Rows<T>(Query<T>);

// Nothing in it is pinned: it makes a row when it is asked for, and gives the row away.
impl<T> Unpin for Rows<T> {}

impl<T: FromRow> Stream for Rows<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        Poll::Ready(self.0.next())
    }
}
