//! One store: its log, the app's hooks, and its counts for them. It does not know the listeners.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::boxed::Boxed;
use super::headers::ForwardedHeaders;
use super::hooks::{Hooks, IncomingPush, Items, OutgoingPage};
use super::log::{Batch, Contents, EventLog, Gap, Keeper, Page, Recovered, Turn};
use super::metrics::{Activity, Metrics};
use super::payload::Payload;
use super::publication::Publication;
use crate::livestore::wire::{Failure, PageInfo, PushRequest};
use crate::{Ctx, Env, Error, Result};

/// One store: its log, and the app's hooks.
pub(super) struct Store<H> {
    ctx: Ctx,
    hooks: H,
    // Empty until the first request names the store.
    log: RefCell<Option<Rc<EventLog>>>,
    importing: Cell<bool>,
    metrics: Metrics,
    keeper: Keeper<H>,
}

/// A guard that keeps others from importing at the same time.
pub(super) struct ImportTurn<'a>(&'a Cell<bool>);

impl Drop for ImportTurn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<H: Hooks> Store<H> {
    pub(super) fn new(ctx: Ctx, env: &Env, hooks: H) -> Result<Self> {
        let metrics = Metrics::default();
        let sql = if H::METRICS { metrics.sql(&ctx) } else { ctx.sql() };
        let keeper = Keeper::new(&ctx, env, sql)?;
        let log = RefCell::new(keeper.open_known()?.map(Rc::new));
        Ok(Self { ctx, hooks, log, importing: Cell::new(false), metrics, keeper })
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub(super) fn hooks(&self) -> &H {
        &self.hooks
    }

    /// Reports an operation to the app, if it wants to know.
    pub(super) fn report(&self, activity: Activity) {
        if H::METRICS
            && let Some(log) = &*self.log.borrow()
        {
            self.hooks.on_metric(&self.metrics.next(log.store_id(), activity));
        }
    }

    /// Returns the store that this object has kept before, if there is exactly one.
    pub(super) fn known(&self) -> Result<Option<String>> {
        self.keeper.known()
    }

    /// Opens the log, in place of the one that was open. Also returns which listeners lack events. The caller
    /// must hold the turn.
    pub(super) async fn reopen(&self, store_id: &str) -> Result<(Rc<EventLog>, Gap)> {
        let (log, gap) = self.keeper.open(store_id).await?;
        let log = Rc::new(log);
        self.log.replace(Some(Rc::clone(&log)));
        Ok((log, gap))
    }

    /// Opens the log of a store, unless one is open, if that needs no wait.
    pub(super) fn open_at_once(&self, store_id: Option<&str>) -> Result<()> {
        if let Some(store_id) = store_id.filter(|_| !self.is_open()) {
            self.log.replace(Some(Rc::new(self.keeper.open_at_once(store_id)?)));
        }
        Ok(())
    }

    /// Waits until no other task writes.
    pub(super) fn turn(&self) -> Boxed<'_, Turn<'_>> {
        self.keeper.turn()
    }

    /// Returns the operators' view of a log.
    pub(super) fn contents(&self, log: &EventLog) -> Box<dyn Contents> {
        self.keeper.contents(log)
    }

    /// Reads the end of the log, if a push continues events that this object does not know of.
    pub(super) fn catch_up<'a>(&'a self, log: &'a EventLog, push: &'a PushRequest<'a>) -> Boxed<'a, Gap> {
        Box::pin(async {
            let gap = log.catch_up(&push.batch).await;
            self.forget_closed(log);
            gap
        })
    }

    /// Finds out whether a batch is stored after its append has failed. If it is, the log ends with `head`.
    pub(super) fn recover<'a>(
        &'a self,
        log: &'a EventLog,
        batch: &'a Batch<'a>,
        head: i64,
    ) -> Boxed<'a, Recovered> {
        Box::pin(async move {
            let recovered = log.recover(batch, head).await;
            self.forget_closed(log);
            recovered
        })
    }

    /// Lets the next request open the log anew.
    fn forget_closed(&self, log: &EventLog) {
        if log.is_closed() {
            self.log.replace(None);
        }
    }

    /// Returns whether the log is open.
    pub(super) fn is_open(&self) -> bool {
        self.log.borrow().is_some()
    }

    pub(super) fn log(&self) -> Result<Rc<EventLog>> {
        let log = self.log.borrow().clone();
        log.ok_or_else(|| Error::new("a message came before any request named a store"))
    }

    /// Returns the log for a pull that began in the log of `backend_id`, or the failure for its client:
    /// another log may have replaced it.
    pub(super) fn log_of(&self, backend_id: &str) -> Result<Result<Rc<EventLog>, Failure>> {
        let log = self.log()?;
        let expected = log.head().backend_id;
        if expected == backend_id {
            return Ok(Ok(log));
        }
        let (expected, received) = (expected.to_owned(), backend_id.to_owned());
        Ok(Err(Failure::BackendIdMismatch { expected, received }))
    }

    /// Returns the right to import, or `None` while another import runs.
    pub(super) fn begin_import(&self) -> Option<ImportTurn<'_>> {
        (!self.importing.replace(true)).then(|| ImportTurn(&self.importing))
    }

    /// Asks the hooks whether the backend may examine a push.
    pub(super) async fn may_push(
        &self,
        log: &EventLog,
        push: &PushRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<()> {
        self.hooks.on_push(&incoming(log, push, headers)).await
    }

    /// Tells the hooks that a push was stored and sent to the listeners, if there are any.
    pub(super) async fn pushed(
        &self,
        push: &PushRequest<'_>,
        headers: &ForwardedHeaders,
        publication: &Publication<'_>,
        heard: bool,
    ) -> Result<()> {
        let log = self.log()?;
        self.hooks.on_push_res(&incoming(&log, push, headers)).await;
        for part in publication.batch.parts().iter().filter(|_| heard) {
            let page =
                OutgoingPage { store_id: log.store_id(), remaining: 0, items: Items::Stored(&part.items) };
            self.hooks.on_pull_res(&page).await;
        }
        Ok(())
    }

    /// Tells the hooks of a page that was sent.
    pub(super) async fn sent(&self, log: &EventLog, page: &Page) {
        let remaining = match page.info {
            PageInfo::NoMore => 0,
            PageInfo::MoreKnown(remaining) => remaining,
        };
        if H::METRICS {
            self.report(Activity::Page { size: page.items.len(), remaining });
        }
        if page.last.is_none() {
            return;
        }
        let page = OutgoingPage { store_id: log.store_id(), remaining, items: Items::Read(&page.items) };
        self.hooks.on_pull_res(&page).await;
    }
}

fn incoming<'a>(
    log: &'a EventLog,
    push: &'a PushRequest<'a>,
    headers: &'a ForwardedHeaders,
) -> IncomingPush<'a> {
    IncomingPush {
        store_id: log.store_id(),
        payload: Payload::new(push.payload),
        headers,
        events: &push.batch,
        backend_id: push.backend_id.as_deref(),
    }
}
