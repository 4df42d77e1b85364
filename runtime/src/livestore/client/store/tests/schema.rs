//! A schema whose events conflict, in two versions.

use std::rc::Rc;

use super::super::database::{Database, Identity};
use super::super::definition::Definition;
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::layout::Layout;
use crate::livestore::client::seq::Seq;
use crate::livestore::schema::{Event, Schema, Table};
use crate::{Sql, sys};

#[derive(Debug, Clone, PartialEq, Event)]
pub(super) enum TodoEvent {
    #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
    Created { id: i64, text: String },
    #[event(
        "v1.TodoCompleted",
        sql = [
            "UPDATE todos SET completed = 1 WHERE id = :id",
            "INSERT INTO counts (kind, n) VALUES ('completed', 1) ON CONFLICT DO UPDATE SET n = n + 1"
        ]
    )]
    Completed { id: i64 },
    #[event("v1.TodoDeleted", sql = "DELETE FROM todos WHERE id = :id")]
    Deleted { id: i64 },
    #[event("v1.TodoReplaced", sql = "INSERT OR REPLACE INTO todos (id, text) VALUES (:id, :text)")]
    Replaced { id: i64, text: String },
    #[event("v1.TodoMoved", sql = "UPDATE OR REPLACE todos SET id = :to WHERE id = :id")]
    Moved { id: i64, to: i64 },
    #[event("v1.AllCompleted", sql = "UPDATE todos SET completed = 1")]
    AllCompleted {},
}

#[derive(Debug, Clone, PartialEq, Table)]
#[table("todos")]
pub(super) struct Todo {
    #[column(primary_key)]
    pub(super) id: i64,
    #[column(unique)]
    pub(super) text: String,
    #[column(default = false)]
    pub(super) completed: bool,
}

#[derive(Debug, Clone, PartialEq, Table)]
#[table("counts", rowid)]
pub(super) struct Count {
    #[column(primary_key)]
    pub(super) kind: String,
    pub(super) n: i64,
}

#[derive(Debug)]
pub(super) struct Todos;

impl Schema for Todos {
    type Event = TodoEvent;
    type Tables = (Todo, Count);
}

/// The same schema after a change of code.
#[derive(Debug)]
pub(super) struct TodosAgain;

impl Schema for TodosAgain {
    type Event = TodoEvent;
    type Tables = (Todo, Count);
    const VERSION: u32 = 2;
}

pub(super) fn identity(client: &str) -> Identity {
    Identity { client_id: client.to_owned(), session_id: "s".to_owned() }
}

pub(super) fn memory() -> Sql {
    Sql::new(Rc::new(sys::State::in_memory()))
}

pub(super) fn open<S: Schema>(sql: &Sql, client: &str) -> Database {
    Database::open(sql.clone(), Layout::single(), Definition::of::<S>(), || identity(client)).unwrap()
}

/// An event of another client.
pub(super) fn foreign(number: i64, event: &TodoEvent) -> LogEvent {
    raw(number, event.name(), &event.encode().unwrap())
}

pub(super) fn raw(number: i64, name: &str, args: &str) -> LogEvent {
    LogEvent {
        seq: Seq::synced(number),
        parent: Seq::synced(number - 1),
        is_client_only: false,
        content: Rc::new(Content {
            name: name.to_owned(),
            args: Some(args.to_owned()),
            client_id: "other".to_owned(),
            session_id: "o".to_owned(),
        }),
    }
}

/// The rows of both tables.
type Rows = (Vec<(i64, String, i64)>, Vec<(String, i64)>);

/// Everything that the users' tables have.
pub(super) fn rows(sql: &Sql) -> Rows {
    let todos = sql.query("SELECT id, text, completed FROM todos ORDER BY id", ()).unwrap().all().unwrap();
    let counts = sql.query("SELECT kind, n FROM counts ORDER BY kind", ()).unwrap().all().unwrap();
    (todos, counts)
}

pub(super) fn undo_rows(sql: &Sql) -> i64 {
    let count = "SELECT (SELECT count(*) FROM __livestore_undo_todos) + (SELECT count(*) FROM __livestore_undo_counts)";
    sql.query(count, ()).unwrap().one().unwrap()
}

pub(super) fn never(_: &str) -> bool {
    false
}
