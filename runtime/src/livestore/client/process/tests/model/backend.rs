//! A backend with the rules of the official one.

use super::*;

pub(super) struct Backend {
    pub(super) id: String,
    pub(super) log: Vec<LogEvent>,
    pub(super) listeners: BTreeSet<usize>,
    /// Whether it accepts a batch again that it has, as ours does.
    pub(super) is_lenient: bool,
}

impl Backend {
    pub(super) fn head(&self) -> i64 {
        self.log.last().map_or(0, |event| event.seq.global)
    }

    pub(super) fn pull(&self, after: Option<&(String, i64)>) -> (Vec<Page>, Exit) {
        if let Some((id, _)) = after.filter(|(id, _)| *id != self.id) {
            let (expected, received) = (self.id.clone(), id.clone());
            return (Vec::new(), Exit::BackendIdMismatch { expected, received });
        }
        let after = after.map_or(0, |(_, after)| *after);
        let events: Vec<_> = self.log.iter().filter(|event| event.seq.global > after).cloned().collect();
        let mut pages: Vec<_> = events
            .chunks(PAGE)
            .map(|events| Page { backend_id: self.id.clone(), events: events.to_vec(), more: More::Unknown })
            .collect();
        if pages.is_empty() {
            pages.push(Page { backend_id: self.id.clone(), events: Vec::new(), more: More::Nothing });
        }
        pages.last_mut().unwrap().more = More::Nothing;
        (pages, Exit::Success)
    }

    pub(super) fn push(&mut self, batch: &[LogEvent], backend_id: Option<&String>) -> Exit {
        if let Some(id) = backend_id.filter(|id| **id != self.id) {
            return Exit::BackendIdMismatch { expected: self.id.clone(), received: id.clone() };
        }
        let provided = batch[0].parent.global;
        if provided != self.head() {
            let holds = self.is_lenient && batch.iter().all(|event| self.log.contains(event));
            let ahead = Exit::ServerAhead { minimum_expected: self.head(), provided };
            return if holds { Exit::Success } else { ahead };
        }
        self.log.extend_from_slice(batch);
        let marks: BTreeSet<_> = self.log.iter().map(mark).collect();
        assert_eq!(marks.len(), self.log.len(), "no event is stored twice");
        Exit::Success
    }
}
