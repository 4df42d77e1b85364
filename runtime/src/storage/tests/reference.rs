//! What a statement gives: here, and from SQLite when values are bound as what they are.

use std::rc::Rc;

use rusqlite::config::DbConfig;
use rusqlite::types::{Value as Native, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::grammar::Case;
use super::questions::{SETUP, questions};
use crate::storage::{Row, Sql};
use crate::sys::State;
use crate::value::{Blob, Value};

/// The columns' names and the rows of a statement, or that it fails.
pub(super) type Answer = Result<(Vec<String>, Vec<Vec<String>>), String>;

/// What runs statements.
pub(super) trait Engine {
    fn ask(&self, statement: &str, values: &[Value]) -> Answer;
    fn begin(&self);
    fn take_back(&self);
}

/// The answers to all questions about a case, of which nothing stays.
pub(super) fn answers(engine: &impl Engine, case: &Case) -> [Answer; 3] {
    engine.begin();
    let mut answers = questions(&case.statement, case.columns)
        .map(|(question, with_values)| engine.ask(&question, if with_values { &case.values } else { &[] }));
    engine.take_back();
    if let Ok((_, plan)) = &mut answers[0] {
        // The others are addresses in the compiled statement.
        plan.iter_mut().for_each(|row| drop(row.drain(..3)));
    }
    answers
}

/// This crate's SQL on the native host.
pub(super) struct Ours(Sql);

impl Ours {
    pub(super) fn new() -> Self {
        let sql = Sql::new(Rc::new(State::in_memory()));
        sql.execute(SETUP, ()).unwrap();
        Self(sql)
    }
}

impl Engine for Ours {
    fn ask(&self, statement: &str, values: &[Value]) -> Answer {
        let ask = || {
            let query = self.0.query::<Row>(statement, values)?;
            let columns = query.columns().to_vec();
            let rows = query.map(|row| row.map(|row| row.into_values().map(|value| shown(&value)).collect()));
            Ok::<_, crate::Error>((columns, rows.collect::<Result<_, _>>()?))
        };
        ask().map_err(|why| match why {
            crate::Error::Sql { message, .. } => message,
            other => other.to_string(),
        })
    }

    fn begin(&self) {
        self.0.execute("SAVEPOINT a", ()).unwrap();
    }

    fn take_back(&self) {
        self.0.execute("ROLLBACK TO a", ()).unwrap();
        self.0.execute("RELEASE a", ()).unwrap();
    }
}

/// SQLite, given values of its own types.
pub(super) struct Bound(Connection);

impl Bound {
    /// One that may look at values while it plans, or one that does not.
    pub(super) fn new(looks: bool) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, !looks).unwrap();
        connection.execute_batch(SETUP).unwrap();
        Self(connection)
    }
}

impl Engine for Bound {
    fn ask(&self, statement: &str, values: &[Value]) -> Answer {
        let ask = || {
            let mut statement = self.0.prepare(statement)?;
            let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query(params_from_iter(values.iter().map(native)))?;
            let mut read = Vec::new();
            while let Some(row) = rows.next()? {
                let cells =
                    (0..columns.len()).map(|column| row.get_ref(column).map(|cell| shown(&platform(cell))));
                read.push(cells.collect::<rusqlite::Result<_>>()?);
            }
            Ok::<_, rusqlite::Error>((columns, read))
        };
        ask().map_err(|why| match why {
            rusqlite::Error::SqlInputError { msg, offset, .. } => format!("{msg} at offset {offset}"),
            other => other.to_string(),
        })
    }

    fn begin(&self) {
        self.0.execute_batch("SAVEPOINT a").unwrap();
    }

    fn take_back(&self) {
        self.0.execute_batch("ROLLBACK TO a; RELEASE a").unwrap();
    }
}

fn native(value: &Value) -> Native {
    match value {
        Value::Null => Native::Null,
        Value::Integer(integer) => Native::Integer(*integer),
        Value::Real(real) => Native::Real(*real),
        Value::Text(text) => Native::Text(text.to_string()),
        Value::Blob(Blob(bytes)) => Native::Blob(bytes.clone()),
    }
}

/// As JavaScript gets it.
fn platform(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::from_number(integer as f64),
        ValueRef::Real(real) => Value::from_number(real),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned().into()),
        ValueRef::Blob(bytes) => Value::Blob(Blob(bytes.to_vec())),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}
