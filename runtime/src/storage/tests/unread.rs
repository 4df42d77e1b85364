//! Rows that nobody reads hold up neither the turn nor the next statement.

use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use crate::storage::{Row, Sql};
use crate::sys::State;
use crate::{Error, Result};

const ADD: &str = "INSERT INTO t (v) VALUES ('a'), ('b'), ('c') RETURNING v";
const SELECT: &str = "SELECT v FROM t, json_each('[1,2,3]')";

/// An object in the middle of a turn.
fn object() -> (Rc<State>, Sql) {
    let state = Rc::new(State::in_memory());
    let sql = Sql::new(Rc::clone(&state));
    sql.execute("CREATE TABLE t (v TEXT); CREATE TABLE other (v)", ()).unwrap();
    state.commit().unwrap();
    (state, sql)
}

fn count(sql: &Sql) -> usize {
    sql.query("SELECT count(*) FROM t", ()).unwrap().one().unwrap()
}

/// Leaves rows of a statement.
type Leave = fn(&Sql, &str) -> Result<()>;

/// Ways to leave rows of a statement, each with the error that it ends with, if any.
const WAYS: [(&str, Leave, &str); 8] = [
    ("unread", |sql, statement| sql.query::<String>(statement, ()).map(drop), ""),
    (
        "names only",
        |sql, statement| sql.query::<Row>(statement, ()).map(|rows| assert_eq!(rows.columns(), ["v"])),
        "",
    ),
    ("first", |sql, statement| sql.query::<String>(statement, ())?.next().transpose().map(drop), ""),
    (
        "one",
        |sql, statement| sql.query::<String>(statement, ())?.one().map(drop),
        "expected one row, found several",
    ),
    (
        "optional",
        |sql, statement| sql.query::<String>(statement, ())?.optional().map(drop),
        "expected one row, found several",
    ),
    (
        "a bad row",
        |sql, statement| sql.query::<i64>(statement, ())?.all().map(drop),
        "column `v`: expected an integer, found the text `a`",
    ),
    (
        "a loop that ends early",
        |sql, statement| {
            for row in sql.query::<String>(statement, ())? {
                let _: i64 = row?.parse().map_err(|_| Error::new("no number"))?;
            }
            Ok(())
        },
        "no number",
    ),
    (
        "a kept row",
        |sql, statement| {
            let row = sql.query::<Row>(statement, ())?.next().transpose()?;
            assert_eq!(row.map(|row| row.columns().join(" ")).as_deref(), Some("v"));
            Ok(())
        },
        "",
    ),
];

#[test]
fn rows_that_a_write_gives_back() {
    for (way, leave, error) in WAYS {
        let (state, sql) = object();
        let left = leave(&sql, ADD).map_or_else(|why| why.to_string(), |()| String::new());
        assert!(left.starts_with(error) && left.is_empty() == error.is_empty(), "{way}: {left}");
        assert_eq!(state.commit(), Ok(()), "{way}");
        state.lose_turn();
        assert_eq!(count(&sql), 3, "{way}");
    }
}

#[test]
fn rows_in_a_transaction() {
    for (way, leave, _) in WAYS {
        let (state, sql) = object();
        let left = sql.transaction(|sql| {
            let _ = leave(sql, ADD);
            sql.transaction(|sql| leave(sql, ADD))
        });
        assert!(!matches!(&left, Err(Error::Sql { .. })), "{way}: {left:?}");
        assert_eq!(state.commit(), Ok(()), "{way}");
        let stored = if left.is_ok() { 6 } else { 0 };
        assert_eq!(count(&sql), stored, "{way}");
    }
}

#[test]
fn rows_that_are_read_later() {
    let (state, sql) = object();
    let mut rows = pin!(sql.query::<String>(ADD, ()).unwrap().stream());
    let mut next = || rows.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(next(), Poll::Ready(Some(Ok(row))) if row == "a"));
    // The stream waits for its reader, and the turn ends.
    assert_eq!(state.commit(), Ok(()));
    sql.execute("DROP TABLE other", ()).unwrap();
    assert!(matches!(next(), Poll::Ready(Some(Ok(row))) if row == "b"));
    assert!(matches!(next(), Poll::Ready(Some(Ok(row))) if row == "c"));
    assert!(matches!(next(), Poll::Ready(None)));
}

#[test]
fn rows_of_a_query() {
    for (way, leave, _) in WAYS {
        let (state, sql) = object();
        sql.execute(ADD, ()).unwrap();
        let _ = leave(&sql, SELECT);
        assert_eq!(
            sql.execute("DROP TABLE other", ()).map(drop).map_err(|why| why.to_string()),
            Ok(()),
            "{way}"
        );
        assert_eq!(state.commit(), Ok(()), "{way}");
    }
}

#[test]
fn rows_of_earlier_statements() {
    let (state, sql) = object();
    for statements in
        [format!("{ADD}; SELECT 1"), format!("{SELECT}; {ADD}; {SELECT}; DROP TABLE other; {ADD}")]
    {
        sql.execute(&statements, ()).unwrap();
        assert_eq!(state.commit(), Ok(()), "{statements}");
    }
    let trigger = format!(
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; UPDATE t SET v = 'x' WHERE v = 'y'; END; {ADD}; SELECT ?1"
    );
    assert_eq!(sql.query::<i64>(&trigger, (5,)).unwrap().one().unwrap(), 5);
    sql.execute("CREATE TABLE other (v); DROP TABLE other", ()).unwrap();
    assert_eq!(state.commit(), Ok(()));
    assert_eq!(count(&sql), 12);
}

#[test]
fn nothing_comes_after_an_error() {
    let (_, sql) = object();
    let fails =
        "SELECT json_extract(CASE value WHEN 2 THEN '{' ELSE '{}' END, '$') FROM json_each('[1,2,3]')";
    let rows: Vec<_> = sql.query::<String>(fails, ()).unwrap().take(9).map(|row| row.is_ok()).collect();
    assert_eq!(rows.last(), Some(&false));
    assert!(rows.len() <= 2, "{rows:?}");
}
