//! Tables as SQL, and events in them.

use std::cell::RefCell;
use std::rc::Rc;

use crate::livestore::schema::{ColumnType, Event, EventMeta, Materialize, Table, TaggedOption, Tx};
use crate::value::Value;
use crate::{Date, Sql, sys};

#[derive(Debug, PartialEq, Table)]
#[table("to\"dos", rename_all = "camelCase", index(list, created_at), unique(list, position))]
pub(super) struct Todo {
    #[column(primary_key)]
    id: String,
    #[column(index, default = "it's")]
    list: String,
    #[column(default = -1)]
    position: i64,
    #[column(unique)]
    completed: bool,
    #[column(json, rename = "labels")]
    tags: Vec<String>,
    #[column(json)]
    more: Option<Vec<String>>,
    #[column(sql_type = "ANY")]
    any: Value,
    bytes: Vec<u8>,
    created_at: Date,
    deleted_at: TaggedOption<Date>,
    score: Option<f64>,
}

#[derive(Debug, PartialEq, Table)]
#[table("pairs", rowid)]
pub(super) struct Pair {
    #[column(primary_key)]
    left: i64,
    #[column(primary_key)]
    right: i64,
}

#[test]
fn a_struct_is_a_strict_table() {
    assert_eq!(
        Todo::DEFINITION.create(),
        "CREATE TABLE \"to\"\"dos\" (\"id\" TEXT NOT NULL, \"list\" TEXT NOT NULL DEFAULT 'it''s', \
         \"position\" INTEGER NOT NULL DEFAULT -1, \"completed\" INTEGER NOT NULL, \"labels\" TEXT NOT NULL, \
         \"more\" TEXT, \"any\" ANY, \"bytes\" BLOB NOT NULL, \"createdAt\" INTEGER NOT NULL, \"deletedAt\" INTEGER, \
         \"score\" REAL, PRIMARY KEY (\"id\"), UNIQUE (\"completed\"), UNIQUE (\"list\", \"position\")) \
         STRICT, WITHOUT ROWID"
    );
    let indexes: Vec<_> = Todo::DEFINITION.create_indexes().collect();
    assert_eq!(
        indexes,
        [
            "CREATE INDEX \"to\"\"dos_list\" ON \"to\"\"dos\" (\"list\")",
            "CREATE INDEX \"to\"\"dos_list_createdAt\" ON \"to\"\"dos\" (\"list\", \"createdAt\")",
        ]
    );
    assert_eq!(
        Pair::DEFINITION.create(),
        "CREATE TABLE \"pairs\" (\"left\" INTEGER NOT NULL, \"right\" INTEGER NOT NULL, \
         PRIMARY KEY (\"left\", \"right\")) STRICT"
    );
    assert_eq!(Pair::DEFINITION.primary_key(), ["left", "right"]);
    assert_eq!(Todo::DEFINITION.columns()[8].ty(), ColumnType::Integer);
    assert!(Pair::DEFINITION.has_rowid() && !Todo::DEFINITION.has_rowid());
}

#[derive(Event)]
#[event(rename_all_fields = "camelCase")]
enum TodoEvent {
    #[event(
        "v1.Created",
        sql = "INSERT INTO \"to\"\"dos\" (id, completed, labels, any, bytes, createdAt, deletedAt, score)
               VALUES (:id, :completed, :tags, :any, x'01', :created_at, :deleted_at, :score); -- :no
               UPDATE \"to\"\"dos\" SET position = :position / 2 WHERE id = :id AND ':x' = ':x'"
    )]
    Created {
        id: String,
        completed: bool,
        #[event(json)]
        tags: Vec<String>,
        any: f64,
        created_at: Date,
        #[event(optional)]
        deleted_at: Option<Date>,
        score: Option<f64>,
        position: u32,
    },
    #[event("v1.Nothing", sql = [])]
    Nothing {},
}

#[test]
fn an_event_binds_its_fields() {
    let sql = Sql::new(Rc::new(sys::State::in_memory()));
    sql.execute(&Todo::DEFINITION.create(), ()).unwrap();
    for index in Todo::DEFINITION.create_indexes() {
        sql.execute(&index, ()).unwrap();
    }
    let statements = RefCell::new(Vec::new());
    let observer = |statement: &str| statements.borrow_mut().push(statement.to_owned());
    let (tx, meta) = (Tx::observed(&sql, &observer), EventMeta::new(1, "c", "s"));
    let created_at = Date::from_millis(5).unwrap();
    let event = TodoEvent::Created {
        id: "a".into(),
        completed: true,
        tags: vec!["x".into()],
        any: 2.0,
        created_at,
        deleted_at: None,
        score: Some(1.0),
        position: 5,
    };
    event.materialize(&tx, &meta).unwrap();
    TodoEvent::Nothing {}.materialize(&tx, &meta).unwrap();
    let row: Todo = sql.query("SELECT * FROM \"to\"\"dos\"", ()).unwrap().one().unwrap();
    assert_eq!(
        row,
        Todo {
            id: "a".into(),
            list: "it's".into(),
            // The division is one of integers.
            position: 2,
            completed: true,
            tags: vec!["x".into()],
            more: None,
            any: Value::Integer(2),
            bytes: vec![1],
            created_at,
            deleted_at: TaggedOption(None),
            score: Some(1.0),
        }
    );
    let expected = <TodoEvent as Materialize>::STATEMENTS;
    assert_eq!(expected[1], ("v1.Nothing", &[][..]));
    assert_eq!(*statements.borrow(), expected[0].1);
    assert!(expected[0].1[1].starts_with("UPDATE"), "{}", expected[0].1[1]);
    assert!(event.materialize(&Tx::new(&sql), &meta).unwrap_err().to_string().contains("UNIQUE"));
}
