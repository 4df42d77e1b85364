//! Statements that run in a remote database.

use crate::storage::FromSql;
use crate::value::Value;
use crate::{Error, Result, sys};

/// A D1 database.
#[derive(Clone)]
pub(super) struct Database(sys::Database);

/// A statement and the values for its placeholders.
pub(super) type Statement<'a> = (&'a str, Vec<Value>);

/// The rows of a statement.
pub(super) type Rows = Vec<Vec<Value>>;

impl Database {
    pub(super) fn new(database: sys::Database) -> Self {
        Self(database)
    }

    /// Runs all of the statements or none.
    pub(super) async fn run(&self, statements: Vec<Statement<'_>>) -> Result<Vec<Rows>> {
        let first = statements.first().map(|(statement, _)| (*statement).to_owned()).unwrap_or_default();
        self.0.batch(statements).await.map_err(|message| Error::Sql { statement: first, message })
    }

    /// Runs a fixed number of statements, as [`run`](Self::run) does.
    pub(super) async fn batch<const N: usize>(&self, statements: [Statement<'_>; N]) -> Result<[Rows; N]> {
        let results = self.run(statements.into()).await?;
        results.try_into().map_err(|_| Error::new("D1 gave other results than were asked for"))
    }
}

/// Returns the cells of the first row, if there is one.
pub(super) fn first<const N: usize>(rows: Rows) -> Option<[Value; N]> {
    rows.into_iter().next()?.try_into().ok()
}

/// Returns the cells of the only row of a statement.
pub(super) fn only<const N: usize>(rows: Rows) -> Result<[Value; N]> {
    first(rows).ok_or_else(|| Error::new("D1 gave other rows than were asked for"))
}

/// Returns the value of a cell.
pub(super) fn cell<T: FromSql>(value: Value) -> Result<T> {
    T::from_sql(value).map_err(|why| Error::Value(format!("D1 gave something else than was stored: {why}")))
}

/// Returns a text to bind.
pub(super) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Returns a number to bind, or NULL.
pub(super) fn number(number: impl Into<Option<i64>>) -> Value {
    number.into().map_or(Value::Null, Value::Integer)
}
