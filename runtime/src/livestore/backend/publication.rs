//! Events that were just stored, on their way to those who listen.

use std::rc::Rc;

use super::log::EventLog;
use super::paging::split;
use crate::Text;
use crate::livestore::protocol::Event;

/// A stored batch.
pub(super) struct Publication<'a> {
    log: Rc<EventLog>,
    batch: &'a [Event<'a>],
    created_at: String,
    chunks: Vec<Chunk>,
}

/// A part of it that is sent in one piece.
pub(super) struct Chunk {
    /// The items, as JSON separated by commas.
    pub(super) items: Text,
    /// The number of the last.
    pub(super) last: i64,
}

impl<'a> Publication<'a> {
    pub(super) fn new(log: Rc<EventLog>, batch: &'a [Event<'a>], created_at: String) -> Self {
        let chunks = chunks(batch, &created_at);
        Self { log, batch, created_at, chunks }
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

    /// All of it, in one chunk or several: written once for everybody.
    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// What a listener lacks that has seen `last` and says that it has some of these events from
    /// elsewhere; `None` for one that lacks them all.
    pub(super) fn rest_after(&self, last: i64) -> Option<Vec<Chunk>> {
        let known = self.batch.partition_point(|event| event.seq_num <= last);
        (known > 0).then(|| chunks(&self.batch[known..], &self.created_at))
    }
}

fn chunks(batch: &[Event<'_>], created_at: &str) -> Vec<Chunk> {
    let mut rest = batch;
    let mut chunks = Vec::new();
    for length in split(batch.iter().map(Event::encoded_size)) {
        let (chunk, after) = rest.split_at(length);
        rest = after;
        let mut items = String::new();
        for event in chunk {
            if !items.is_empty() {
                items.push(',');
            }
            event.write_item(created_at, &mut items);
        }
        let last = chunk.last().map_or(i64::MIN, |event| event.seq_num);
        chunks.push(Chunk { items: items.into(), last });
    }
    chunks
}
