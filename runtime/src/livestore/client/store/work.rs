//! The work that the sync process asks for.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use super::apply::Fate;
use super::backend::{Backend, failure};
use super::handle::Inner;
use super::watch::{Change, Origin};
use crate::livestore::client::error::{Fault, Result, StoreError};
use crate::livestore::client::event::LogEvent;
use crate::livestore::client::layout::Meta;
use crate::livestore::client::process::{Action, Applied, Opened, Parked, Process};
use crate::livestore::client::rpc::answer::{Exit, Message};
use crate::livestore::client::rpc::request;
use crate::livestore::wire::{Caller, Cursor};
use crate::{Date, Error, sys};

impl Inner {
    /// Starts the sync with the backend of a store, unless it runs. A rebuild has to end before.
    pub(super) fn start(self: &Rc<Self>) -> Result<()> {
        let Some(store_id) = self.store_id.borrow().clone() else { return Ok(()) };
        if self.process.borrow().is_some() || self.database.rebuilt()?.is_some() {
            return Ok(());
        }
        let backend = Backend::new(&self.env, &self.options, &store_id, self.database.layout.mark())?;
        self.backend.replace(Some(backend));
        let heads = self.database.heads()?;
        let opened = Opened {
            head: heads.head,
            pending: heads.last - heads.head,
            backend_id: self.database.meta(Meta::BackendId)?,
            halted: self.database.halted()?,
            parked: self.parked()?,
            calls: self.calls.get(),
        };
        let (process, actions) = Process::open(self.options.config(), opened, sys::now_millis());
        self.process.replace(Some(process));
        self.perform(actions);
        // It does not know yet whether somebody watches.
        self.check_time();
        Ok(())
    }

    /// Ends the sync process. Answers to its calls may come still, and do not count.
    pub(super) fn stop(&self) {
        if let Some(process) = self.process.take() {
            self.calls.set(process.calls());
        }
    }

    /// Does what has waited long enough. A timer may be late, and a store that is no part has none.
    pub(super) fn check_time(self: &Rc<Self>) {
        self.tell(|_, _| Vec::new());
    }

    /// Notes a commit of this many events.
    pub(super) fn committed(self: &Rc<Self>, first: i64, count: usize) {
        let last = first + i64::try_from(count).unwrap_or_default() - 1;
        // A number that was used before was rolled back since.
        let is_again = self.used.get().is_some_and(|used| first <= used);
        self.check_at_end(if is_again { i64::MAX } else { last });
    }

    /// Tells the sync process at the end of this turn where the log ends. A transaction around a commit has ended then,
    /// and may have been rolled back. `used` is the last number that watchers have been told of.
    pub(super) fn check_at_end(self: &Rc<Self>, used: i64) {
        if self.used.replace(Some(used)).is_some() {
            return;
        }
        let inner = Rc::clone(self);
        self.spawn(async move {
            let used = inner.used.take();
            match inner.database.heads() {
                Ok(heads) => {
                    inner.receipts.end_at(heads.last);
                    inner.tell(|process, now| process.ends_at(heads.last, now));
                    if used.is_some_and(|used| heads.last < used) {
                        let tables = inner.database.names().collect();
                        inner.watchers.tell(Change { tables, origin: Origin::Reset });
                    }
                }
                Err(error) => inner.start_over(&error),
            }
        });
    }

    /// Forgets what is in memory, which may be ahead of the tables now. A timer begins with the tables again.
    fn start_over(&self, error: &Fault) {
        sys::log_error(&format!("the store cannot go on, and starts over: {error}"));
        self.stop();
        self.receipts.reject_all("the store started over");
        self.later(Duration::from_secs(1));
    }

    /// Tells the sync process something, and does the work that follows.
    pub(super) fn tell(self: &Rc<Self>, input: impl FnOnce(&mut Process, i64) -> Vec<Action>) {
        let mut actions = Vec::new();
        if let Some(process) = &mut *self.process.borrow_mut() {
            let now = sys::now_millis();
            self.catch_up(process, now, &mut actions);
            actions.extend(input(process, now));
        }
        self.perform(actions);
    }

    /// Tells the sync process of time and watchers. It is apart from [`tell`](Self::tell), of which each use is compiled.
    fn catch_up(&self, process: &mut Process, now: i64, actions: &mut Vec<Action>) {
        actions.extend(process.watch(!self.watchers.is_empty(), now));
        if process.is_due(now) {
            actions.extend(process.timer(now));
        }
    }

