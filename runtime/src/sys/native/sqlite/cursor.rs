//! Statements on an in-memory SQLite, run as the platform runs them on its own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Batch, Connection, Statement, ToSql};
use self_cell::self_cell;

use crate::value::{Blob, Text, Value};

/// The statements of one call. SQLite regards each statement with remaining rows as in progress.
struct Statements<'a>(Vec<Statement<'a>>);

self_cell!(
    pub(super) struct Compiled {
        owner: Rc<Connection>,
        #[covariant]
        dependent: Statements,
    }
);

/// The part of a call that JavaScript keeps until its garbage collector runs.
pub(super) type Running = Rc<RefCell<Compiled>>;

/// The rows of the last statement of a call. Each is read when it is asked for.
pub(crate) struct Cursor {
    running: Running,
    columns: Vec<String>,
    /// Rows that were read already. The platform is always at least one ahead.
    ahead: RefCell<VecDeque<Vec<Value>>>,
    is_at_end: Cell<bool>,
    written: u64,
}

impl Cursor {
    /// Runs all statements of `sql`, each as far as its first row. The values belong to the last statement.
    /// If `all` is set, all of its rows are read.
    pub(super) fn open(
        connection: &Rc<Connection>,
        sql: &str,
        values: &[Value],
        all: bool,
    ) -> rusqlite::Result<Self> {
        let changes_before = connection.total_changes();
        let (mut next, mut columns, mut parameters) = (None, Vec::new(), 0);
        let compiled = Compiled::try_new(Rc::clone(connection), |connection| {
            let mut batch = Batch::new(connection, sql);
            let mut statements = Vec::new();
            // Each statement is prepared only when those before it have run: it may need tables that they
            // make.
            while let Some(mut statement) = batch.next()? {
                if parameters > 0 {
                    return Err(rusqlite::Error::MultipleStatement);
                }
                parameters = statement.parameter_count();
                if parameters > 0 && parameters != values.len() {
                    return Err(rusqlite::Error::InvalidParameterCount(values.len(), parameters));
                }
                for (index, value) in values.iter().enumerate().take(parameters) {
                    statement.raw_bind_parameter(index + 1, value)?;
                }
                if !statement.readonly() && connection.is_autocommit() {
                    connection.execute_batch("BEGIN")?;
                }
                columns = statement.column_names().map(str::to_owned).collect();
                next = advance(&mut statement)?;
                statements.push(statement);
            }
            Ok(Statements(statements))
        })?;
        if parameters != values.len() {
            return Err(rusqlite::Error::InvalidParameterCount(values.len(), parameters));
        }
        let running = Rc::new(RefCell::new(compiled));
        let written = connection.total_changes() - changes_before;
        let is_at_end = Cell::new(next.is_none());
        let ahead = RefCell::new(next.into_iter().collect());
        let cursor = Self { running, columns, ahead, is_at_end, written };
        while all && cursor.read()? {}
        Ok(cursor)
    }

    /// Returns the part that stays when the cursor is dropped.
    pub(super) fn running(&self) -> Running {
        Rc::clone(&self.running)
    }

    pub(crate) fn next_row(&self) -> Result<Option<Vec<Value>>, String> {
        let row = self.ahead.borrow_mut().pop_front();
        if row.is_some() && self.ahead.borrow().is_empty() {
            self.read().map_err(|why| in_words(&why))?;
        }
        Ok(row)
    }

    /// Reads one more row, if there is one.
    fn read(&self) -> rusqlite::Result<bool> {
        let row = if self.is_at_end.get() { None } else { self.last(advance)? };
        self.is_at_end.set(row.is_none());
        self.ahead.borrow_mut().extend(row);
        Ok(!self.is_at_end.get())
    }

    /// Ends a statement that has rows left.
    pub(crate) fn close(&self) {
        // Dropping the rows ends the statement.
        let ended = self.last(|statement| {
            drop(statement.raw_query());
            Ok(())
        });
        self.is_at_end.set(ended.is_ok());
    }

    pub(crate) fn finish(&self) -> Result<u64, String> {
        while self.next_row()?.is_some() {}
        Ok(self.written)
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    /// Returns 0: SQLite does not count these by itself.
    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn rows_read(&self) -> u64 {
        0
    }

    pub(crate) fn rows_written(&self) -> u64 {
        self.written
    }

    /// Calls a function with the last statement, if there is one.
    fn last<T: Default>(
        &self,
        action: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.running.borrow_mut().with_dependent_mut(|_, statements| {
            statements.0.last_mut().map_or_else(|| Ok(T::default()), action)
        })
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Returns the next row of a statement.
fn advance(statement: &mut Statement<'_>) -> rusqlite::Result<Option<Vec<Value>>> {
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let row = match rows.next()? {
        Some(row) => {
            let cells = (0..columns).map(|column| row.get_ref(column).map(from_sqlite));
            Some(cells.collect::<rusqlite::Result<_>>()?)
        }
        None => None,
    };
    // Dropping the rows would end the statement.
    std::mem::forget(rows);
    Ok(row)
}

/// Returns SQLite's error in the platform's form.
pub(super) fn in_words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, offset, .. } => format!("{msg} at offset {offset}"),
        other => other.to_string(),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            // JavaScript's numbers are bound in this way.
            Self::Integer(integer) => match Self::integer_to_bind(*integer) {
                Ok(number) => ValueRef::Real(number),
                Err(text) => return Ok(ToSqlOutput::Owned(text.into())),
            },
            Self::Real(real) => ValueRef::Real(*real),
            Self::Text(text) => ValueRef::Text(text.as_str().as_bytes()),
            Self::Blob(Blob(bytes)) => ValueRef::Blob(bytes),
        }))
    }
}

/// Returns a value as the platform does: every number has one type, for both of SQLite's.
#[expect(clippy::cast_precision_loss, reason = "what JavaScript does to large integers")]
fn from_sqlite(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::from_number(integer as f64),
        ValueRef::Real(real) => Value::from_number(real),
        ValueRef::Text(bytes) => Value::Text(Text::from(String::from_utf8_lossy(bytes).into_owned())),
        ValueRef::Blob(bytes) => Value::Blob(Blob(bytes.to_vec())),
    }
}
