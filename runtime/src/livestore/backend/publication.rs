//! Events that were just stored, on their way to those who listen.

use std::borrow::Cow;
use std::rc::Rc;

use super::log::EventLog;
use super::paging::split;
use crate::livestore::wire::Event;

/// A stored batch.
pub(super) struct Publication<'a> {
    log: Rc<EventLog>,
    batch: &'a [Event<'a>],
    created_at: String,
    parts: Vec<Part>,
}

/// What fits into one chunk.
#[derive(Clone)]
pub(super) struct Part {
    /// The items of the chunk's batch, as JSON, separated by commas.
    pub(super) items: String,
    /// The number of the last.
    pub(super) last: i64,
}

impl<'a> Publication<'a> {
    pub(super) fn new(log: Rc<EventLog>, batch: &'a [Event<'a>], created_at: String) -> Self {
        let parts = parts_of(batch, &created_at);
        Self { log, batch, created_at, parts }
    }

    /// Its events.
    pub(super) fn events(&self) -> &'a [Event<'a>] {
        self.batch
    }

    /// When it was stored.
    pub(super) fn created_at(&self) -> &str {
        &self.created_at
    }

    /// The log that it is part of now.
    pub(super) fn log(&self) -> &Rc<EventLog> {
        &self.log
    }

    pub(super) fn backend_id(&self) -> &str {
        self.log.head().backend_id
    }

    /// The event before it: where the log ended.
    pub(super) fn before(&self) -> i64 {
        self.batch.first().map_or(i64::MIN, |event| event.parent_seq_num)
    }

    /// All of it, written once for everybody.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The number of the event after which a listener lacks everything, where `last` is the one it was sent last. A
    /// listener can claim to have some of these events from elsewhere.
    pub(super) fn start_for(&self, last: i64) -> i64 {
        let knows_some = self.batch.first().is_some_and(|event| event.seq_num <= last);
        if knows_some { last } else { self.before() }
    }

    /// The part of it that follows the event with number `after`, cut into chunks.
    pub(super) fn parts_after(&self, after: i64) -> Cow<'_, [Part]> {
        let known = self.batch.partition_point(|event| event.seq_num <= after);
        match known {
            0 => Cow::Borrowed(&self.parts),
            _ => Cow::Owned(parts_of(&self.batch[known..], &self.created_at)),
        }
    }
}

/// Splits events that were stored at the same time into chunks.
pub(super) fn parts_of(events: &[Event<'_>], created_at: &str) -> Vec<Part> {
    parts(events.iter().map(|event| (event, created_at)))
}

/// Splits events, each with the time at which it was stored, into chunks.
pub(super) fn parts<'e>(events: impl Iterator<Item = (&'e Event<'e>, &'e str)> + Clone) -> Vec<Part> {
    let mut rest = events.clone();
    let part = |length| {
        let mut items = String::new();
        let mut last = 0;
        for (event, created_at) in rest.by_ref().take(length) {
            if !items.is_empty() {
                items.push(',');
            }
            event.write_item(created_at, &mut items);
            last = event.seq_num;
        }
        Part { items, last }
    };
    split(events.map(|(event, _)| event.encoded_size())).into_iter().map(part).collect()
}
