//! Pending events that the backend refuses.

use std::rc::Rc;

use super::database::{Database, Heads};
use super::handle::{Inner, Store};
use super::watch::{Change, Origin};
use crate::livestore::client::error::{Result, StoreError};
use crate::livestore::client::layout::Meta;
use crate::livestore::client::process::Process;
use crate::livestore::client::undo::BEFORE_RESTORE;
use crate::livestore::schema::Schema;

impl<S: Schema> Store<S> {
    /// Takes back the pending events after the backend has refused to store them, and goes on without them. They become
    /// [rejected](Self::rejected) ones, and the tables are as if they had never been committed.
    ///
    /// A backend does not say which event of a push it refuses, so all pending events are taken back. Returns their
    /// number: 0 when no push is [parked](super::Status::push_parked).
    ///
    /// # Errors
    /// [`StoreError::Rebuilding`] while the tables are filled again, [`StoreError::Halted`], [`StoreError::Object`] when
    /// the database fails.
    pub fn reject_refused(&self) -> Result<u64, StoreError> {
        Ok(self.inner().reject_refused()?)
    }
}

impl Inner {
    fn reject_refused(self: &Rc<Self>) -> Result<u64> {
        let Some(reason) = self.database.meta(Meta::PushParked)? else { return Ok(0) };
        let (count, tables) = self.database.reject_pending(&reason)?;
        self.receipts.reject_all(&format!("the backend refused the event: {reason}"));
        self.tell(Process::pending_rejected);
        self.check_at_end(0);
        self.watchers.tell(Change { tables, origin: Origin::Reset });
        Ok(count)
    }
}

impl Database {
    /// Undoes all pending events and keeps them as rejected ones. Returns their number, and the tables that they had
    /// changed.
    pub(super) fn reject_pending(&self, reason: &str) -> Result<(u64, Vec<&'static str>)> {
        self.refuse_while_stopped()?;
        let why = format!("the backend refused it: {reason}");
        self.connection.transaction(|| {
            let Heads { head, last } = self.heads()?;
            let pending = self.events(head, i64::MAX)?;
            let from = head + 1;
            // From here on the undo triggers record nothing.
            self.connection.run(&self.layout.delete_events(), &[&from])?;
            let restored = self.restore(from)?;
            self.trim(last)?;
            for event in &pending {
                self.reject(event.seq.global, &event.content, &why)?;
            }
            self.delete_meta(Meta::PushParked)?;
            Ok((pending.len() as u64, restored))
        })
    }

    /// Brings the tables back to their rows before an event. Returns the tables that have changed.
    pub(super) fn restore(&self, from: i64) -> Result<Vec<&'static str>> {
        self.connection.run(BEFORE_RESTORE, &[])?;
        let mut restored = Vec::new();
        for table in &self.tables {
            if self.connection.value(table.undo.touched(), &[&from])? == Some(true) {
                restored.push(table.definition.name());
                for statement in table.undo.restore() {
                    self.connection.run(statement, &[&from])?;
                }
            }
        }
        Ok(restored)
    }
}
