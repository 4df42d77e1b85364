//! Random histories on SQLite, compared after each page with all events applied from the first one.

mod scenario;

use std::rc::Rc;

use super::*;
use crate::{Sql, sys};

/// The number of random histories for each kind of table. 300 of them take some 40 seconds.
const SCENARIOS: u32 = 40;

fn column(name: &str, is_key: bool) -> Column {
    Column { name: name.into(), is_key, collation: Collation::Binary }
}

fn table(name: &str, columns: &[Column], has_row_id: bool) -> Table {
    Table { name: name.into(), columns: columns.to_vec(), has_row_id }
}

/// A database whose log has one table, with these undo statements.
struct Database {
    sql: Sql,
    layout: Layout,
    undo: Undo,
}

impl Database {
    fn new(ddl: &str, table: &Table) -> Self {
        let sql = Sql::new(Rc::new(sys::State::in_memory()));
        let layout = Layout::single();
        let undo = Undo::new(&layout, table).unwrap();
        sql.execute(ON_OPEN, ()).unwrap();
        sql.execute(ddl, ()).unwrap();
        for statement in layout.create().iter().chain(undo.create()) {
            sql.execute(statement, ()).unwrap();
        }
        Self { sql, layout, undo }
    }

    /// Inserts an event, and applies it.
    fn event(&self, number: i64, change: &str) {
        self.sql.execute(&self.layout.insert_event(), (number, "n", "{}", "c", "s")).unwrap();
        self.sql.execute(change, ()).unwrap();
    }

    fn confirm(&self, head: i64) {
        self.sql.execute(&self.layout.set_head(), (head,)).unwrap();
        self.sql.execute(self.undo.trim(), (head,)).unwrap();
    }

    /// Takes the events from a number back.
    fn roll_back(&self, from: i64) {
        let head: i64 = self.sql.query("SELECT max(g) FROM __livestore_eventlog", ()).unwrap().one().unwrap();
        self.sql.execute(BEFORE_RESTORE, ()).unwrap();
        self.sql.execute(&self.layout.set_head(), (head,)).unwrap();
        self.sql.execute(&self.layout.delete_events(), (from,)).unwrap();
        for statement in self.undo.restore() {
            self.sql.execute(statement, (from,)).unwrap();
        }
        self.sql.execute(&self.layout.set_head(), (from - 1,)).unwrap();
    }

    fn rows(&self, query: &str) -> Vec<String> {
        self.sql.query(query, ()).unwrap().all().unwrap()
    }
}

#[test]
fn every_history_is_as_if_the_events_had_come_in_order_with_row_ids() {
    scenario::run(true, SCENARIOS);
}

#[test]
fn every_history_is_as_if_the_events_had_come_in_order_without_row_ids() {
    scenario::run(false, SCENARIOS);
}

#[test]
fn confirmed_events_leave_no_rows_and_pending_ones_one_for_each_change() {
    let columns = [column("id", true), column("v", false)];
    let database =
        Database::new("CREATE TABLE t (id TEXT PRIMARY KEY, v) WITHOUT ROWID", &table("t", &columns, false));
    let count = || database.rows("SELECT CAST(count(*) AS TEXT) FROM __livestore_undo_t").pop().unwrap();
    let touched =
        |from: i64| database.sql.query::<bool>(database.undo.touched(), (from,)).unwrap().one().unwrap();
    database.confirm(1);
    database.event(1, "INSERT INTO t VALUES ('a', 1)");
    assert_eq!((count(), touched(0)), ("0".into(), false), "the event is at the head");
    database.event(2, "UPDATE t SET v = 2");
    database.event(3, "UPDATE t SET v = 3, id = 'b'");
    assert_eq!(
        (count(), touched(2), touched(4)),
        ("3".into(), true, false),
        "a new key is a change of its own"
    );
    database.confirm(2);
    assert_eq!(count(), "2");
    database.roll_back(3);
    assert_eq!(database.rows("SELECT id || v FROM t"), ["a2"]);
    assert_eq!(count(), "0");
}

#[test]
fn without_recursive_triggers_a_replaced_row_would_be_lost() {
    let columns = [column("id", true), column("y", false)];
    let ddl = "CREATE TABLE t (id TEXT PRIMARY KEY, y TEXT UNIQUE) STRICT, WITHOUT ROWID";
    for (pragma, rows) in [("PRAGMA recursive_triggers = OFF", &[][..]), (ON_OPEN, &["ay"])] {
        let database = Database::new(ddl, &table("t", &columns, false));
        database.sql.execute(pragma, ()).unwrap();
        database.confirm(1);
        database.event(1, "INSERT INTO t VALUES ('a', 'y')");
        database.event(2, "INSERT OR REPLACE INTO t VALUES ('b', 'y')");
        database.roll_back(2);
        assert_eq!(database.rows("SELECT id || y FROM t"), rows, "{pragma}");
    }
}

