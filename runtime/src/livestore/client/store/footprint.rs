//! The tables that statements read and write, as SQLite says.

use std::cell::RefCell;
use std::rc::Rc;

use fnv::FnvHashMap;

use super::connection::{Connection, column};
use crate::livestore::client::error::Result;
use crate::storage::{ToSql, parameter_count, statements};
use crate::value::Value;

/// Some tables of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tables {
    /// The ones with these names.
    Some(Vec<String>),
    /// Perhaps all: the statement reads a virtual table, or cannot be explained.
    Any,
}

/// The tables that a statement reads, and those that it writes: itself, and through triggers and foreign keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footprint {
    pub(super) reads: Tables,
    pub(super) writes: Tables,
}

/// An operation of the program that SQLite makes of a statement.
struct Operation {
    code: String,
    p1: i64,
    p2: i64,
    p3: i64,
}

/// The limit of footprints that are kept. The texts of statements may have values in them, and never come again.
const MOST: usize = 500;

/// The footprints of the statements that were asked for in this life of the object. Views and triggers that
/// come later do not count for them.
#[derive(Default)]
pub(super) struct Footprints {
    known: RefCell<FnvHashMap<String, Rc<Footprint>>>,
}

impl Footprints {
    /// Returns the footprint of a text of statements.
    pub(super) fn of(&self, connection: &Connection, text: &str) -> Rc<Footprint> {
        if let Some(known) = self.known.borrow().get(text) {
            return Rc::clone(known);
        }
        let footprint = Rc::new(explain(connection, text).unwrap_or_else(|_| Footprint::any()));
        let mut all = self.known.borrow_mut();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(text.to_owned(), Rc::clone(&footprint));
        footprint
    }
}

impl Tables {
    const fn none() -> Self {
        Self::Some(Vec::new())
    }

    /// Returns whether a table is among them.
    pub(super) fn contains(&self, table: &str) -> bool {
        match self {
            Self::Some(tables) => tables.iter().any(|known| known == table),
            Self::Any => true,
        }
    }

    fn add(&mut self, table: Option<&String>) {
        match (&mut *self, table) {
            (Self::Some(tables), Some(table)) if !tables.contains(table) => tables.push(table.clone()),
            (Self::Some(_), None) => *self = Self::Any,
            _ => {}
        }
    }
}

impl Footprint {
    fn any() -> Self {
        Self { reads: Tables::Any, writes: Tables::Any }
    }

    /// Adds an operation. `roots` has the table of each root page: its own, and those of its indexes.
    fn add(&mut self, operation: &Operation, roots: &[(i64, String)]) {
        let table = |page: i64| roots.iter().find(|(root, _)| *root == page).map(|(_, table)| table);
        // A cursor on a temporary table has another database than the first.
        match (&*operation.code, operation.p3, operation.p2) {
            ("OpenRead" | "ReopenIdx", 0, page) => self.reads.add(table(page)),
            ("OpenWrite", 0, page) => self.writes.add(table(page)),
            ("Clear", _, 0) => self.writes.add(table(operation.p1)),
            ("VOpen", ..) => self.reads = Tables::Any,
            ("VUpdate", ..) => self.writes = Tables::Any,
            _ => {}
        }
    }
}

