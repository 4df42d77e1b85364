//! Statements on the object's own database.

use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::forbidden::{self, Place};
use super::limits;
use super::meter::Meter;
use super::outcome::Outcome;
use super::params::Params;
use super::row::{FromRow, Row};
use super::statement::prepared;
use crate::sys;
use crate::{Error, Result};

/// The object's SQLite database. Every call is synchronous; writes made in one turn, that is without an
/// `.await` between them, reach the disk together or not at all.
#[derive(Clone)]
pub struct Sql {
    state: Rc<sys::State>,
    meter: Option<Meter>,
}

/// A statement that has run, and the rows it gives.
#[must_use = "the rows are read with `one`, `optional`, `all` or by iterating"]
pub struct Query<T> {
    statement: String,
    cursor: Rc<sys::Cursor>,
    meter: Option<Meter>,
    row: PhantomData<T>,
}

impl Sql {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state, meter: None }
    }

    /// The same database, whose statements add up what they cost in `meter`.
    #[must_use]
    pub fn metered(&self, meter: &Meter) -> Self {
        Self { state: Rc::clone(&self.state), meter: Some(meter.clone()) }
    }

    /// Runs a statement and gives the number of rows it wrote, as Cloudflare bills them: each entry of an index
    /// counts as well. How many rows it changed is `SELECT changes()`.
    ///
    /// Several statements may be separated by semicolons. The parameters belong to the last one, and so does the
    /// count. An error in one of them takes those before it back only in a [transaction](crate::Ctx::transaction).
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
        let values = params.values().map_err(|why| Error::Value(format!("{why} (in `{statement}`)")))?;
        let sql = prepared(statement, &values);
        limits::check(&sql, &values)?;
        let cursor = self.state.execute(&sql, values).map_err(|why| refused(statement, why))?;
        let (statement, meter) = (statement.to_owned(), self.meter.clone());
        Ok(Query { statement, cursor: Rc::new(cursor), meter, row: PhantomData })
    }

    /// As [`Ctx::transaction`](crate::Ctx::transaction).
    pub(crate) fn transaction<R: Outcome<Error: From<Error>>>(&self, body: impl FnOnce(&Self) -> R) -> R {
        let failed = |message| Error::Sql { statement: "COMMIT".to_owned(), message }.into();
        R::from_result(self.state.transaction(|| body(self).into_result(), failed))
    }

    /// The size of the database in bytes, without the pages that deleted rows have left free. At most 10 GB
    /// (Cloudflare's limit for one object).
    #[must_use]
    pub fn database_size(&self) -> u64 {
        self.state.database_size()
    }
}

/// What SQLite says of a statement, and what to use instead if it is none for Durable Objects.
fn refused(statement: &str, mut message: String) -> Error {
    if let Some(forbidden) = forbidden::find(statement, Place::Anywhere) {
        let words = statement.get(forbidden.start..forbidden.end).unwrap_or_default();
        for part in [": `", words, "`: ", forbidden.advice] {
            message.push_str(part);
        }
    }
    Error::Sql { statement: statement.to_owned(), message }
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

    /// The columns' names in order, whether or not there are rows.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.cursor.columns()
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

impl<T> Drop for Query<T> {
    fn drop(&mut self) {
        if let Some(meter) = &self.meter {
            meter.add(self.cursor.rows_read(), self.cursor.rows_written());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sql() -> Sql {
        let sql = Sql::new(Rc::new(sys::State::in_memory()));
        sql.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)", ()).unwrap();
        sql
    }

    #[test]
    fn a_query_without_rows_has_columns() {
        let sql = sql();
        let query = sql.query::<Row>("SELECT *, 1 AS one FROM notes", ()).unwrap();
        assert_eq!(query.columns(), ["id", "text", "one"]);
        assert_eq!(query.all().unwrap().len(), 0);
    }

    #[test]
    fn a_meter_counts_what_ran_through_it() {
        let (sql, meter) = (sql(), Meter::default());
        let metered = sql.metered(&meter);
        for text in ["a", "b"] {
            metered.clone().execute("INSERT INTO notes (text) VALUES (?)", (text,)).unwrap();
        }
        sql.execute("DELETE FROM notes", ()).unwrap();
        assert_eq!(meter.rows_written(), 2);
    }

    #[test]
    fn a_refused_statement_says_what_to_use() {
        let why = |statement| sql().execute(statement, ()).unwrap_err().to_string();
        let nested = why("BEGIN; BEGIN");
        assert!(nested.contains(": `BEGIN`: use `ctx.transaction(|sql| …)`"), "{nested}");
        assert!(nested.ends_with("(in `BEGIN; BEGIN`)"), "{nested}");
        let unknown = why("SELECT missing");
        assert!(unknown.starts_with("no such column: missing") && !unknown.contains("use "), "{unknown}");
    }

    #[test]
    fn a_parameter_that_cannot_be_bound_is_an_error_with_its_statement() {
        let why = sql().execute("SELECT ?, ?", (1, f64::NAN)).unwrap_err();
        assert_eq!(why.name(), "ValueError");
        assert_eq!(
            why.to_string(),
            "parameter 2: NaN cannot be stored: SQLite would make it NULL (in `SELECT ?, ?`)"
        );
    }
}