    fn perform(self: &Rc<Self>, actions: Vec<Action>) {
        let mut changes = Vec::new();
        let mut queue = VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            match self.act(action, &mut changes) {
                Ok(more) => queue.extend(more),
                Err(error) => {
                    self.start_over(&error);
                    break;
                }
            }
        }
        self.progressed();
        for change in changes {
            self.watchers.tell(change);
        }
    }

    fn act(self: &Rc<Self>, action: Action, changes: &mut Vec<Change>) -> Result<Vec<Action>> {
        match action {
            Action::Pull { number, after, is_live } => {
                let backend = self.connected()?;
                self.spawn(Rc::clone(self).pull(backend, number, after, is_live));
            }
            Action::Push { number, after, limit } => {
                let events = self.database.events(after, limit)?;
                let count = request::batch_length(&events);
                let through = events.get(count.wrapping_sub(1)).map_or(after, |event| event.seq.global);
                let (backend, backend_id) = (self.connected()?, self.database.meta(Meta::BackendId)?);
                let message = request::push(number, backend.store(), &events[..count], backend_id.as_deref());
                let message = message.map_err(|error| Error::Value(error.to_string()))?;
                self.spawn(Rc::clone(self).push(backend, number, through, message));
            }
            Action::Confirm { through } => {
                self.database.confirm(through)?;
                self.receipts.confirm(through);
            }
            Action::Apply { events } => return Ok(self.apply(events, changes)),
            Action::Learn { backend_id } => self.database.set_meta(Meta::BackendId, &backend_id)?,
            Action::Reset => {
                self.database.reset("the backend has lost the events before it, or was replaced")?;
                self.receipts.reject_all("the backend was replaced, and the store began anew");
                changes.push(Change { tables: self.database.names().collect(), origin: Origin::Reset });
            }
            Action::Halt(halt) => {
                self.database.set_meta(Meta::Halted, &halt.to_json())?;
                self.receipts
                    .reject_all("the store has halted; the event is kept, and pushed once it is resumed");
            }
            Action::Park(Parked { is_push, reason }) => {
                self.database.set_meta(if is_push { Meta::PushParked } else { Meta::PullParked }, &reason)?;
                self.receipts.reject_all(&format!(
                    "the backend refuses: {reason}; the event is kept, and pushed once the store is resumed"
                ));
            }
            Action::Resumed => {
                for key in [Meta::Halted, Meta::PushParked, Meta::PullParked] {
                    self.database.delete_meta(key)?;
                }
            }
            Action::Unsubscribe { pull } => {
                let backend = self.connected()?;
                let id = self.ctx.id();
                let message = request::unsubscribe(0, backend.store(), &id, pull);
                let message = message.map_err(|error| Error::Value(error.to_string()))?;
                // The backend forgets an object that cannot be called, so this call may fail.
                self.ctx.wait_until(async move { backend.call(message).await.map(drop) });
            }
            Action::Wake { at } => {
                if let Some(at) = at {
                    self.wake_at(at)?;
                }
            }
            Action::Notify => {}
        }
        Ok(Vec::new())
    }

    fn parked(&self) -> Result<Vec<Parked>> {
        let mut parked = Vec::new();
        for (is_push, key) in [(true, Meta::PushParked), (false, Meta::PullParked)] {
            parked.extend(self.database.meta(key)?.map(|reason| Parked { is_push, reason }));
        }
        Ok(parked)
    }

    pub(super) fn connected(&self) -> Result<Backend> {
        self.backend.borrow().clone().ok_or_else(|| StoreError::NotConnected.into())
    }

    fn apply(&self, events: Vec<LogEvent>, changes: &mut Vec<Change>) -> Vec<Action> {
        let now = sys::now_millis();
        let outcome = self.database.apply(events, &|name| self.skips(name)).and_then(|applied| {
            let heads = self.database.heads()?;
            Ok((applied, heads))
        });
        let mut process = self.process.borrow_mut();
        let Some(process) = process.as_mut() else { return Vec::new() };
        let (applied, heads) = match outcome {
            Ok(outcome) => outcome,
            Err(error) => return process.not_applied(error.to_string(), now),
        };
        let moved = applied.fates.iter().filter(|(_, fate)| *fate != Fate::Confirmed);
        let rolled_back_from = moved.map(|(number, _)| *number).min();
        let log = Applied { head: heads.head, pending: heads.last - heads.head, rolled_back_from };
        if !self.watchers.is_empty() {
            let mut tables = self.database.written(&applied.statements);
            for table in applied.restored {
                if !tables.contains(&table) {
                    tables.push(table);
                }
            }
            changes.push(Change { tables, origin: Origin::Remote });
        }
        self.receipts.settle(applied.fates);
        match applied.halted {
            None => process.applied(log, now),
            Some(halt) => {
                self.receipts
                    .reject_all("the store has halted; the event is kept, and pushed once it is resumed");
                process.poisoned(log, halt, now)
            }
        }
    }

    async fn pull(
        self: Rc<Self>,
        backend: Backend,
        number: u32,
        after: Option<(String, i64)>,
        is_live: bool,
    ) {
        match self.pages(&backend, number, after, is_live).await {
            Ok(exit) => self.tell(|process, now| process.pull_ended(number, exit, now)),
            Err(error) => self.tell(|process, now| process.pull_failed(number, failure(&error), now)),
        }
    }

    /// Pulls, and hands on each page as it comes.
    async fn pages(
        self: &Rc<Self>,
        backend: &Backend,
        number: u32,
        after: Option<(String, i64)>,
        is_live: bool,
    ) -> crate::Result<Exit> {
        let cursor =
            after.map(|(backend_id, event_sequence_number)| Cursor { backend_id, event_sequence_number });
        let caller = self.options.live.as_ref().filter(|_| is_live).map(|binding_name| Caller {
            binding_name: binding_name.as_str().into(),
            durable_object_id: self.ctx.id(),
        });
        let message = request::pull(number, backend.store(), cursor.as_ref(), caller.as_ref());
        let message = message.map_err(|error| Error::Value(error.to_string()))?;
        let mut messages = backend.call(message).await?;
        while let Some(message) = messages.next().await? {
            match message {
                Message::Page(page) => self.tell(|process, now| process.page(number, page, now)),
                Message::Exit(exit) => return Ok(exit),
            }
        }
        Err(Error::passing("the backend's answer has no end"))
    }

    async fn push(self: Rc<Self>, backend: Backend, number: u32, through: i64, message: Vec<u8>) {
        match exit(&backend, message).await {
            Ok(exit) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "any number will do"
                )]
                let random = (sys::random() * f64::from(u32::MAX)) as u32;
                self.tell(|process, now| process.push_answered(number, through, exit, now, random));
            }
            Err(error) => self.tell(|process, now| process.push_failed(number, failure(&error), now)),
        }
    }

    pub(super) fn push_message(&self, events: &[LogEvent], backend_id: &str) -> Result<Vec<u8>> {
        let message = request::push(0, self.connected()?.store(), events, Some(backend_id));
        Ok(message.map_err(|error| Error::Value(error.to_string()))?)
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.ctx.state().wait_until(task);
    }

    /// Wakes the object at a time. A timer that goes off earlier stays: each change of it would cost two rows.
    fn wake_at(&self, at: i64) -> Result<()> {
        let Some(place) = self.place.get() else { return Ok(()) };
        if self.timer.get().is_some_and(|known| known <= at) {
            return Ok(());
        }
        // A time that no date can express never comes.
        let Some(date) = Date::from_millis(at) else { return Ok(()) };
        (self.remind)(place, date)?;
        self.timer.set(Some(at));
        Ok(())
    }

    /// Wakes the object after a time, whatever has failed.
    pub(super) fn later(&self, wait: Duration) {
        let at = sys::now_millis() + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        if let Err(error) = self.wake_at(at) {
            sys::log_error(&format!("a timer of the store cannot be set: {error}"));
        }
    }
}

/// Calls the backend, and returns the end of its answer.
pub(super) async fn exit(backend: &Backend, message: Vec<u8>) -> crate::Result<Exit> {
    let mut messages = backend.call(message).await?;
    while let Some(message) = messages.next().await? {
        if let Message::Exit(exit) = message {
            return Ok(exit);
        }
    }
    Err(Error::passing("the backend's answer has no end"))
}
