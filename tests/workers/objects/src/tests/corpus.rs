//! Statements give here what SQLite gives for values that are bound as what they are.

#[path = "../../../../../runtime/src/storage/tests/questions.rs"]
mod questions;

use durable_object::Class;
use wasm_bindgen_test::wasm_bindgen_test;

use self::questions::{SETUP, questions};
use super::env;
use crate::{Cell, Rows, Tables};

/// A statement, what it is given, how many columns it has if it only reads, and the answers.
type Line = (String, Vec<Cell>, Option<usize>, [Option<Rows>; 3]);

/// Written by `runtime/src/storage/tests/corpus.rs`.
const CORPUS: &str = include_str!("../../../../../runtime/src/storage/tests/corpus.jsonl");

#[wasm_bindgen_test]
async fn statements_give_what_sqlite_gives() {
    let tables = Tables::named(&env(), "corpus").unwrap();
    tables.execute(format!("DROP TABLE t; {SETUP}"), vec![]).await.unwrap();
    let mut statements = 0;
    for line in CORPUS.lines() {
        let (statement, values, columns, expected): Line = serde_json::from_str(line).unwrap();
        let asked = questions(&statement, columns)
            .map(|(question, with_values)| (question, if with_values { values.clone() } else { vec![] }));
        let mut answers = tables.try_out(asked.into()).await.unwrap();
        if let Some((_, plan)) = &mut answers[0] {
            // The others are addresses in the compiled statement.
            plan.iter_mut().for_each(|row| drop(row.drain(..3)));
        }
        assert_eq!(answers, expected, "{statement} {values:?}");
        statements += 1;
    }
    assert_eq!(statements, 256);
}
