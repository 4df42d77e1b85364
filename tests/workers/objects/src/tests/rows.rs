//! Rows as structs.

use durable_object::value::{Blob, Value};
use durable_object::{Class, Date};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Note, Notes, NotesStub, Tables};

const ALL: &str = "SELECT notes.*, name FROM notes JOIN authors ON authors.id = author ORDER BY notes.id";

fn notes(name: &str) -> NotesStub {
    Notes::named(&env(), name).unwrap()
}

fn note(id: i64, text: &str) -> Note {
    let tags = vec!["ä".to_owned(), "\"".to_owned()];
    let created_at = Date::from_millis(1_767_225_600_001);
    Note { id, author: "Ada".to_owned(), text: text.to_owned(), created_at, tags, replies: 0 }
}

#[wasm_bindgen_test]
async fn fields_are_columns() {
    let notes = notes("fields");
    let written = [note(1, "first"), Note { created_at: None, tags: vec![], ..note(2, "second") }];
    for note in &written {
        assert_eq!(notes.add(note.clone()).await.unwrap(), note.id);
    }
    assert_eq!(notes.select(ALL.to_owned()).await.unwrap(), written);
    let counted = ALL.replace(", name", ", name, 7 AS replies");
    assert_eq!(notes.select(counted).await.unwrap()[0], Note { replies: 7, ..note(1, "first") });
    assert_eq!(notes.authors().await.unwrap(), ["Ada"]);
}

#[wasm_bindgen_test]
async fn what_is_wrong_names_column_and_statement() {
    let notes = notes("wrong");
    notes.add(note(1, "x")).await.unwrap();
    for (columns, why) in [
        ("notes.*", "no column `name`; there are id, author, text, createdAt, tags"),
        ("notes.*, name, 1 AS id", "there are several columns `id`; tell them apart with `AS`"),
        ("1 AS id, name, 2 AS text, createdAt, tags", "column `text`: expected text, found an integer"),
        ("notes.id, name, text, 'today' AS createdAt, tags", "column `createdAt`: expected a date"),
        ("notes.id, name, text, createdAt, '{' AS tags", "column `tags`: JSON: "),
        ("notes.*, name, -1 AS replies", "column `replies`: -1 does not fit u32"),
    ] {
        let statement = ALL.replace("notes.*, name", columns);
        let (name, message) = remote(notes.select(statement.clone()).await);
        assert_eq!(name, "RowError");
        assert!(message.starts_with(why) && message.contains(&statement), "{message}");
    }
}

#[wasm_bindgen_test]
async fn rows_of_any_shape_cross() {
    let tables = Tables::named(&env(), "any shape").unwrap();
    let given = vec![
        Value::Null,
        Value::Integer((1 << 53) - 1),
        Value::Real(-0.5),
        Value::Text("ä".into()),
        Value::Blob(Blob(vec![0, 255])),
    ];
    let select = "SELECT ?1 AS z, ?2 AS n, ?3 AS r, ?4 AS \"a b\", ?5 AS __proto__";
    let rows = tables.select(select.to_owned(), given.clone()).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].columns(), ["z", "n", "r", "a b", "__proto__"]);
    assert_eq!(rows[0].values(), given);
    assert_eq!(rows[0].get::<String>("a b"), Ok("ä".to_owned()));
    let json = serde_json::to_string(&rows).unwrap();
    assert_eq!(json, r#"[{"z":null,"n":9007199254740991,"r":-0.5,"a b":"ä","__proto__":[0,255]}]"#);

    let mut streamed = tables.rows("SELECT value AS v FROM json_each('[1,2]')".to_owned()).await.unwrap();
    for expected in [1, 2] {
        assert_eq!(streamed.next().await.unwrap().unwrap().get::<i64>("v"), Ok(expected));
    }

    let twice = tables.select("SELECT 1 AS id, 2 AS id".to_owned(), vec![]).await;
    let (name, message) = remote(twice);
    assert_eq!(name, "ValueError");
    assert_eq!(message, "the result: [0]: there are several columns `id`; tell them apart with `AS`");
    // As the platform hands it over; what it was before is in text only.
    let large = "SELECT 9007199254740993 AS n, CAST(9007199254740993 AS TEXT) AS t".to_owned();
    let large = tables.select(large, vec![]).await.unwrap().remove(0);
    assert_eq!(
        large.values(),
        [Value::Real(9_007_199_254_740_992.0), Value::Text("9007199254740993".into())]
    );
    assert_eq!(large.get::<i64>("t"), Ok(9_007_199_254_740_993));
}

#[wasm_bindgen_test]
async fn a_meter_sums_what_statements_cost() {
    let (read, written, size) =
        notes("metered").cost(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]).await.unwrap();
    // Each row and its entry in the unique index.
    assert_eq!(written, 6);
    assert!(read >= 1, "{read}");
    assert_eq!(size % 4096, 0, "whole pages");
    assert!(size >= 4 * 4096, "a page at least for each table and index: {size}");
}

#[wasm_bindgen_test]
async fn what_was_rolled_back_is_not_read() {
    let notes = notes("rolled back");
    assert_eq!(notes.count_around_rollback().await.unwrap(), [1, 2, 2, 0]);
    assert_eq!(notes.authors().await.unwrap(), ["outer", "changed its mind"]);
}
