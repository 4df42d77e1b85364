//! The tables, filled again from the log after the schema has changed.
//!
//! A rebuild works in slices of one transaction each. It survives an eviction between any two of them.

use super::database::{Database, Noted};
use super::tables::drop_all;
use crate::livestore::client::error::{Halt, Result, StoreError};
use crate::livestore::client::event::LogEvent;
use crate::livestore::client::layout::Meta;

/// The number of events that one slice applies. A slice with events of the todo list takes some 10 ms.
pub(crate) const SLICE: i64 = 1_000;

/// The state of a rebuild after a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to do.
    More,
    /// The tables are complete.
    Done,
}

impl Database {
    /// Replaces the users' tables by empty ones of the current schema. The rebuild fills them.
    pub(super) fn begin_rebuild(&self) -> Result<()> {
        self.connection.transaction(|| {
            drop_all(&self.connection, &self.layout)?;
            for table in &self.tables {
                table.create(&self.connection)?;
            }
            // New code may be able to apply the event.
            self.delete_meta(Meta::Halted)?;
            self.set_meta(Meta::Fingerprint, &self.fingerprint())?;
            self.set_meta(Meta::Rebuild, "0")
        })
    }

    /// Returns the last event that the running rebuild has applied.
    pub(crate) fn rebuilt(&self) -> Result<Option<i64>> {
        Ok(self.meta(Meta::Rebuild)?.map(|number| number.parse().unwrap_or_default()))
    }

    pub(crate) fn refuse_while_rebuilding(&self) -> Result<()> {
        let Some(done) = self.rebuilt()? else { return Ok(()) };
        let [done, total] =
            [done, self.heads()?.head].map(|number| u64::try_from(number).unwrap_or_default());
        Err(StoreError::Rebuilding { done, total }.into())
    }

    /// Applies the next slice of the log. `skip` says which events are left out of the tables.
    pub(crate) fn rebuild_slice(&self, skip: &dyn Fn(&str) -> bool) -> Result<Progress> {
        let Some(done) = self.rebuilt()? else { return Ok(Progress::Done) };
        if self.halted()?.is_some() {
            return Ok(Progress::Done);
        }
        let head = self.heads()?.head;
        let events = self.events(done, SLICE)?;
        let confirmed = events.iter().take_while(|event| event.seq.global <= head).count();
        let is_full = i64::try_from(events.len()).is_ok_and(|count| count == SLICE);
        let noted = Noted::default();
        self.connection.transaction(|| {
            let mut last = done;
            let mut ended = events[..confirmed].iter().try_for_each(|event| {
                self.apply_again(event, skip, &noted)?;
                last = event.seq.global;
                Ok(())
            });
            self.set_meta(Meta::Rebuild, &last.to_string())?;
            if ended.is_ok() {
                if is_full && confirmed == events.len() {
                    return Ok(Progress::More);
                }
                ended = self.connection.transaction(|| self.finish(head, skip, &noted));
            }
            match ended.map_err(StoreError::from) {
                Err(StoreError::Halted(halt)) => self.set_meta(Meta::Halted, &halt.to_json())?,
                other => other?,
            }
            Ok(Progress::Done)
        })
    }

    /// Starts the undo logs, and applies the pending events under their eyes. Each keeps its number: the backend may have
    /// it there already, and only a pull tells.
    fn finish(&self, head: i64, skip: &dyn Fn(&str) -> bool, noted: &Noted) -> Result<()> {
        let pending = self.events(head, i64::MAX)?;
        self.connection.run(&self.layout.delete_events(), &[&(head + 1)])?;
        for table in &self.tables {
            table.watch(&self.connection)?;
        }
        for event in &pending {
            self.insert(event.seq.global, &event.content)?;
            self.apply_again(event, skip, noted)?;
        }
        self.delete_meta(Meta::Rebuild)
    }

    /// Applies an event of the log. One that cannot be applied is a [`StoreError::Halted`].
    fn apply_again(&self, event: &LogEvent, skip: &dyn Fn(&str) -> bool, noted: &Noted) -> Result<()> {
        let (seq, content) = (event.seq.global, &*event.content);
        if skip(&content.name) {
            return Ok(());
        }
        let applied = self.connection.transaction(|| self.replay(seq, content, noted));
        applied.map_err(|error| {
            let (name, reason) = (content.name.clone(), error.to_string());
            StoreError::Halted(Halt::Poisoned { seq, name, reason }).into()
        })
    }
}
