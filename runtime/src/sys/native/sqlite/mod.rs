//! The tables of objects, in SQLite in memory, which is workerd's engine as well.

mod cursor;
mod database;

use std::cell::RefCell;
use std::rc::Rc;

use rusqlite::Connection;
use rusqlite::limits::Limit;

pub(crate) use self::cursor::Cursor;
use self::cursor::{Running, in_words};
pub(crate) use self::database::Database;
use crate::value::Value;

/// The limits of workerd; `util/sqlite.c++`, `SqliteDatabase::setupSecurity`.
const LIMITS: [(Limit, i32); 11] = [
    (Limit::SQLITE_LIMIT_LENGTH, 4 * 1024 * 1024),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_COLUMN, 100),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 127),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
];

/// One object's database.
pub(super) struct Engine {
    connection: Rc<Connection>,
    /// The calls that JavaScript would still hold.
    uncollected: RefCell<Vec<Running>>,
}

impl Engine {
    pub(super) fn open() -> Result<Self, String> {
        let connection = || {
            let connection = Connection::open_in_memory()?;
            LIMITS.into_iter().try_for_each(|(limit, most)| connection.set_limit(limit, most).map(drop))?;
            Ok(connection)
        };
        Ok(Self {
            connection: Rc::new(connection().map_err(|why: rusqlite::Error| why.to_string())?),
            uncollected: RefCell::default(),
        })
    }

    /// Returns whether no transaction is open.
    pub(super) fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Runs statements without values and rows.
    pub(super) fn run(&self, sql: &str) -> Result<(), String> {
        self.connection.execute_batch(sql).map_err(|why| why.to_string())
    }

    /// Runs a statement, and reads all of its rows at once if `all` is set.
    pub(super) fn execute(&self, statement: &str, values: &[Value], all: bool) -> Result<Cursor, String> {
        if !self.connection.is_busy() {
            self.uncollected.borrow_mut().clear();
        }
        let cursor = Cursor::open(&self.connection, statement, values, all).map_err(|why| in_words(&why))?;
        self.uncollected.borrow_mut().push(cursor.running());
        Ok(cursor)
    }

    /// Returns the size in bytes.
    pub(super) fn size(&self) -> u64 {
        let size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        self.connection.query_row(size, [], |row| row.get::<_, i64>(0)).unwrap_or_default().unsigned_abs()
    }
}
