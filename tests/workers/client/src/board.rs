//! An object with two stores, and what both know together.

use std::time::Duration;

use durable_object::livestore::client::{Status, Store, StoreOptions};
use durable_object::livestore::schema::{Event, Schema, Table};
use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{TodoEvent, Todos};

/// The events of the notes.
#[derive(Debug, Clone, Event)]
#[event(rename_all_fields = "camelCase")]
pub enum NoteEvent {
    /// Somebody wrote a note on a line.
    #[event("v1.NoteWritten", sql = "INSERT INTO notes (id, line, text) VALUES (:id, :line, :text)")]
    Written {
        /// The id of the note.
        id: String,
        /// The id of the line.
        line: String,
        /// The text.
        text: String,
    },
}

/// One note on a line.
#[derive(Debug, Serialize, Deserialize, Table)]
#[table("notes")]
pub struct Note {
    /// Its id.
    #[column(primary_key)]
    pub id: String,
    /// The id of the line.
    pub line: String,
    /// Its text.
    pub text: String,
}

/// The schema of notes.
pub struct Notes;

impl Schema for Notes {
    type Event = NoteEvent;
    type Tables = (Note,);
}

/// A line with the number of its notes.
#[derive(Debug, Serialize, Deserialize, FromRow)]
pub struct Line {
    id: String,
    notes: i64,
}

/// A board that shows lines of one store with the notes of another.
#[durable_object]
pub struct Board {
    ctx: Ctx,
    #[part]
    todos: Store<Todos>,
    #[part]
    notes: Store<Notes>,
}

#[durable_object]
impl Board {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let options = |name: &str| StoreOptions::backend("SYNC_BACKEND_DO").live("BOARD").named(name);
        Ok(Self {
            ctx: ctx.clone(),
            todos: Store::open(&ctx, &env, options("todos"))?,
            notes: Store::open(&ctx, &env, options("notes"))?,
        })
    }

    /// Connects to the two stores.
    #[rpc]
    pub async fn open(&self, todos: String, notes: String) -> Result<()> {
        self.todos.connect(&todos).await?;
        Ok(self.notes.connect(&notes).await?)
    }

    /// Adds a line.
    #[rpc]
    pub fn create(&self, id: String) -> Result<()> {
        self.todos.commit(TodoEvent::Created { text: id.clone(), id })?;
        Ok(())
    }

    /// Writes a note on a line.
    #[rpc]
    pub fn note(&self, id: String, line: String) -> Result<()> {
        self.notes.commit(NoteEvent::Written { text: id.clone(), id, line })?;
        Ok(())
    }

    /// Returns all lines, each with the number of its notes.
    #[rpc]
    pub fn lines(&self) -> Result<Vec<Line>> {
        let lines = "SELECT todos.id AS id, count(notes.id) AS notes
            FROM todos LEFT JOIN notes ON notes.line = todos.id GROUP BY todos.id ORDER BY todos.id";
        self.todos.query(lines, ())?.all()
    }

    /// Returns the progress of both stores.
    #[rpc]
    pub fn statuses(&self) -> Result<(Status, Status)> {
        Ok((self.todos.status()?, self.notes.status()?))
    }

    /// Waits until both stores are synced.
    #[rpc]
    pub async fn synced(&self) -> Result<()> {
        self.todos.wait_synced(Duration::MAX).await?;
        Ok(self.notes.wait_synced(Duration::MAX).await?)
    }

    /// Forgets the lines, and pulls them again.
    #[rpc]
    pub fn reset_lines(&self) -> Result<()> {
        Ok(self.todos.reset()?)
    }

    /// Loses its memory.
    #[rpc]
    pub async fn crash(&self) -> Result<()> {
        match self.ctx.abort("crashed for a test").await {}
    }
}
