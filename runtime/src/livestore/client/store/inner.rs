//! The store without its schema.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

use super::backend::Backend;
use super::database::{Database, Identity};
use super::definition::{Committed, Definition};
use super::options::StoreOptions;
use super::rebuild::Progress;
use super::receipt::{Receipt, Receipts};
use super::status::Status;
use super::watch::{Change, Origin, Watchers};
use crate::livestore::client::error::{Result, StoreError};
use crate::livestore::client::layout::{Layout, Meta};
use crate::livestore::client::process::Process;
use crate::object::PartContext;
use crate::{Ctx, Date, Env, sys};

/// The longest wait in one piece: a timer of JavaScript takes milliseconds of 31 bits, and a longer one is over
/// at once.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// A store without its schema: this code is the same for all stores.
pub(super) struct Inner {
    pub(super) ctx: Ctx,
    pub(super) env: Env,
    pub(super) options: StoreOptions,
    pub(super) database: Database,
    pub(super) place: OnceCell<PartContext>,
    /// Sets the timer of the part.
    pub(super) remind: fn(&PartContext, Date) -> crate::Result<()>,
    pub(super) process: RefCell<Option<Process>>,
    pub(super) backend: RefCell<Option<Backend>>,
    pub(super) store_id: RefCell<Option<String>>,
    /// The time for which a timer is set, as far as this life of the object knows.
    pub(super) timer: Cell<Option<i64>>,
    /// The number of the last call of the earlier processes.
    pub(super) calls: Cell<u32>,
    /// The last number that the commits of this turn have used. The process is told of them at its end.
    pub(super) used: Cell<Option<i64>>,
    pub(super) receipts: Receipts,
    pub(super) watchers: Rc<Watchers>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Inner {
    pub(super) fn open(
        ctx: &Ctx,
        env: &Env,
        options: StoreOptions,
        schema: &'static Definition,
        remind: fn(&PartContext, Date) -> crate::Result<()>,
    ) -> Result<Rc<Self>> {
        let layout = match &options.name {
            None => Layout::single(),
            Some(name) => Layout::named(name).map_err(|error| StoreError::Schema(error.to_string()))?,
        };
        let identity = || Identity {
            client_id: options.client_id.clone().unwrap_or_else(|| ctx.id()),
            session_id: sys::random_uuid(),
        };
        let sql = options.meter.as_ref().map_or_else(|| ctx.sql(), |meter| ctx.sql().metered(meter));
        let database = Database::open(sql, layout, schema, identity)?;
        let is_connected = database.meta(Meta::Disconnected)?.is_none();
        let store_id = database.meta(Meta::StoreId)?.filter(|_| is_connected);
        let inner = Self {
            ctx: ctx.clone(),
            env: env.clone(),
            options,
            database,
            place: OnceCell::new(),
            remind,
            process: RefCell::default(),
            backend: RefCell::default(),
            store_id: RefCell::new(store_id),
            timer: Cell::default(),
            calls: Cell::default(),
            used: Cell::default(),
            receipts: Receipts::default(),
            watchers: Rc::default(),
            waiting: RefCell::default(),
        };
        inner.database.rebuild_slice(&|name| inner.skips(name))?;
        Ok(Rc::new(inner))
    }

    pub(super) async fn connect(self: &Rc<Self>, store_id: &str) -> Result<()> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if store_id.is_empty() || !store_id.bytes().all(allowed) {
            return Err(StoreError::StoreId(store_id.to_owned()).into());
        }
        let is_connected = self.store_id.borrow().as_deref() == Some(store_id);
        if !is_connected {
            let kept = self.database.meta(Meta::StoreId)?.filter(|kept| kept != store_id);
            if let Some(kept) = kept
                && !self.database.is_empty()?
            {
                return Err(StoreError::OtherStore { kept, given: store_id.to_owned() }.into());
            }
            self.stop();
            self.database.set_meta(Meta::StoreId, store_id)?;
            self.database.delete_meta(Meta::Disconnected)?;
            self.store_id.replace(Some(store_id.to_owned()));
        }
        if self.place.get().is_none() {
            // A store that is no part has no timer for the slices of a rebuild.
            self.rebuild(usize::MAX)?;
        }
        self.start()?;
        self.check_time();
        self.wait_for(self.options.initial_sync, &|status| {
            let has_pulled = self.process.borrow().as_ref().is_some_and(|process| !process.is_behind());
            has_pulled || status.pull_parked.is_some() || status.halted.is_some()
        })
        .await;
        Ok(())
    }

