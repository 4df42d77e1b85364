//! Running statements on an in-memory SQLite.

use std::cell::RefCell;
use std::collections::VecDeque;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use super::Text;
use crate::storage::{Blob, Value};

/// The rows of one statement, all read when it ran.
#[derive(Debug)]
pub(crate) struct Cursor {
    columns: Vec<String>,
    rows: RefCell<VecDeque<Vec<Value>>>,
    written: u64,
}

impl Cursor {
    /// Runs all statements of `sql`; the values belong to the one with placeholders, on workerd the last.
    pub(super) fn open(connection: &Connection, sql: &str, values: Vec<Value>) -> rusqlite::Result<Self> {
        let changes_before = connection.total_changes();
        let mut batch = rusqlite::Batch::new(connection, sql);
        let mut cursor = Self { columns: Vec::new(), rows: RefCell::default(), written: 0 };
        let mut unused = values.as_slice();
        // Each is looked at only when those before it have run: it may need the tables that they make.
        while let Some(mut statement) = batch.next()? {
            let values = if statement.parameter_count() > 0 { std::mem::take(&mut unused) } else { &[] };
            cursor.columns = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query(rusqlite::params_from_iter(values))?;
            let mut read = VecDeque::new();
            while let Some(row) = rows.next()? {
                let cells = (0..cursor.columns.len()).map(|index| row.get_ref(index).map(from_sqlite));
                read.push_back(cells.collect::<rusqlite::Result<_>>()?);
            }
            cursor.rows = RefCell::new(read);
        }
        if !unused.is_empty() {
            return Err(rusqlite::Error::InvalidParameterCount(unused.len(), 0));
        }
        cursor.written = connection.total_changes() - changes_before;
        Ok(cursor)
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd a later row can fail")]
    pub(crate) fn next_row(&self) -> Result<Option<Vec<Value>>, String> {
        Ok(self.rows.borrow_mut().pop_front())
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd a later row can fail")]
    pub(crate) fn finish(&self) -> Result<u64, String> {
        self.rows.take();
        Ok(self.written)
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    /// SQLite does not count these by itself.
    pub(crate) fn rows_read(&self) -> u64 {
        0
    }

    pub(crate) fn rows_written(&self) -> u64 {
        self.written
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            // As JavaScript's numbers are bound.
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

/// As the platform hands values over: a number is a number, whichever SQLite has.
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
