//! The worker of `../backend` with a client of its store, and nothing else.

use durable_object::livestore::backend::{SyncBackend, SyncWorker};
use durable_object::livestore::client::{Client, ClientDO};
use durable_object::livestore::schema::{Event, Schema, Table};
use durable_object::prelude::*;
use worker::{Context, event};

/// What happens to todos.
#[derive(Debug, Clone, Event)]
#[event(rename_all_fields = "camelCase")]
pub enum TodoEvent {
    /// A new line.
    #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
    Created {
        /// Its id.
        id: String,
        /// Its text.
        text: String,
    },
    /// A line is done.
    #[event("v1.TodoCompleted", sql = "UPDATE todos SET completed = 1 WHERE id = :id")]
    Completed {
        /// Its id.
        id: String,
    },
    /// A line is gone.
    #[event("v1.TodoDeleted", sql = "UPDATE todos SET deletedAt = :deleted_at WHERE id = :id")]
    Deleted {
        /// Its id.
        id: String,
        /// The time.
        deleted_at: Date,
    },
}

/// One line.
#[derive(Debug, serde::Serialize, Table)]
#[table("todos", rename_all = "camelCase")]
pub struct Todo {
    #[column(primary_key)]
    id: String,
    text: String,
    #[column(default = false)]
    completed: bool,
    deleted_at: Option<Date>,
}

/// The schema of todo lists.
pub struct Todos;

impl Schema for Todos {
    type Event = TodoEvent;
    type Tables = (Todo,);
}

impl Client for Todos {}

export_object!(pub SyncBackendDO = SyncBackend<()>);
export_object!(pub LiveStoreClientDO = ClientDO<Todos>, binding = "CLIENT_DO");

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    SyncWorker::<SyncBackendDO>::new().fetch(request, &env).await
}