    pub(super) fn commit(self: &Rc<Self>, events: &[&dyn Committed]) -> Result<Receipt> {
        let (first, statements) = self.database.commit_all(events)?;
        let receipt = self.receipts.give(first, events.len());
        self.committed(first, events.len());
        if !self.watchers.is_empty() {
            let tables = self.database.written(&statements);
            self.watchers.tell(Change { tables, origin: Origin::Local });
        }
        Ok(receipt)
    }

    pub(super) fn status(&self) -> Result<Status> {
        let heads = self.database.heads()?;
        let mut status = Status {
            store_id: self.store_id.borrow().clone(),
            head: heads.head,
            backend_head: None,
            backend_pending_count: heads.last - heads.head,
            is_backend_synced: false,
            push_parked: None,
            pull_parked: None,
            halted: self.database.halted()?,
            rebuilt: self.database.rebuilt()?,
            rejected: self.database.rejected_count()?,
        };
        if let Some(process) = &*self.process.borrow() {
            status.sync(process.status());
        }
        Ok(status)
    }

    pub(super) async fn wait_synced(self: &Rc<Self>, limit: Duration) -> Result<()> {
        self.start()?;
        self.check_time();
        if self.process.borrow().is_none() {
            self.database.refuse_while_rebuilding()?;
            return Err(StoreError::NotConnected.into());
        }
        let ended = |status: &Status| {
            status.is_backend_synced
                || status.halted.is_some()
                || status.push_parked.is_some()
                || status.pull_parked.is_some()
        };
        self.wait_for(limit, &ended).await;
        let status = self.status()?;
        if let Some(halt) = status.halted {
            return Err(StoreError::Halted(halt).into());
        }
        let reason = match status.push_parked.or(status.pull_parked) {
            Some(reason) => format!("the backend refuses: {reason}"),
            None if status.is_backend_synced => return Ok(()),
            None => format!("not all was synced within {limit:?}"),
        };
        Err(StoreError::Unconfirmed(reason).into())
    }

    pub(super) fn resume(self: &Rc<Self>) -> Result<()> {
        for key in [Meta::Halted, Meta::PushParked, Meta::PullParked] {
            self.database.delete_meta(key)?;
        }
        self.start()?;
        self.tell(|process, now| process.resume(now));
        if self.database.rebuilt()?.is_some() {
            self.later(Duration::ZERO);
        }
        Ok(())
    }

    pub(super) fn reset(self: &Rc<Self>) -> Result<()> {
        self.tell(|process, now| process.set_live(false, now));
        if let Err(error) = self.database.reset("the store was reset") {
            self.tell(|process, now| process.set_live(self.options.live.is_some(), now));
            return Err(error);
        }
        self.stop();
        self.receipts.reject_all("the store was reset");
        self.start()?;
        self.check_at_end(0);
        self.watchers.tell(Change { tables: self.database.names().collect(), origin: Origin::Reset });
        Ok(())
    }

    pub(super) fn disconnect(self: &Rc<Self>) -> Result<()> {
        self.tell(|process, now| process.set_live(false, now));
        self.stop();
        self.store_id.replace(None);
        self.database.set_meta(Meta::Disconnected, "")
    }

    async fn wait_for(&self, limit: Duration, done: &dyn Fn(&Status) -> bool) {
        let mut timer = pin!(sys::sleep(limit.min(LONGEST)));
        loop {
            if self.status().is_ok_and(|status| done(&status)) {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            let mut progress = pin!(receiver);
            let is_over = poll_fn(|cx| {
                if progress.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(false);
                }
                timer.as_mut().poll(cx).map(|()| true)
            });
            if is_over.await {
                return;
            }
        }
    }

    pub(super) fn skips(&self, name: &str) -> bool {
        self.options.skipped.iter().any(|skipped| skipped == name)
    }

    /// Goes on with a rebuild, if there is one.
    pub(super) fn rebuild(&self, slices: usize) -> Result<()> {
        if self.database.rebuilt()?.is_none() {
            return Ok(());
        }
        for _ in 0..slices {
            if self.database.rebuild_slice(&|name| self.skips(name))? == Progress::Done {
                break;
            }
        }
        if self.database.rebuilt()?.is_none() {
            self.progressed();
            self.watchers.tell(Change { tables: self.database.names().collect(), origin: Origin::Reset });
        }
        Ok(())
    }

    /// Wakes everybody who waits for progress.
    pub(super) fn progressed(&self) {
        for waiting in self.waiting.take() {
            let _ = waiting.send(());
        }
        self.watchers.progressed();
    }
}
