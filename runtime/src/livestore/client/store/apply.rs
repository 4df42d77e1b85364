//! The transaction that applies a page of the backend.
//!
//! Each of its steps relies on those before it:
//!
//! 1. Merge the page with the pending events, in memory.
//! 2. Move the head to the end of the page. From here on, the undo triggers record nothing.
//! 3. In a rebase, delete the events from the first one that diverges. Their content is in memory.
//! 4. In a rebase, restore each table to the state before that event.
//! 5. Forget the undo rows up to the head. This follows the restoring: a diverging event may have a number up to
//!    the new head.
//! 6. Insert each foreign event, and apply it.
//! 7. In a rebase, insert each pending event behind them, and apply it. The triggers record again, for the event
//!    that was inserted last.

use super::database::{Database, Noted, Statements};
use crate::livestore::client::error::{Halt, Result, StoreError};
use crate::livestore::client::event::LogEvent;
use crate::livestore::client::layout::Meta;
use crate::livestore::client::merge::{ClientOnly, Merged, Payload, SyncState, merge};
use crate::livestore::client::seq::Seq;

/// The end of one pending event in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The backend has it.
    Confirmed,
    /// It is pending still, with this number.
    Moved(i64),
    /// It cannot be applied any more, for this reason.
    Rejected(String),
}

/// The outcome of a page.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// The pending events that the page concerned, by the number that each had before.
    pub(crate) fates: Vec<(i64, Fate)>,
    /// The number of foreign events that were applied.
    pub(crate) foreign: usize,
    /// The statements that ran on the users' tables.
    pub(crate) statements: Statements,
    /// The users' tables whose rows were restored.
    pub(crate) restored: Vec<&'static str>,
    /// The event at which the store has stopped.
    pub(crate) halted: Option<Halt>,
    /// Whether events were pushed behind others, so that the pending ones have new numbers.
    pub(crate) rebased: bool,
}

/// An event of a page that cannot be applied.
struct Poison {
    /// Its place in the page.
    index: usize,
    halt: Halt,
}

impl Database {
    /// Applies the next events of the backend. Events up to the head are known already, and are left out.
    ///
    /// An event that cannot be applied halts the store. The events before it stay applied. `skip` says which
    /// events are left out of the tables instead.
    pub(crate) fn apply(&self, page: Vec<LogEvent>, skip: &dyn Fn(&str) -> bool) -> Result<Applied> {
        self.refuse_while_stopped()?;
        let mut page: Vec<_> = {
            let head = self.heads()?.head;
            page.into_iter().filter(|event| event.seq.global > head).collect()
        };
        let mut halted = None;
        loop {
            let mut poison = None;
            let applied =
                self.connection.transaction(|| self.apply_in(&page, halted.as_ref(), skip, &mut poison));
            // The events before it are good. They were rolled back with it, so they are applied again.
            let Some(Poison { index, halt }) = poison else { return applied };
            page.truncate(index);
            halted = Some(halt);
        }
    }

    fn apply_in(
        &self,
        page: &[LogEvent],
        halted: Option<&Halt>,
        skip: &dyn Fn(&str) -> bool,
        poison: &mut Option<Poison>,
    ) -> Result<Applied> {
        let mut applied = Applied { halted: halted.cloned(), ..Applied::default() };
        if let Some(halt) = halted {
            self.set_meta(Meta::Halted, &halt.to_json())?;
        }
        let Some(last) = page.last().map(|event| event.seq.global) else { return Ok(applied) };
        let head = self.heads()?.head;
        // A page confirms as many pending events as it has, or fewer. Only a rebase concerns the others.
        let count = i64::try_from(page.len()).unwrap_or(i64::MAX);
        let mut merged = self.merge_page(head, page, count)?;
        if matches!(merged, Merged::Rebase { .. }) {
            merged = self.merge_page(head, page, i64::MAX)?;
        }
        let noted = Noted::default();
        match merged {
            Merged::Advance { confirmed, new, .. } => {
                self.move_head(last)?;
                if !confirmed.is_empty() {
                    self.trim(last)?;
                }
                applied.fates = confirmed.iter().map(confirm).collect();
                applied.foreign = new.len();
                self.apply_foreign(page, &new, &noted, skip, poison)?;
            }
            Merged::Rebase { confirmed, rolled_back, new, .. } => {
                let from = rolled_back.first().map_or(i64::MAX, |event| event.seq.global);
                applied.rebased = true;
                // From here on the undo triggers record nothing, until pending events are applied again.
                self.move_head(last)?;
                self.connection.run(&self.layout.delete_events(), &[&from])?;
                applied.restored = self.restore(from)?;
                self.trim(last)?;
                applied.foreign = new.len();
                self.apply_foreign(page, &new, &noted, skip, poison)?;
                applied.fates = confirmed.iter().map(confirm).collect();
                let mut number = last;
                for event in &rolled_back {
                    let fate = self.apply_pending(number + 1, event, &noted)?;
                    if fate == Fate::Moved(number + 1) {
                        number += 1;
                    }
                    applied.fates.push((event.seq.global, fate));
                }
            }
            Merged::Reject { .. } => {}
        }
        applied.statements = noted.into_inner();
        Ok(applied)
    }

    /// Merges a page with the first pending events, up to a limit.
    fn merge_page(&self, head: i64, page: &[LogEvent], limit: i64) -> Result<Merged> {
        let pending = self.events(head, limit)?;
        let upstream_head = Seq::synced(head);
        let local_head = pending.last().map_or(upstream_head, |event| event.seq);
        let state = SyncState { pending, upstream_head, local_head };
        let merged = merge(state, Payload::UpstreamAdvance { new: page.to_vec() }, ClientOnly::Ignore);
        merged.map_err(|error| StoreError::Unconfirmed(error.to_string()).into())
    }

    fn move_head(&self, number: i64) -> Result<()> {
        self.connection.run(&self.layout.set_head(), &[&number])?;
        Ok(())
    }

    fn apply_foreign(
        &self,
        page: &[LogEvent],
        new: &[LogEvent],
        noted: &Noted,
        skip: &dyn Fn(&str) -> bool,
        poison: &mut Option<Poison>,
    ) -> Result<()> {
        let first = page.len() - new.len();
        for (index, event) in new.iter().enumerate() {
            let (number, content) = (event.seq.global, &*event.content);
            self.insert(number, content)?;
            if skip(&content.name) {
                continue;
            }
            self.replay(number, content, noted).inspect_err(|error| {
                let (name, reason) = (content.name.clone(), error.to_string());
                let halt = Halt::Poisoned { seq: number, name, reason };
                *poison = Some(Poison { index: first + index, halt });
            })?;
        }
        Ok(())
    }

    /// Applies an own event again. An event that cannot be applied any more goes to the rejected ones.
    pub(super) fn apply_pending(&self, number: i64, event: &LogEvent, noted: &Noted) -> Result<Fate> {
        let again = self.connection.transaction(|| {
            self.insert(number, &event.content)?;
            self.replay(number, &event.content, noted)
        });
        match again {
            Ok(()) => Ok(Fate::Moved(number)),
            Err(error) => {
                let why = error.to_string();
                self.reject(event.seq.global, &event.content, &why)?;
                Ok(Fate::Rejected(why))
            }
        }
    }
}

fn confirm(event: &LogEvent) -> (i64, Fate) {
    (event.seq.global, Fate::Confirmed)
}