#[test]
fn a_row_that_others_refer_to_is_restored() {
    let columns = [column("id", true), column("v", false)];
    let ddl = "PRAGMA foreign_keys = ON; CREATE TABLE t (id TEXT PRIMARY KEY, v) WITHOUT ROWID; CREATE TABLE u (t REFERENCES t (id))";
    let database = Database::new(ddl, &table("t", &columns, false));
    database.confirm(1);
    database.event(1, "INSERT INTO t VALUES ('a', 1); INSERT INTO u VALUES ('a')");
    database.event(2, "UPDATE t SET v = 2");
    database
        .sql
        .transaction(|_| -> crate::Result<()> {
            database.roll_back(2);
            Ok(())
        })
        .unwrap();
    assert_eq!(database.rows("SELECT t.id || v FROM t JOIN u ON u.t = t.id"), ["a1"]);
}

#[test]
fn the_row_id_is_found_behind_columns_that_have_its_name() {
    let columns = ["rowid", "OID", "id"].map(|name| column(name, name == "id"));
    let ddl = "CREATE TABLE t (rowid, OID, id TEXT PRIMARY KEY)";
    let database = Database::new(ddl, &table("t", &columns, true));
    database.confirm(1);
    database.event(1, "INSERT INTO t (_rowid_, rowid, OID, id) VALUES (77, 1, 2, 'a')");
    database.event(2, "DELETE FROM t");
    database.roll_back(2);
    assert_eq!(database.rows("SELECT _rowid_ || ' ' || rowid || OID || id FROM t"), ["77 12a"]);
}

#[test]
fn keys_that_a_collation_takes_for_equal_are_one_row() {
    for (collation, name, same) in [(Collation::NoCase, "NOCASE", "A"), (Collation::RTrim, "RTRIM", "a ")] {
        let key = Column { collation, ..column("id", true) };
        let ddl = format!("CREATE TABLE t (id TEXT COLLATE {name} PRIMARY KEY, v)");
        let database = Database::new(&ddl, &table("t", &[key, column("v", false)], true));
        database.confirm(1);
        database.event(1, "INSERT INTO t VALUES ('a', 1)");
        database.event(2, "DELETE FROM t");
        database.event(3, &format!("INSERT INTO t VALUES ('{same}', 2)"));
        database.event(4, "UPDATE t SET id = 'a'");
        database.roll_back(4);
        assert_eq!(database.rows("SELECT id || v FROM t"), [format!("{same}2")]);
        database.roll_back(2);
        assert_eq!(database.rows("SELECT id || v FROM t"), ["a1"]);
    }
}

#[test]
fn the_log_can_be_dropped_and_created_again() {
    let columns = [column("id", true)];
    let database = Database::new("CREATE TABLE t (id TEXT PRIMARY KEY)", &table("t", &columns, true));
    for statements in [database.undo.drop(), database.undo.drop(), database.undo.create()] {
        for statement in statements {
            database.sql.execute(statement, ()).unwrap();
        }
    }
    database.event(1, "INSERT INTO t VALUES ('a')");
    database.roll_back(1);
    assert_eq!(database.rows("SELECT id FROM t"), [""; 0]);
}

#[test]
fn a_table_that_cannot_be_restored_says_why() {
    let error = |table: Table| Undo::new(&Layout::single(), &table).unwrap_err().to_string();
    let key = column("id", true);
    let many: Vec<_> = (0..97).map(|n| column(&format!("c{n}"), n == 0)).collect();
    for (table, why) in [
        (table("t", &[column("a", false)], true), "declare one"),
        (table("t", &many, true), "has 97 columns"),
        (table("__LiveStore_x", std::slice::from_ref(&key), true), "choose another one"),
        (table("t", &[key, column("__livestore_g", false)], true), "choose another one"),
        (table("t", &["ROWID", "_rowid_", "oid"].map(|name| column(name, true)), true), "WITHOUT ROWID"),
    ] {
        let error = error(table);
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_table_may_have_as_many_columns_as_the_limit_says() {
    let columns: Vec<_> = (0..MAX_COLUMNS).map(|n| column(&format!("c{n}"), n == 0)).collect();
    let names: Vec<_> = columns.iter().map(|column| &*column.name).collect();
    let ddl = format!("CREATE TABLE t ({}, PRIMARY KEY (c0))", names.join(", "));
    let database = Database::new(&ddl, &table("t", &columns, true));
    database.event(1, "INSERT INTO t (c0, c95) VALUES (1, 2)");
    database.roll_back(1);
    assert_eq!(database.rows("SELECT c0 FROM t"), [""; 0]);
}
