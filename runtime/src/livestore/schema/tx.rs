//! The tables of a store, for the time in which one event changes them.

use std::fmt;

use crate::storage::{Params, Query};
use crate::{FromRow, Result, Sql};

/// The tables of a store, inside the transaction that stores an event.
pub struct Tx<'a> {
    sql: &'a Sql,
    observer: Option<&'a dyn Fn(&str)>,
}

impl<'a> Tx<'a> {
    /// Returns the tables in `sql`.
    #[cfg_attr(not(test), allow(dead_code, reason = "the client opens it"))]
    pub(crate) fn new(sql: &'a Sql) -> Self {
        Self { sql, observer: None }
    }

    /// Returns the tables in `sql`. `observer` is called with each statement before it runs.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "the client opens it, and so do native tests of schemas")
    )]
    pub(crate) fn observed(sql: &'a Sql, observer: &'a dyn Fn(&str)) -> Self {
        Self { sql, observer: Some(observer) }
    }

    /// Runs a statement, as [`Sql::execute`] does. The number of rows that it writes depends on the indexes and the
    /// triggers of the tables, so a materialiser does not get it.
    ///
    /// # Errors
    /// As [`Sql::execute`].
    pub fn execute(&self, statement: &str, params: impl Params) -> Result<()> {
        self.observe(statement);
        self.sql.execute(statement, params).map(drop)
    }

    /// Runs a statement and reads its rows as `T`. If it may return several rows, order them with `ORDER BY`: every
    /// client has to come to the same result.
    ///
    /// # Errors
    /// As [`Sql::query`].
    pub fn query<T: FromRow>(&self, statement: &str, params: impl Params) -> Result<Query<T>> {
        self.observe(statement);
        self.sql.query(statement, params)
    }

    fn observe(&self, statement: &str) {
        if let Some(observer) = self.observer {
            observer(statement);
        }
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
