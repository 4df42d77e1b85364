//! An object with two stores, and what both know together.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use durable_object::livestore::client::{Status, Store, StoreOptions, Watch};
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
    /// Somebody counted the notes on a line.
    #[event(
        "v1.NotesCounted",
        sql = "REPLACE INTO tallies SELECT :line, count(*) FROM notes WHERE line = :line"
    )]
    Counted {
        /// The id of the line.
        line: String,
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

/// The number of notes on a line.
#[derive(Debug, Serialize, Deserialize, Table)]
#[table("tallies")]
pub struct Tally {
    /// The id of the line.
    #[column(primary_key)]
    pub line: String,
    /// The number of its notes.
    pub notes: i64,
}

/// The schema of notes.
pub struct Notes;

impl Schema for Notes {
    type Event = NoteEvent;
    type Tables = (Note, Tally);
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
    changes: Rc<RefCell<Vec<String>>>,
    counts: Rc<RefCell<Vec<i64>>>,
    _watches: [Watch; 2],
}

#[durable_object]
impl Board {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let options = |name: &str| StoreOptions::backend("SYNC_BACKEND_DO").live("BOARD").named(name);
        let todos = Store::open(&ctx, &env, options("todos"))?;
        let notes = Store::<Notes>::open(&ctx, &env, options("notes"))?;
        ctx.sql().execute("CREATE VIEW IF NOT EXISTS noted AS SELECT DISTINCT line FROM notes", ())?;
        let (changes, counts) = (Rc::<RefCell<Vec<String>>>::default(), Rc::<RefCell<Vec<i64>>>::default());
        let (changed, counted) = (Rc::clone(&changes), Rc::clone(&counts));
        let watches = [
            notes.watch(move |change| changed.borrow_mut().push(change.tables.join(" "))),
            notes.subscribe("SELECT count(*) FROM noted", (), move |rows: Vec<i64>| {
                counted.borrow_mut().extend(rows)
            })?,
        ];
        Ok(Self { ctx, todos, notes, changes, counts, _watches: watches })
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

    /// Counts the notes on a line.
    #[rpc]
    pub fn count(&self, line: String) -> Result<()> {
        self.notes.commit(NoteEvent::Counted { line })?;
        Ok(())
    }

    /// Returns the tables of each change of the notes, and how many lines had notes whenever that changed.
    #[rpc]
    pub fn seen(&self) -> (Vec<String>, Vec<i64>) {
        (self.changes.borrow().clone(), self.counts.borrow().clone())
    }

    /// Tries to change the lines with a query.
    #[rpc]
    pub fn misuse(&self) -> Result<Vec<Line>> {
        self.todos.query("INSERT INTO todos (id, text) VALUES ('x', '') RETURNING id, 0 AS notes", ())?.all()
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

/// An object whose two stores have no names. It must not start.
#[durable_object]
pub struct Nameless {
    #[part]
    todos: Store<Todos>,
    #[part]
    notes: Store<Notes>,
}

#[durable_object]
impl Nameless {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let options = || StoreOptions::backend("SYNC_BACKEND_DO").live("NAMELESS");
        Ok(Self { todos: Store::open(&ctx, &env, options())?, notes: Store::open(&ctx, &env, options())? })
    }

    /// Returns the progress of both stores.
    #[rpc]
    pub fn statuses(&self) -> Result<(Status, Status)> {
        Ok((self.todos.status()?, self.notes.status()?))
    }
}
