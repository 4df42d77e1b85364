//! Rows that nobody reads hold up neither the turn nor the next statement.

use durable_object::{Class, Result};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Unread, UnreadStub, Way};

const ADD: &str = "INSERT INTO t (v) VALUES ('a'), ('b'), ('c') RETURNING v";
const SELECT: &str = "SELECT v FROM t, json_each('[1,2,3]')";
/// With the errors that they end in.
const WAYS: [(Way, &str); 6] = [
    (Way::All, ""),
    (Way::First, ""),
    (Way::One, "expected one row, found several"),
    (Way::Optional, "expected one row, found several"),
    (Way::BadRow, "column `v`: expected an integer, found the text `a`"),
    (Way::Loop, "no number"),
];

fn unread(name: &str) -> UnreadStub {
    Unread::named(&env(), name).unwrap()
}

#[track_caller]
fn check(way: Way, left: Result<()>, error: &str) {
    match left {
        Ok(()) => assert_eq!(error, "", "{way:?}"),
        failed => {
            let (_, message) = remote(failed);
            assert!(message.starts_with(error) && !error.is_empty(), "{way:?}: {message}");
        }
    }
}

#[wasm_bindgen_test]
async fn rows_that_a_write_gives_back() {
    for (way, error) in WAYS {
        let object = unread(&format!("write {way:?}"));
        assert_eq!(object.rows().await.unwrap(), (1, 0));
        check(way, object.leave(ADD.to_owned(), way).await, error);
        // It is the same object, and has stored all of them.
        assert_eq!(object.rows().await.unwrap(), (2, 3), "{way:?}");
    }
}

#[wasm_bindgen_test]
async fn rows_in_a_transaction() {
    for (way, error) in WAYS {
        let object = unread(&format!("transaction {way:?}"));
        assert_eq!(object.rows().await.unwrap(), (1, 0));
        check(way, object.leave_in_transaction(ADD.to_owned(), way).await, error);
        let stored = if error.is_empty() { 6 } else { 0 };
        assert_eq!(object.rows().await.unwrap(), (2, stored), "{way:?}");
    }
}

#[wasm_bindgen_test]
async fn rows_of_a_query() {
    let object = unread("query");
    object.leave(ADD.to_owned(), Way::All).await.unwrap();
    for (way, _) in WAYS {
        object.leave_and_drop(SELECT.to_owned(), way).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn rows_that_are_read_later() {
    let object = unread("later");
    assert_eq!(object.rows().await.unwrap(), (1, 0));
    assert_eq!(object.wait(ADD.to_owned()).await.unwrap(), ["a", "b", "c"]);
    let mut rows = object.stream(ADD.to_owned()).await.unwrap();
    assert_eq!(rows.next().await.unwrap().unwrap(), "a");
    drop(rows);
    assert_eq!(object.rows().await.unwrap(), (2, 6));
}

#[wasm_bindgen_test]
async fn rows_of_earlier_statements() {
    let object = unread("earlier");
    assert_eq!(object.rows().await.unwrap(), (1, 0));
    object.leave(format!("{ADD}; SELECT 'x'"), Way::All).await.unwrap();
    object.leave_and_drop(format!("{SELECT}; SELECT 'x'"), Way::All).await.unwrap();
    let trigger =
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; UPDATE t SET v = 'x' WHERE v = 'y'; END";
    object.leave(format!("{trigger}; {ADD}; SELECT 'x'"), Way::One).await.unwrap();
    assert_eq!(object.rows().await.unwrap(), (2, 6));
}

#[wasm_bindgen_test]
async fn a_query_that_ends_early_reads_one_row_more() {
    let object = unread("cost");
    object
        .leave("INSERT INTO t SELECT value FROM json_each('[1,2,3,4,5,6]') RETURNING v".to_owned(), Way::All)
        .await
        .unwrap();
    let cost = async |rows| object.cost("SELECT v FROM t".to_owned(), rows).await.unwrap();
    // The platform itself is one row ahead.
    assert_eq!([cost(0).await, cost(1).await, cost(3).await], [(1, 2), (2, 3), (4, 5)]);
    // At the end there is none.
    assert_eq!([cost(5).await, cost(6).await, cost(7).await], [(6, 6); 3]);
}

#[wasm_bindgen_test]
async fn nothing_comes_after_an_error() {
    let fails =
        "SELECT json_extract(CASE value WHEN 3 THEN '{' ELSE '{}' END, '$') FROM json_each('[1,2,3,4]')";
    assert_eq!(unread("error").go_on(fails.to_owned()).await.unwrap(), [true, false]);
}
