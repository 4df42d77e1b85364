//! A store that does the work of its process.

use super::*;

pub(super) struct Client {
    pub(super) process: Process,
    pub(super) state: SyncState,
    pub(super) log: Vec<LogEvent>,
    pub(super) backend_id: Option<String>,
    pub(super) parked: Vec<Parked>,
    pub(super) alarm: Option<i64>,
    pub(super) life: usize,
    pub(super) committed: BTreeSet<String>,
    /// The events that a reset has rejected, and those that it has taken from the log.
    pub(super) rejected: BTreeSet<String>,
    pub(super) forgotten: BTreeSet<String>,
}

impl Client {
    /// Merges a page and applies it.
    pub(super) fn apply(&mut self, events: Vec<LogEvent>) -> Applied {
        let merged = merge(self.state.clone(), Payload::UpstreamAdvance { new: events }, ClientOnly::Ignore);
        let (state, confirmed, new, rolled_back_from) = match merged.unwrap() {
            Merged::Advance { state, confirmed, new } => (state, confirmed, new, None),
            Merged::Rebase { state, confirmed, rolled_back, new } => {
                (state, confirmed, new, Some(rolled_back[0].seq.global))
            }
            Merged::Reject { .. } => panic!("a page is not a push"),
        };
        self.log.extend(confirmed.iter().map(|event| LogEvent::from_global(event.to_global())));
        self.log.extend(new);
        self.state = state;
        let pending = i64::try_from(self.state.pending.len()).unwrap();
        Applied { head: self.state.upstream_head.global, pending, rolled_back_from }
    }

    pub(super) fn reset(&mut self) {
        self.rejected.extend(self.state.pending.iter().map(mark));
        let own = |mark: &String| self.committed.contains(mark);
        self.forgotten.extend(self.log.iter().map(mark).filter(own));
        (self.log, self.state, self.backend_id) = (Vec::new(), SyncState::empty(), None);
    }

    /// Checks what holds after each input.
    pub(super) fn check(&self, has_rolled_back: bool) {
        let both = self.log.iter().chain(&self.state.pending);
        let marks: BTreeSet<_> = both.clone().map(mark).collect();
        // A late call can bring an event that the backend has lost again. Other events then have its number, and a
        // pull brings the rest of them. The answer to the next push tells.
        assert!(has_rolled_back || marks.len() == both.count(), "no event is there twice");
        let known: BTreeSet<_> = marks.iter().chain(&self.rejected).chain(&self.forgotten).collect();
        assert!(self.committed.iter().all(|mark| known.contains(mark)), "no own event is lost");
        if self.process.is_applying {
            return;
        }
        let status = self.process.status();
        assert_eq!(status.head, self.state.upstream_head.global);
        assert_eq!(status.backend_pending_count, i64::try_from(self.state.pending.len()).unwrap());
        // The next life begins with a pull as well.
        let is_opening = self.process.is_opening && status.backend_pending_count == 0;
        let is_covered =
            status.is_backend_synced || self.alarm.is_some() || !status.parked.is_empty() || is_opening;
        assert!(is_covered, "an alarm is set, or the status says why not: {:?}", self.process);
    }
}
