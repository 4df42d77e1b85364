//! All or nothing.

use durable_object::Class;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Tables, TablesStub};

fn tables(name: &str) -> TablesStub {
    Tables::named(&env(), &format!("transaction {name}")).unwrap()
}

async fn numbers(tables: &TablesStub) -> String {
    tables
        .text("SELECT json_group_array(n) FROM (SELECT n FROM t ORDER BY n)".to_owned(), vec![])
        .await
        .unwrap()
}

#[wasm_bindgen_test]
async fn success_commits() {
    let tables = tables("success");
    assert_eq!(tables.insert_all(vec![1, 2], false).await.unwrap(), 2);
    assert_eq!(numbers(&tables).await, "[1,2]");
}

#[wasm_bindgen_test]
async fn an_error_rolls_back() {
    let tables = tables("error");
    let (name, message) = remote(tables.insert_all(vec![1, 2], true).await);
    assert_eq!((name.as_str(), message.as_str()), ("Error", "changed its mind"));
    assert_eq!(numbers(&tables).await, "[]");
}

#[wasm_bindgen_test]
async fn a_refused_statement_rolls_back() {
    let tables = tables("refused");
    tables.insert_all(vec![2], false).await.unwrap();
    let (name, message) = remote(tables.insert_all(vec![1, 2, 3], false).await);
    assert_eq!(name, "SqlError");
    assert!(message.contains("UNIQUE"), "{message}");
    assert_eq!(numbers(&tables).await, "[2]");
    // The connection is in order again.
    tables.insert_all(vec![3], false).await.unwrap();
    assert_eq!(numbers(&tables).await, "[2,3]");
}

#[wasm_bindgen_test]
async fn an_inner_failure_takes_back_only_its_own() {
    let tables = tables("inner");
    assert_eq!(tables.nest(1, 2, false, true).await.unwrap(), "inner");
    assert_eq!(numbers(&tables).await, "[1]");
    assert_eq!(tables.nest(3, 4, false, false).await.unwrap(), "inner committed");
    assert_eq!(numbers(&tables).await, "[1,3,4]");
}

#[wasm_bindgen_test]
async fn an_outer_failure_takes_back_all() {
    let tables = tables("outer");
    for inner_fails in [false, true] {
        assert_eq!(remote(tables.nest(1, 2, true, inner_fails).await).1, "outer");
        assert_eq!(numbers(&tables).await, "[]");
    }
}
