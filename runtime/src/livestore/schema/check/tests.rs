use std::cell::Cell;

use super::*;
use crate::error::ConversionError;
use crate::livestore::schema::{Column, ColumnType, Index, Table};
use crate::storage::Row;
use crate::{Date, FromRow};

macro_rules! schema {
    ($name:ident, $event:ty, $tables:ty) => {
        struct $name;
        impl Schema for $name {
            type Event = $event;
            type Tables = $tables;
        }
    };
}

fn findings<S: Schema>(samples: &[S::Event]) -> Vec<String> {
    let findings = check::<S>(samples).unwrap_err();
    findings.iter().map(ToString::to_string).collect()
}

#[derive(Debug, Table)]
#[table("todos", rename_all = "camelCase", index(deleted_at))]
#[expect(dead_code, reason = "only SQLite reads the fields")]
struct Todo {
    #[column(primary_key)]
    id: String,
    #[column(unique)]
    text: String,
    #[column(default = false)]
    completed: bool,
    deleted_at: Option<Date>,
}

#[derive(Event)]
enum TodoEvent {
    #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
    Created { id: String, text: String },
    #[event("v1.TodoDeleted", sql = "UPDATE todos SET deletedAt = :at WHERE id = :id")]
    Deleted { id: String, at: Date },
}

schema!(Todos, TodoEvent, (Todo,));

fn created(id: &str, text: &str) -> TodoEvent {
    TodoEvent::Created { id: id.into(), text: text.into() }
}

#[test]
fn a_schema_that_holds() {
    let deleted = TodoEvent::Deleted { id: "a".into(), at: Date::MAX };
    check::<Todos>(&[created("a", "x"), created("b", "y"), deleted]).unwrap();
}

#[test]
fn samples_are_complete_and_fit_each_other() {
    let found = findings::<Todos>(&[created("a", "x"), created("b", "x")]);
    assert_eq!(found[0], "there is no sample of the event `v1.TodoDeleted`: pass one to `check`");
    assert!(
        found[1].starts_with(
            "the event `v1.TodoCreated` cannot be materialised: UNIQUE constraint failed: todos.text"
        ),
        "{found:?}"
    );
    assert_eq!(found.len(), 2);
}

/// Two mistakes in SQL, and one in a struct that does not fit its table.
#[derive(Event)]
enum Misspelled {
    #[event("v1.A", sql = "INSERT INTO todo (id) VALUES (:id)")]
    A { id: String },
    #[event("v1.B", sql = "UPDATE todos SET txt = :id")]
    B { id: String },
}

schema!(MisspelledSql, Misspelled, (Todo,));

#[test]
fn statements_are_prepared_against_the_tables() {
    let (a, b) = (Misspelled::A { id: "a".into() }, Misspelled::B { id: "a".into() });
    let found = findings::<MisspelledSql>(&[a, b]);
    assert_eq!(
        found[..2],
        [
            "a statement of the event `v1.A` cannot run: no such table: todo (in `INSERT INTO todo (id) VALUES (:id)`)",
            "a statement of the event `v1.B` cannot run: no such column: txt (in `UPDATE todos SET txt = :id`)",
        ]
    );
    assert_eq!(found.len(), 4, "and neither can be materialised: {found:?}");
}

#[derive(Event)]
enum Clocks {
    #[event("v1.A", sql = "INSERT INTO todos (id, text) VALUES (:id, CURRENT_TIMESTAMP)")]
    A { id: String },
    #[event("v1.B", sql = "UPDATE todos SET text = hex(randomblob(8))")]
    B {},
}

schema!(ClockSql, Clocks, (Todo,));

#[test]
fn clocks_and_random_numbers_in_sql_are_found() {
    let found = findings::<ClockSql>(&[Clocks::A { id: "a".into() }, Clocks::B {}]);
    assert!(found[0].contains("`v1.A` differs from run to run: it reads the clock"), "{found:?}");
    assert!(found[1].contains("`v1.B` differs from run to run: it draws random numbers"), "{found:?}");
    assert!(found[2].starts_with("the event `v1.B` had two effects on the table `todos`"), "{found:?}");
}

/// Depends on more than the event.
#[derive(Event)]
enum Impure {
    #[event("v1.Counted")]
    Counted {},
    #[event("v1.First")]
    First {},
    #[event("v1.Altered")]
    Altered {},
    #[event("v1.Drawn")]
    Drawn {},
}