fn explain(connection: &Connection, text: &str) -> Result<Footprint> {
    let roots = connection.rows("SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0", &[])?;
    let roots: Vec<(i64, String)> =
        roots.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect::<Result<_>>()?;
    let mut footprint = Footprint { reads: Tables::none(), writes: Tables::none() };
    for statement in statements(text) {
        let nothing = vec![&Value::Null as &dyn ToSql; parameter_count(statement)];
        for row in connection.rows(&["EXPLAIN ", statement].concat(), &nothing)? {
            // The columns are addr, opcode, p1, p2, p3 and others.
            let operation = Operation {
                code: column(&row, 1)?,
                p1: column(&row, 2)?,
                p2: column(&row, 3)?,
                p3: column(&row, 4)?,
            };
            footprint.add(&operation, &roots);
        }
    }
    Ok(footprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sql, sys};

    fn database() -> Connection {
        let sql = Sql::new(Rc::new(sys::State::in_memory()));
        for statement in [
            "CREATE TABLE lists (id TEXT PRIMARY KEY, name TEXT) STRICT, WITHOUT ROWID",
            "CREATE TABLE todos (id TEXT PRIMARY KEY, list TEXT REFERENCES lists (id) ON DELETE CASCADE, done INTEGER) STRICT",
            "CREATE TABLE log (n INTEGER PRIMARY KEY, text TEXT) STRICT",
            "CREATE INDEX by_list ON todos (list, done)",
            "CREATE VIEW open AS SELECT id FROM todos WHERE done = 0",
            "CREATE TRIGGER noted AFTER UPDATE ON todos BEGIN INSERT INTO log (text) VALUES (new.id); END",
        ] {
            sql.execute(statement, ()).unwrap();
        }
        Connection { sql }
    }

    fn names(tables: &Tables) -> String {
        match tables {
            Tables::Some(tables) => {
                let mut tables = tables.clone();
                tables.sort();
                tables.join(" ")
            }
            Tables::Any => "*".to_owned(),
        }
    }

    #[track_caller]
    fn check(statement: &str, reads: &str, writes: &str) {
        let footprint = Footprints::default().of(&database(), statement);
        assert_eq!((names(&footprint.reads), names(&footprint.writes)), (reads.into(), writes.into()));
    }

    #[test]
    fn a_query_reads_tables_through_views_and_indexes() {
        check("SELECT 1", "", "");
        check("SELECT * FROM todos", "todos", "");
        check("SELECT count(*) FROM open", "todos", "");
        check("SELECT done FROM todos INDEXED BY by_list WHERE list = ?1", "todos", "");
        check("SELECT max(n) FROM log -- not of todos", "log", "");
        check(
            "SELECT 'todos', lists.name FROM lists WHERE id IN (SELECT list FROM todos)",
            "lists todos",
            "",
        );
        check(
            "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9) SELECT n FROM c",
            "",
            "",
        );
        check("SELECT id FROM todos EXCEPT SELECT text FROM log ORDER BY 1", "log todos", "");
        check("SELECT value FROM json_each(?1)", "*", "");
        check("SELECT missing FROM todos", "*", "*");
    }

    #[test]
    fn a_change_writes_tables_through_triggers_and_foreign_keys() {
        let writes = |statement: &str| names(&Footprints::default().of(&database(), statement).writes);
        assert_eq!(writes("INSERT INTO lists VALUES (?1, ?2)"), "lists");
        assert_eq!(writes("UPDATE todos SET done = 1 WHERE id = :id"), "log todos");
        assert_eq!(writes("DELETE FROM log"), "log");
        assert_eq!(writes("DELETE FROM lists WHERE id = ?"), "lists todos");
        assert_eq!(writes("INSERT INTO log (text) SELECT name FROM lists"), "log");
        assert_eq!(writes("REPLACE INTO lists VALUES (?, ?)"), "lists todos");
        assert_eq!(writes("DELETE FROM log; INSERT INTO todos (id) VALUES (?1)"), "log todos");
    }

    #[test]
    fn statements_that_never_come_again_are_forgotten() {
        let (sql, footprints) = (database(), Footprints::default());
        for number in 0..2 * MOST {
            footprints.of(&sql, &format!("SELECT {number} FROM log"));
        }
        assert!(footprints.known.borrow().len() <= MOST);
    }

    #[test]
    fn explaining_changes_nothing() {
        let (connection, footprints) = (database(), Footprints::default());
        footprints.of(&connection, "INSERT INTO log (text) VALUES ('a'); DELETE FROM lists");
        footprints.of(&connection, "INSERT INTO log (text) VALUES ('a')");
        assert_eq!(connection.sql.query::<i64>("SELECT count(*) FROM log", ()).unwrap().one().unwrap(), 0);
    }
}
