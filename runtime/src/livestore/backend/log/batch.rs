//! The events of one push, in the forms that a log stores and that listeners receive.

use std::borrow::Cow;

use crate::livestore::backend::paging::split;
use crate::livestore::wire::Event;

/// Events that are stored at the same time, all or none.
pub(crate) struct Batch<'a> {
    events: &'a [Event<'a>],
    created_at: String,
    parts: Vec<Part>,
}

/// A part of a batch: as many events as fit into one chunk.
#[derive(Clone)]
pub(crate) struct Part {
    /// The items of the chunk's batch, as JSON, separated by commas.
    pub(crate) items: String,
    /// The number of the last event.
    pub(crate) last: i64,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(events: &'a [Event<'a>], created_at: String) -> Self {
        let parts = parts_of(events, &created_at);
        Self { events, created_at, parts }
    }

    pub(super) fn events(&self) -> &'a [Event<'a>] {
        self.events
    }

    /// Returns the time at which it is stored.
    pub(super) fn created_at(&self) -> &str {
        &self.created_at
    }

    /// Returns the whole batch, written once for all listeners.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns the number of the event after which a listener lacks all events; `last` is the last event sent
    /// to it. A listener can claim to have some of these events from another source.
    pub(crate) fn start_for(&self, last: i64) -> i64 {
        match self.events.first() {
            Some(first) if first.seq_num <= last => last,
            Some(first) => first.parent_seq_num,
            None => i64::MIN,
        }
    }

    /// Returns the part that follows the event with number `after`, cut into chunks.
    pub(crate) fn parts_after(&self, after: i64) -> Cow<'_, [Part]> {
        let known = self.events.partition_point(|event| event.seq_num <= after);
        match known {
            0 => Cow::Borrowed(&self.parts),
            _ => Cow::Owned(parts_of(&self.events[known..], &self.created_at)),
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
