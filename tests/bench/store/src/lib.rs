//! One side of the store benchmark, beside the backend of both sides; `official.js` has the other.

use std::ops::Range;
use std::time::Duration;

use durable_object::Date;
use durable_object::livestore::backend::{SyncBackend, SyncWorker};
use durable_object::livestore::client::{Store, StoreOptions};
use durable_object::livestore::schema::{Event, Schema, Table};
use durable_object::prelude::*;
use worker::{Context, event};

export_object!(pub SyncBackendDO = SyncBackend<()>);

const TEXT: &str = "Remember to water the plants on the balcony";

/// The events of `tests/harness/schema.mjs`.
#[derive(Debug, Clone, Event)]
#[event(rename_all_fields = "camelCase")]
pub enum TodoEvent {
    /// A new line.
    #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text, completed) VALUES (:id, :text, 0)")]
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
    /// A line is to do again.
    #[event("v1.TodoUncompleted", sql = "UPDATE todos SET completed = 0 WHERE id = :id")]
    Uncompleted {
        /// Its id.
        id: String,
    },
    /// A line is gone.
    #[event("v1.TodoDeleted", sql = "UPDATE todos SET deletedAt = :deleted_at WHERE id = :id")]
    Deleted {
        /// Its id.
        id: String,
        /// The time of it.
        deleted_at: Date,
    },
    /// All lines that are done are gone.
    #[event("v1.TodoClearedCompleted", sql = "UPDATE todos SET deletedAt = :deleted_at WHERE completed = 1")]
    ClearedCompleted {
        /// The time of it.
        deleted_at: Date,
    },
}

/// One line.
#[derive(Debug, Table)]
#[table("todos", rename_all = "camelCase")]
pub struct Todo {
    /// Its id.
    #[column(primary_key)]
    pub id: String,
    /// Its text.
    #[column(default = "")]
    pub text: String,
    /// Whether it is done.
    #[column(default = false)]
    pub completed: bool,
    /// When it was deleted.
    pub deleted_at: Option<Date>,
}

/// The schema of todo lists.
pub struct Todos;

impl Schema for Todos {
    type Event = TodoEvent;
    type Tables = (Todo,);
}

/// A list, with the least work of its own.
#[durable_object]
pub struct StoreObject {
    #[part]
    store: Store<Todos>,
}

#[durable_object]
impl StoreObject {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let options = StoreOptions::backend("SYNC_BACKEND_DO").live("STORE");
        Ok(Self { store: Store::open(&ctx, &env, options)? })
    }

    /// Opens the store, and waits until the backend has answered its first pull.
    #[rpc]
    pub async fn open(&self, store_id: String) -> Result<()> {
        Ok(self.store.connect(&store_id).await?)
    }

    /// Commits lines one after the other, and waits each time until the backend has the line.
    #[rpc]
    pub async fn one_by_one(&self, first: u32, count: u32) -> Result<()> {
        for event in created(first..first + count) {
            self.store.commit(event)?.confirmed().await?;
        }
        Ok(())
    }

    /// Commits lines one after the other, and waits until the backend has all of them.
    #[rpc]
    pub async fn at_once(&self, first: u32, count: u32) -> Result<()> {
        for event in created(first..first + count) {
            self.store.commit(event)?;
        }
        Ok(self.store.wait_synced(Duration::MAX).await?)
    }

    /// Commits lines together, and waits until the backend has them.
    #[rpc]
    pub async fn together(&self, first: u32, count: u32) -> Result<()> {
        let events: Vec<_> = created(first..first + count).collect();
        Ok(self.store.commit(events)?.confirmed().await?)
    }

    /// Returns the number of lines.
    #[rpc]
    pub fn count(&self) -> Result<i64> {
        self.store.query("SELECT count(*) FROM todos", ())?.one()
    }
}

/// The events of new lines with these numbers.
fn created(numbers: Range<u32>) -> impl Iterator<Item = TodoEvent> {
    numbers.map(|number| TodoEvent::Created { id: format!("own-{number:08}"), text: TEXT.to_owned() })
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    SyncWorker::<SyncBackendDO>::new().fetch(request, &env).await
}
