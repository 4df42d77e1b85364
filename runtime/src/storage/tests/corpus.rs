//! Statements and what SQLite gives for them, in a file that a test inside workerd replays.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::grammar::Case;
use super::reference::{Bound, Ours, answers};
use crate::value::{Blob, Value};

const FILE: &str = "src/storage/tests/corpus.jsonl";
/// Written instead of compared when this is set in the environment.
const UPDATE: &str = "UPDATE_CORPUS";
const CASES: u64 = 256;

/// A statement, what it is given, the number of its columns if it only reads, and the answers to the questions about
/// it: names and rows, unless it fails.
#[derive(Serialize)]
struct Line(String, Vec<Cell>, Option<usize>, [Option<Rows>; 3]);

type Rows = (Vec<String>, Vec<Vec<String>>);

/// A value as JSON has it.
#[derive(Serialize)]
enum Cell {
    Null,
    Integer(String),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

#[test]
fn the_corpus_is_what_sqlite_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let corpus = corpus();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, corpus).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap();
    for (written, expected) in written.lines().zip(corpus.lines()) {
        assert_eq!(written, expected, "set {UPDATE}=1 if that is as it should be");
    }
    assert_eq!(written.lines().count(), corpus.lines().count());
}

/// A line for each statement.
fn corpus() -> String {
    let (looking, blind, ours) = (Bound::new(true), Bound::new(false), Ours::new());
    let mut corpus = String::new();
    let mut without_errors = 0;
    for number in 0..CASES {
        let case = Case::chosen_by(&bytes(number));
        let mut expected = answers(&looking, &case);
        if expected[0].is_ok() && expected[0] != answers(&ours, &case)[0] {
            expected = answers(&blind, &case);
        }
        without_errors += u64::from(expected.iter().all(Result::is_ok));
        let values = case.values.iter().map(cell).collect();
        let line = Line(case.statement, values, case.columns, expected.map(Result::ok));
        corpus += &(serde_json::to_string(&line).unwrap() + "\n");
    }
    assert!(without_errors > CASES * 4 / 5, "only {without_errors} statements are right");
    corpus
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Integer(integer) => Cell::Integer(integer.to_string()),
        Value::Real(real) => Cell::Real(*real),
        Value::Text(text) => Cell::Text(text.to_string()),
        Value::Blob(Blob(bytes)) => Cell::Blob(bytes.clone()),
    }
}

/// Bytes that always are the same (`SplitMix64`).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x2545_f491_4f6c_dd1d);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..30).flat_map(|_| next().to_le_bytes()).collect()
}
