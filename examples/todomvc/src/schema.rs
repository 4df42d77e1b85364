//! The events and tables of a todo list, as the durable object knows them. `web/src/schema.ts` says the same to the
//! browser.

use durable_object::Date;
use durable_object::livestore::client::Client;
use durable_object::livestore::schema::{Event, Schema, Table};
use serde::Serialize;

/// The things that happen to a list. The names and the fields are those of the page's events, and the SQL is the effect
/// that they have on the tables here.
#[derive(Debug, Clone, Event)]
#[event(rename_all_fields = "camelCase")]
pub enum TodoEvent {
    /// A new line. Only a broken client uses an id twice, and the first line stays then.
    #[event("v1.TodoCreated", sql = "INSERT OR IGNORE INTO todos (id, text) VALUES (:id, :text)")]
    Created {
        /// Its id. The list is in the order of the ids.
        id: String,
        /// Its text.
        text: String,
    },
    /// A line has another text.
    #[event("v1.TodoTextChanged", sql = "UPDATE todos SET text = :text WHERE id = :id")]
    TextChanged {
        /// The id of the line.
        id: String,
        /// Its new text.
        text: String,
    },
    /// A line is done.
    #[event("v1.TodoCompleted", sql = "UPDATE todos SET completed = 1 WHERE id = :id")]
    Completed {
        /// The id of the line.
        id: String,
    },
    /// A line is not done after all.
    #[event("v1.TodoUncompleted", sql = "UPDATE todos SET completed = 0 WHERE id = :id")]
    Uncompleted {
        /// The id of the line.
        id: String,
    },
    /// A line is deleted.
    #[event("v1.TodoDeleted", sql = "UPDATE todos SET deletedAt = :deleted_at WHERE id = :id")]
    Deleted {
        /// The id of the line.
        id: String,
        /// The time on the clock of whoever deleted it.
        deleted_at: Date,
    },
    /// All lines that are done are deleted.
    #[event(
        "v1.TodoClearedCompleted",
        sql = "UPDATE todos SET deletedAt = :deleted_at WHERE completed = 1 AND deletedAt IS NULL"
    )]
    ClearedCompleted {
        /// The time on the clock of whoever deleted them.
        deleted_at: Date,
    },
}

/// One line of the list.
#[derive(Debug, Serialize, Table)]
#[serde(rename_all = "camelCase")]
#[table("todos", rename_all = "camelCase")]
pub struct Todo {
    /// Its id.
    #[column(primary_key)]
    pub id: String,
    /// Its text.
    pub text: String,
    /// Whether it is done.
    #[column(default = false)]
    pub completed: bool,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Date>,
}

/// The schema of todo lists.
#[derive(Debug)]
pub struct Todos;

impl Schema for Todos {
    type Event = TodoEvent;
    type Tables = (Todo,);
}

impl Client for Todos {
    /// The page of the server changes the list.
    const SOCKETS_COMMIT: bool = true;
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use durable_object::livestore::schema::{Findings, check};

    use super::*;

    #[test]
    fn the_schema_holds() -> Result<(), Findings> {
        let (id, text, deleted_at) = (|| "a".to_owned(), || "milk".to_owned(), Date::now());
        check::<Todos>(&[
            TodoEvent::Created { id: id(), text: text() },
            TodoEvent::TextChanged { id: id(), text: text() },
            TodoEvent::Completed { id: id() },
            TodoEvent::Uncompleted { id: id() },
            TodoEvent::Deleted { id: id(), deleted_at },
            TodoEvent::ClearedCompleted { deleted_at },
        ])
    }
}
