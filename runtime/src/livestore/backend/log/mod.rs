//! A store's event log, in the tables of LiveStore's own backend, so that either backend can continue with
//! the events of the other.
//!
//! [`EventLog`] is the interface for the rest of the backend. An [`Engine`] holds the events; the head of a
//! log is always in the object's own database.

mod batch;
mod contents;
mod context;
mod d1;
mod keeper;
mod sqlite;
mod table;

use std::cell::Cell;
use std::future::ready;

pub(super) use batch::{Batch, Part};
pub(super) use contents::Contents;
pub(super) use keeper::{Keeper, Turn};

use super::boxed::Boxed;
use super::paging::{MAX_BYTES, page_info};
use crate::livestore::wire::{Event, PageInfo};
use crate::value::Text;
use crate::{Error, Result};

/// One store's log.
pub(super) struct EventLog {
    store_id: String,
    backend_id: String,
    head: Cell<i64>,
    /// Whether the log must not be used any more.
    closed: Cell<bool>,
    table: String,
    engine: Box<dyn Engine>,
}

/// The end of a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) number: i64,
    pub(super) backend_id: &'a str,
}

/// The storage of events.
///
/// The engine of SQLite never suspends: operations on it run in one turn, unless the caller waits for
/// something else.
trait Engine {
    /// Reads the events after `cursor`, as many as fit into a chunk of this many bytes.
    fn read(&self, cursor: i64, bytes: usize) -> Boxed<'_, Events>;

    /// Stores a batch and moves the head from `before` to `head`, both or neither. `frame` is the message that
    /// contained the batch.
    fn append<'a>(&'a self, batch: &'a Batch<'a>, frame: &'a Text, before: i64, head: i64) -> Boxed<'a, ()>;

    /// Returns whether exactly these events are stored, one after the other.
    fn holds<'a>(&'a self, batch: &'a [Event<'a>]) -> Boxed<'a, bool>;

    /// Reads the end of the log, in case others have written to it, and moves the head there from the `known`
    /// one.
    fn catch_up(&self, known: i64) -> Boxed<'_, i64> {
        // No one else writes to an object's own database.
        Box::pin(ready(Ok(known)))
    }

    /// Finds out whether a batch is stored after its append has failed, and moves the head to the end of the
    /// log. The log ended with `before`; it ends with `head` if the batch is stored.
    fn recover<'a>(&'a self, _batch: &'a Batch<'a>, _before: i64, _head: i64) -> Boxed<'a, Recovered> {
        // An object's own database reports reliably whether it stored the batch.
        Box::pin(ready(Ok(Recovered::NotStored)))
    }
}

/// The listeners that lack events of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// No listener lacks events.
    None,
    /// All listeners may lack events: the log has continued without this object. Tell them before the next
    /// await: another life of the object could not find out that they lack events.
    Everybody,
}

/// The state of a batch after its append has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recovered {
    /// The batch is stored: only the answer was lost.
    Stored,
    /// The batch is not stored.
    NotStored,
    /// The batch is not stored, and the log has continued without this object, up to `end`: see
    /// [`Gap::Everybody`].
    Overtaken { end: i64 },
    /// The state is unknown.
    Lost,
}

/// Events that an engine has read.
#[derive(Clone)]
struct Events {
    /// The items of a chunk's batch, as JSON, separated by commas.
    items: Text,
    /// The number of the last event.
    last: Option<i64>,
}

/// Events ready to be sent.
pub(super) struct Page {
    /// The items of a chunk's batch, as JSON, separated by commas.
    pub(super) items: Text,
    /// The number of the last event.
    pub(super) last: Option<i64>,
    pub(super) info: PageInfo,
}

impl EventLog {
    fn new(store_id: String, backend_id: String, head: i64, table: String, engine: Box<dyn Engine>) -> Self {
        Self { store_id, backend_id, head: Cell::new(head), closed: Cell::new(false), table, engine }
    }

    /// Closes the log: another log has replaced it, or its end is unknown. It must not be used from now on.
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

    /// Stores an admitted batch and moves the head, both or neither. `frame` is the message that contained
    /// the batch.
    pub(super) async fn append(&self, batch: &Batch<'_>, frame: &Text, head: i64) -> Result<()> {
        self.engine.append(batch, frame, self.head.get(), head).await.inspect(|()| self.head.set(head))
    }

    /// Returns whether exactly these events are in the log, one after the other.
    pub(super) async fn holds(&self, batch: &[Event<'_>]) -> Result<bool> {
        self.engine.holds(batch).await
    }

    /// Reads the end of the log, if a push continues events that this object does not know of: its client may
    /// have read them. Closes the log if the end is unknown.
    pub(super) async fn catch_up(&self, push: &[Event<'_>]) -> Result<Gap> {
        let known = self.head.get();
        if push.first().is_none_or(|first| first.parent_seq_num <= known) {
            return Ok(Gap::None);
        }
        let end = self.engine.catch_up(known).await.inspect_err(|_| self.close())?;
        self.head.set(end);
        Ok(if end == known { Gap::None } else { Gap::Everybody })
    }

    /// Finds out whether a batch is stored after its append has failed. Closes the log if that is unknown.
    pub(super) async fn recover(&self, batch: &Batch<'_>, head: i64) -> Result<Recovered> {
        let recovered =
            self.engine.recover(batch, self.head.get(), head).await.inspect_err(|_| self.close())?;
        match recovered {
            Recovered::Stored => self.head.set(head),
            Recovered::Overtaken { end } => self.head.set(end),
            Recovered::NotStored => {}
            Recovered::Lost => self.close(),
        }
        Ok(recovered)
    }

    /// Reads the events after `cursor`, as many as fit into a chunk. The page's statement that it is the last
    /// one holds until the next await.
    pub(super) fn page(&self, cursor: i64) -> Boxed<'_, Page> {
        self.page_within(MAX_BYTES, cursor)
    }

    /// Reads events with at most this many bytes, in the same way. One event alone may have more.
    pub(super) fn page_within(&self, bytes: usize, cursor: i64) -> Boxed<'_, Page> {
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
