//! Statements on the object's own database.

use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::convert::Params;
use super::placeholder::cast_integers;
use super::row::{FromRow, Row};
use super::value::Value;
use crate::sys;
use crate::{Error, Result};

/// Bound parameters in one statement; workerd `util/sqlite.c++`, `SQLITE_LIMIT_VARIABLE_NUMBER`.
const MAX_PARAMETERS: usize = 100;
/// Bytes of one statement; workerd `util/sqlite.c++`, `SQLITE_LIMIT_SQL_LENGTH`.
const MAX_STATEMENT_BYTES: usize = 100_000;
/// Bytes of one string or blob; Cloudflare's documented limit of a SQLite-backed object, 2 MB.
const MAX_VALUE_BYTES: usize = 2 * 1024 * 1024;

/// The object's SQLite database. Every call is synchronous; writes made in one turn, that is without an
/// `.await` between them, reach the disk together or not at all.
#[derive(Clone)]
pub struct Sql {
    state: Rc<sys::State>,
}

/// A statement that has run, and the rows it gives.
#[must_use = "the rows are read with `one`, `optional`, `all` or by iterating"]
pub struct Query<T> {
    statement: String,
    cursor: Rc<sys::Cursor>,
    row: PhantomData<T>,
}

impl Sql {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    /// Runs a statement and gives the number of rows it wrote, as Cloudflare bills them.
    ///
    /// # Errors
    /// [`Error::Sql`] when SQLite refuses it, [`Error::Value`] and [`Error::Limit`] when a parameter
    /// cannot be bound as it is.
    pub fn execute(&self, statement: &str, params: impl Params) -> Result<u64> {
        let mut query = self.query::<Row>(statement, params)?;
        // A statement with RETURNING has written all its rows only once it was stepped to its end.
        while query.next().transpose()?.is_some() {}
        Ok(query.rows_written())
    }

    /// Runs a statement and reads its rows as `T`.
    ///
    /// # Errors
    /// As [`Sql::execute`].
    pub fn query<T: FromRow>(&self, statement: &str, params: impl Params) -> Result<Query<T>> {
        let cursor = Rc::new(self.open(statement, params.values())?);
        Ok(Query { statement: statement.to_owned(), cursor, row: PhantomData })
    }

    /// What does not depend on the types of parameters and rows, so that a program has it once.
    #[inline(never)]
    fn open(&self, statement: &str, values: Result<Vec<Value>, String>) -> Result<sys::Cursor> {
        let values = values.map_err(|why| Error::Value(format!("{why} (in `{statement}`)")))?;
        let sql = cast_integers(statement, |index| matches!(values.get(index), Some(Value::Integer(_))));
        check_limits(&sql, &values)?;
        let failed = |message| Error::Sql { statement: statement.to_owned(), message };
        self.state.execute(&sql, values).map_err(failed)
    }

    /// The size of the database in bytes.
    #[must_use]
    pub fn database_size(&self) -> u64 {
        self.state.database_size()
    }
}

fn check_limits(statement: &str, values: &[Value]) -> Result<()> {
    let check = |what, actual, limit| {
        if actual > limit { Err(Error::Limit { what, actual, limit }) } else { Ok(()) }
    };
    check("the length of a SQL statement in bytes, its integers cast", statement.len(), MAX_STATEMENT_BYTES)?;
    check("the number of bound parameters", values.len(), MAX_PARAMETERS)?;
    for value in values {
        match value {
            Value::Text(text) => check("the length of a text value", text.len(), MAX_VALUE_BYTES)?,
            Value::Blob(blob) => check("the length of a blob in bytes", blob.0.len(), MAX_VALUE_BYTES)?,
            _ => {}
        }
    }
    Ok(())
}

impl<T: FromRow> Query<T> {
    /// The only row.
    ///
    /// # Errors
    /// [`Error::Row`] when there is none, when there are several, or when it is not a `T`.
    pub fn one(self) -> Result<T> {
        let statement = self.statement.clone();
        self.optional()?
            .ok_or_else(|| Error::Row { statement, message: "expected one row, found none".into() })
    }

    /// The only row, or `None` when there is none.
    ///
    /// # Errors
    /// [`Error::Row`] when there are several rows, or it is not a `T`.
    pub fn optional(mut self) -> Result<Option<T>> {
        let row = self.next().transpose()?;
        if row.is_some() && self.next().is_some() {
            return Err(self.row_error("expected one row, found several".into()));
        }
        Ok(row)
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
    /// Later writes may or may not show in rows that are not read yet.
    pub fn stream(self) -> impl Stream<Item = Result<T>> + use<T> {
        Rows(self)
    }

    /// Rows SQLite has scanned for this statement so far, as Cloudflare bills them.
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        self.cursor.rows_read()
    }

    /// Rows this statement has written so far, index entries included, as Cloudflare bills them.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.cursor.rows_written()
    }

    fn row_error(&self, message: String) -> Error {
        Error::Row { statement: self.statement.clone(), message }
    }
}

impl<T: FromRow> Iterator for Query<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let values = match self.cursor.next_row().transpose()? {
            Ok(values) => values,
            Err(message) => return Some(Err(Error::Sql { statement: self.statement.clone(), message })),
        };
        let row = Row { cursor: Rc::clone(&self.cursor), values };
        Some(T::from_row(row).map_err(|message| self.row_error(message)))
    }
}

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
