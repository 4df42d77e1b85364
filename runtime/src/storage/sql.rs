//! Statements on the object's own database.

use std::rc::Rc;

use super::forbidden::{self, Place};
use super::integers::without_words;
use super::meter::Meter;
use super::outcome::Outcome;
use super::params::Params;
use super::plan::{Plan, plan};
use super::query::{Executed, Query};
use super::row::FromRow;
use super::sqlite::explained;
use super::statement::Rows;
use crate::sys;
use crate::value::{Text, Value};
use crate::{Error, Result};

/// The object's SQLite database. Every call is synchronous. All writes made in one turn, that is without an
/// `.await` between them, reach the disk together or not at all.
#[derive(Clone)]
pub struct Sql {
    state: Rc<sys::State>,
    meter: Option<Meter>,
}

impl Sql {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state, meter: None }
    }

    /// Returns the same database, whose statements add their cost to `meter`.
    #[must_use]
    pub fn metered(&self, meter: &Meter) -> Self {
        Self { state: Rc::clone(&self.state), meter: Some(meter.clone()) }
    }

    /// Runs a statement and returns the number of rows it wrote, as Cloudflare bills them: each entry of an
    /// index counts as well. `SELECT changes()` returns the number of rows it changed.
    ///
    /// Several statements may be separated by semicolons. The parameters and the count belong to the last
    /// one. The rows of the others are dropped. An error in one of them rolls back those before it only in a
    /// [transaction](crate::Ctx::transaction).
    ///
    /// # Errors
    /// [`Error::Sql`] when SQLite refuses it, or the number of parameters is wrong; [`Error::Value`] and
    /// [`Error::Limit`] when a parameter cannot be bound as it is; [`Error::Config`] when the object's class
    /// was declared without SQLite.
    pub fn execute(&self, statement: &str, params: impl Params) -> Result<u64> {
        self.write(statement, params.values())
    }

    /// Runs a statement and reads its rows as `T`.
    ///
    /// # Errors
    /// As [`Sql::execute`].
    pub fn query<T: FromRow>(&self, statement: &str, params: impl Params) -> Result<Query<T>> {
        self.open(statement, params.values()).map(Query::new)
    }

    // These parts are the same for every type of parameters and rows, so they are compiled only once.

    /// Runs a statement whose rows nobody reads.
    fn write(&self, statement: &str, values: Result<Vec<Value>, String>) -> Result<u64> {
        let (plan, values) = self.begin(statement, values)?;
        if self.meter.is_some() {
            return self.run(statement, &plan.last, values, plan.rows)?.finish();
        }
        let has_rows = plan.rows != Rows::None;
        self.state.write(&plan.last, values, has_rows).map_err(|why| self.failed(statement, &plan.last, why))
    }

    /// Runs a statement whose rows are read later.
    fn open(&self, statement: &str, values: Result<Vec<Value>, String>) -> Result<Executed> {
        let (plan, values) = self.begin(statement, values)?;
        self.run(statement, &plan.last, values, plan.rows)
    }

    /// Runs all but the last part of `statement`, and returns what the last one is given.
    fn begin(&self, statement: &str, values: Result<Vec<Value>, String>) -> Result<(Rc<Plan>, Vec<Value>)> {
        let values = values.map_err(|why| Error::Value(format!("{why} (in `{statement}`)")))?;
        let plan = plan(statement, &values)?;
        let (wanted, given) = (plan.parameters, values.len());
        if wanted != given {
            let message = format!("parameters wanted: {wanted}, given: {given}");
            return Err(Error::Sql { statement: statement.to_owned(), message });
        }
        for part in &plan.before {
            self.run(statement, part, Vec::new(), Rows::Read)?.finish()?;
        }
        Ok((plan, values))
    }

    /// Runs a part of `statement`.
    fn run(&self, statement: &str, part: &Text, values: Vec<Value>, rows: Rows) -> Result<Executed> {
        let returning = rows == Rows::Written;
        let executed = self.state.execute(part, values, returning);
        let cursor = executed.map_err(|why| self.failed(statement, part, why))?;
        Ok(Executed::new(statement, cursor, returning, self.meter.clone()))
    }

    /// Returns the error of a part of `statement` that SQLite refused.
    fn failed(&self, statement: &str, part: &Text, why: String) -> Error {
        explained(&self.state, refused(statement, without_words(why, &part.to_string())))
    }

    /// Runs `body` as [`Ctx::transaction`](crate::Ctx::transaction) does.
    pub(crate) fn transaction<R: Outcome<Error: From<Error>>>(&self, body: impl FnOnce(&Self) -> R) -> R {
        let failed =
            |message| explained(&self.state, Error::Sql { statement: "COMMIT".to_owned(), message }).into();
        R::from_result(self.state.transaction(|| body(self).into_result(), failed))
    }

    /// Returns the size of the database in bytes, without the free pages that deleted rows have left. At most
    /// 10 GB (Cloudflare's limit for one object); 0 without SQLite.
    #[must_use]
    pub fn database_size(&self) -> u64 {
        self.state.database_size()
    }
}

/// Returns SQLite's error for a statement, with the replacement if Durable Objects refuse the statement.
fn refused(statement: &str, mut message: String) -> Error {
    if let Some(forbidden) = forbidden::find(statement, Place::Anywhere) {
        let words = statement.get(forbidden.start..forbidden.end).unwrap_or_default();
        for part in [": `", words, "`: ", forbidden.advice] {
            message.push_str(part);
        }
    }
    Error::Sql { statement: statement.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Row;

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
    fn a_column_is_called_what_sqlite_calls_it() {
        let columns =
            |statement, params: &[i64]| sql().query::<Row>(statement, params).unwrap().columns().join(" | ");
        assert_eq!(columns("SELECT ?1, :a + 1, ?1 || '?'", &[1, 2]), "?1 | :a + 1 | ?1 || '?'");
        assert_eq!(columns("SELECT * FROM (SELECT ?, ?, id FROM notes)", &[1, 2]), "? | ?:1 | id");
        let twice = sql().query::<Row>("SELECT :a, :b, :a", (1, 2)).unwrap().one().unwrap();
        assert_eq!(twice.get::<i64>(":b"), Ok(2));
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
    fn the_number_of_parameters_is_checked_before_anything_runs() {
        let sql = sql();
        let add = "INSERT INTO notes (id) VALUES (1) RETURNING id; INSERT INTO notes (id) VALUES (?1), (?2)";
        for (given, message) in
            [(0, "wanted: 2, given: 0"), (1, "wanted: 2, given: 1"), (3, "wanted: 2, given: 3")]
        {
            let why = sql.execute(add, vec![5; given]).unwrap_err();
            assert_eq!(why.to_string(), format!("parameters {message} (in `{add}`)"));
        }
        assert_eq!(sql.query::<i64>("SELECT count(*) FROM notes", ()).unwrap().one().unwrap(), 0);
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
