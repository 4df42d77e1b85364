//! The object's database, as a store uses it.
//!
//! Rows are not typed here, and errors are one word. So each statement of the store is one call.

use crate::livestore::client::error::{Fault, Result};
use crate::storage::{FromSql, Row, ToSql};
use crate::value::Value;
use crate::{Error, Sql};

/// The object's database.
pub(crate) struct Connection {
    pub(super) sql: Sql,
}

impl Connection {
    /// Runs a statement, and returns the number of rows that it wrote.
    pub(super) fn run(&self, statement: &str, params: &[&dyn ToSql]) -> Result<u64> {
        Ok(self.sql.execute(statement, params)?)
    }

    /// Returns the rows of a statement.
    pub(super) fn rows(&self, statement: &str, params: &[&dyn ToSql]) -> Result<Vec<Row>> {
        Ok(self.sql.query(statement, params)?.all()?)
    }

    /// Returns the value of a statement with at most one row, and one column.
    pub(super) fn value<T: FromSql>(&self, statement: &str, params: &[&dyn ToSql]) -> Result<Option<T>> {
        self.rows(statement, params)?.first().map(|row| column(row, 0)).transpose()
    }

    /// Runs `body` in a transaction, which fails if `body` does.
    pub(super) fn transaction<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let (mut body, mut value) = (Some(body), None);
        self.transact(&mut || {
            value = body.take().map(|body| body()).transpose()?;
            Ok(())
        })?;
        value.ok_or_else(|| Error::new("the transaction did not run").into())
    }

    /// Runs any transaction. So the code around the bodies is compiled once.
    fn transact(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.sql.transaction(|_| body())
    }
}

/// Returns the value of the column with this index.
pub(super) fn column<T: FromSql>(row: &Row, index: usize) -> Result<T> {
    let value = row.values().get(index).cloned().unwrap_or(Value::Null);
    T::from_sql(value).map_err(|why| Fault::from(Error::Value(format!("the store's column {index}: {why}"))))
}
