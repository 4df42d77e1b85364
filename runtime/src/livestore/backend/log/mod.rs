//! A store's event log, in the tables of LiveStore's own backend, so that either can go on with what the other has
//! written.
//!
//! [`EventLog`] is what the rest of the backend sees. An [`Engine`] has the events; where a log stands is always
//! in the object's own database.

mod batch;
mod context;
pub(super) mod d1;
mod pages;
pub(super) mod sqlite;
mod table;

use std::cell::Cell;
use std::future::ready;
use std::pin::Pin;

pub(super) use batch::{Batch, Part};

use super::admission::Head;
use super::paging::{MAX_BYTES, page_info};
use crate::livestore::wire::{ArchivePage, Event, PageInfo};
use crate::{Ctx, Error, Result, Text};

/// The store whose log this object has, if it has exactly one: how a hibernated object knows which store it is.
pub(super) fn only_store(ctx: &Ctx) -> Result<Option<String>> {
    context::only_store(&ctx.sql())
}

/// One store's log.
pub(super) struct EventLog {
    store_id: String,
    backend_id: String,
    head: Cell<i64>,
    /// Whether another log has taken its place.
    closed: Cell<bool>,
    table: String,
    engine: Box<dyn Engine>,
}

/// Where events are.
///
/// That of SQLite never suspends: what is done with one without waiting for anything else is done in one turn.
trait Engine {
    /// The events after `cursor`, as many as fit a chunk of so many bytes.
    fn read(&self, cursor: i64, bytes: usize) -> Pending<'_, Events>;

    /// Stores a batch and moves the head, both or neither. `frame` is the message the batch came in.
    fn append<'a>(&'a self, batch: &'a Batch<'a>, frame: &'a Text, head: i64) -> Pending<'a, ()>;

    /// Whether these very events are there, one after the other.
    fn holds<'a>(&'a self, batch: &'a [Event<'a>]) -> Pending<'a, bool>;

    /// Where the log ends, whoever has written to it.
    fn look(&self, known: i64) -> Pending<'_, i64> {
        // Nobody else writes to an object's own database.
        Box::pin(ready(Ok(known)))
    }

    /// Moves the head to where the log ends.
    fn follow(&self, _end: i64) -> Result<()> {
        Ok(())
    }
}

/// Who lacks events that a log has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    None,
    /// The log has gone on without this object. Whoever listens has to hear of it before anything is awaited: nothing is
    /// left by which another life of the object could tell that they do.
    Everybody,
}

/// What became of a batch that its database did not say was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recovered {
    /// It is stored: only the answer was lost.
    Stored,
    /// It is not, as far as can be told.
    NotStored,
    /// It is not, and the log has gone on without this object: see [`Gap::Everybody`].
    Overtaken,
}

/// What operators do with all of a log at once.
pub(super) trait Contents {
    /// How many events there are. It reads all of them.
    fn count(&self) -> Pending<'_, u64>;

    /// Deletes them. The next log is another backend's.
    fn remove(&self) -> Pending<'_, ()>;

    /// Prepares for events that may take their place; what is left of others is thrown away.
    fn prepare(&self) -> Pending<'_, ()>;

    /// Takes some of them, without anybody seeing it.
    fn stage<'a>(&'a self, page: &'a ArchivePage<'a>) -> Pending<'a, ()>;

    /// Puts what was staged in the place of what is there.
    fn replace<'a>(&'a self, head: i64, backend_id: &'a str) -> Pending<'a, ()>;
}

/// What an engine has to wait for. Boxed, so that an engine nobody uses is not in the worker's code.
pub(super) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// Events as an engine has read them.
#[derive(Clone)]
struct Events {
    /// The items of a chunk's batch, as JSON, separated by commas.
    items: Text,
    /// The number of the last.
    last: Option<i64>,
}

/// Events ready to be sent.
pub(super) struct Page {
    /// The items of a chunk's batch, as JSON, separated by commas.
    pub(super) items: Text,
    /// The number of the last.
    pub(super) last: Option<i64>,
    pub(super) info: PageInfo,
}

impl EventLog {
    fn new(store_id: String, backend_id: String, head: i64, table: String, engine: Box<dyn Engine>) -> Self {
        Self { store_id, backend_id, head: Cell::new(head), closed: Cell::new(false), table, engine }
    }

    /// Another log has taken its place: from now on it is of no use.
    pub(super) fn close(&self) {
        self.closed.set(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(super) async fn is_empty(&self) -> Result<bool> {
        Ok(self.page(i64::MIN).await?.last.is_none())
    }

    pub(super) fn store_id(&self) -> &str {
        &self.store_id
    }

    pub(super) fn head(&self) -> Head<'_> {
        Head { number: self.head.get(), backend_id: &self.backend_id }
    }

    /// Stores an admitted batch and moves the head, both or neither. `frame` is the message the batch came in.
    pub(super) async fn append(&self, batch: &Batch<'_>, frame: &Text, head: i64) -> Result<()> {
        self.engine.append(batch, frame, head).await.inspect(|()| self.head.set(head))
    }

    /// Whether these very events are in the log, one after the other.
    pub(super) async fn holds(&self, batch: &[Event<'_>]) -> Result<bool> {
        self.engine.holds(batch).await
    }

    /// Where the log ends, whoever has written to it.
    pub(super) async fn look(&self) -> Result<i64> {
        self.engine.look(self.head.get()).await
    }

    /// Moves the head to where the log ends. Whoever lacks events has to hear of them before anything is awaited: nothing
    /// is left by which another life of the object could tell that they do.
    pub(super) fn follow(&self, end: i64) -> Result<()> {
        self.engine.follow(end).inspect(|()| self.head.set(end))
    }

    /// The events after `cursor`, as many as fit a chunk. Whether it is the last page is true as long as nothing
    /// else is awaited.
    pub(super) fn page(&self, cursor: i64) -> Pending<'_, Page> {
        self.page_within(MAX_BYTES, cursor)
    }

    /// The same with at most so many bytes, where one event alone does not have more.
    pub(super) fn page_within(&self, bytes: usize, cursor: i64) -> Pending<'_, Page> {
        Box::pin(async move {
            loop {
                let asked_at = self.head.get();
                let read = self.engine.read(cursor, bytes).await;
                if self.closed.get() {
                    return Err(Error::new("the store was replaced"));
                }
                let Events { items, last } = read?;
                if let Some(info) = page_info(cursor, last, asked_at, self.head.get()) {
                    return Ok(Page { items, last, info });
                }
            }
        })
    }
}