thread_local! {
    static CALLS: Cell<i64> = const { Cell::new(0) };
}

impl Materialize for Impure {
    fn materialize(&self, tx: &Tx<'_>, meta: &EventMeta) -> Result<()> {
        match self {
            Self::Counted {} => {
                CALLS.set(CALLS.get() + 1);
                let add = "INSERT INTO todos (id, text) VALUES (?, ?), ('x', 'x'), ('y', 'y')";
                tx.execute(add, (meta.seq, CALLS.get().to_string()))
            }
            Self::First {} => {
                let first: String = tx.query("SELECT id FROM todos LIMIT 1", ())?.one()?;
                tx.execute("UPDATE todos SET completed = 1 WHERE id = ?", (first,))
            }
            Self::Altered {} => tx.execute("CREATE TABLE more (id)", ()),
            Self::Drawn {} => tx.query::<i64>("SELECT random() % 9", ())?.one().map(drop),
        }
    }
}

schema!(ImpureCode, Impure, (Todo,));

#[test]
fn code_that_depends_on_more_than_the_event_is_found() {
    let found =
        findings::<ImpureCode>(&[Impure::Counted {}, Impure::First {}, Impure::Altered {}, Impure::Drawn {}]);
    assert!(found[0].starts_with("the event `v1.Counted` had two effects on the table `todos`"), "{found:?}");
    assert!(found[1].starts_with("the event `v1.First` had two effects on the table `todos`"), "{found:?}");
    assert!(found[2].starts_with("the event `v1.Altered` changes the tables themselves"), "{found:?}");
    assert!(found[3].ends_with("draw them where the event is made (in `SELECT random() % 9`)"), "{found:?}");
    assert_eq!(found.len(), 4);
}

/// A table by hand, which is wrong in several ways.
struct ByHand;

impl FromRow for ByHand {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        row.get::<i64>("text").map(|_| Self)
    }
}

impl Table for ByHand {
    const DEFINITION: TableDef = TableDef::new(
        "todos",
        &[
            Column::new("id", ColumnType::Text),
            Column::new("text", ColumnType::Text).with_default("CURRENT_TIME"),
        ],
        &["id"],
    )
    .with_indexes(&[Index::new("todos_txt", &["txt"])]);
}

schema!(TablesByHand, TodoEvent, (ByHand, Todo));

#[test]
fn tables_are_created_and_read() {
    let deleted = TodoEvent::Deleted { id: "a".into(), at: Date::MAX };
    let found = findings::<TablesByHand>(&[created("a", "x"), deleted]);
    for part in [
        "the definition of the table `todos` differs from run to run: it reads the clock",
        "the table `todos` has no column `txt` for a key or an index",
        "two tables are called `todos`: rename one",
        "a statement of the event `v1.TodoDeleted` cannot run: no such column: deletedAt",
        "a row of the table `todos` cannot be read as its struct: column `text`: expected an integer",
    ] {
        assert!(found.iter().any(|finding| finding.starts_with(part)), "{part} in {found:#?}");
    }
}

/// Loses a part of its argument.
mod lossy {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer).map(|text| text.trim().to_owned())
    }
}

#[derive(Event)]
enum Encodings {
    #[event("v1.Lossy", sql = [])]
    Lossy {
        #[event(with = "lossy")]
        text: String,
    },
    #[event("v1.Large", sql = [])]
    Large { n: u64 },
}

schema!(EncodingsOnly, Encodings, ());

#[test]
fn samples_are_encoded_and_read_back() {
    let found = findings::<EncodingsOnly>(&[
        Encodings::Lossy { text: " a".into() },
        Encodings::Large { n: u64::MAX },
        Encodings::Large { n: 1 },
    ]);
    assert_eq!(
        found,
        [
            r#"the event `v1.Lossy` is not the same when it is read back: {"text":" a"} became {"text":"a"}"#,
            "`n` of the event `v1.Large` is 18446744073709551615, and JavaScript is exact only up to ±(2^53-1): make the \
             field a `BigInt`",
        ]
    );
    let all = check::<EncodingsOnly>(&[]).unwrap_err().to_string();
    assert!(
        all.starts_with("the schema has mistakes:\n- there is no sample of the event `v1.Lossy`"),
        "{all}"
    );
}
