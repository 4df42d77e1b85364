//! One store: its log, the app's hooks, and what it counts for them. It does not know who listens.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::headers::ForwardedHeaders;
use super::hooks::{Hooks, IncomingPush, Items, OutgoingPage, Storage};
use super::log::{EventLog, Gap, Page, Recovered, d1, only_store, sqlite};
use super::metrics::{Activity, Metrics};
use super::payload::Payload;
use super::publication::Publication;
use super::remote::{self, Remote};
use crate::livestore::wire::{Failure, PageInfo, PushRequest};
use crate::{Ctx, Env, Error, Result, Sql};

/// One store: its log, and the app's hooks.
pub(super) struct Store<H> {
    ctx: Ctx,
    hooks: H,
    // Empty until the first request says which store this is.
    log: RefCell<Option<Rc<EventLog>>>,
    importing: Cell<bool>,
    metrics: Metrics,
    remote: Option<Remote>,
}

/// Nobody else imports meanwhile.
pub(super) struct ImportTurn<'a>(&'a Cell<bool>);

impl Drop for ImportTurn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<H: Hooks> Store<H> {
    pub(super) fn new(ctx: Ctx, env: &Env, hooks: H) -> Result<Self> {
        let remote = match H::STORAGE {
            Storage::Sqlite => None,
            Storage::D1 { binding } => Some(Remote::bind(env, binding)?),
        };
        let metrics = Metrics::default();
        let log = match only_store(&ctx)? {
            Some(store_id) if remote.is_none() => {
                Some(Rc::new(sqlite::open(&sql::<H>(&ctx, &metrics), &store_id)?))
            }
            // To be opened when it is needed.
            _ => None,
        };
        let (log, importing) = (RefCell::new(log), Cell::new(false));
        Ok(Self { ctx, hooks, log, importing, metrics, remote })
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub(super) fn hooks(&self) -> &H {
        &self.hooks
    }

    /// Tells the app of something that was done, if it wants to know.
    pub(super) fn report(&self, activity: Activity) {
        if H::METRICS
            && let Some(log) = &*self.log.borrow()
        {
            self.hooks.on_metric(&self.metrics.next(log.store_id(), activity));
        }
    }

    /// Where the events are, if that is elsewhere. What only then happens is not in the code of other workers.
    pub(super) fn remote(&self) -> Option<&Remote> {
        match H::STORAGE {
            Storage::Sqlite => None,
            Storage::D1 { .. } => self.remote.as_ref(),
        }
    }

    /// The store that this object has kept before, if it is exactly one.
    pub(super) fn known(&self) -> Result<Option<String>> {
        only_store(&self.ctx)
    }

    /// Opens the log, whatever was open before; also who lacks events that it has. For those whose turn it is.
    pub(super) async fn reopen(&self, store_id: &str) -> Result<(Rc<EventLog>, Gap)> {
        let (log, gap) = match self.remote() {
            Some(remote) => d1::open(&self.ctx, remote.database(), store_id).await?,
            None => (sqlite::open(&sql::<H>(&self.ctx, &self.metrics), store_id)?, Gap::None),
        };
        let log = Rc::new(log);
        self.log.replace(Some(Rc::clone(&log)));
        Ok((log, gap))
    }

    /// Nothing is pushed meanwhile; where nothing is waited for, nothing is anyway.
    pub(super) async fn turn(&self) -> Option<impl Drop> {
        match self.remote() {
            Some(remote) => Some(remote.turn().await),
            None => None,
        }
    }

    /// Moves the head to the log's end if a push comes after events that this object does not know of.
    pub(super) async fn catch_up(&self, log: &EventLog, push: &PushRequest<'_>) -> Result<Gap> {
        remote::catch_up(self, log, push).await
    }

    /// Finds out what became of a batch that may not be stored, after which the head would be `head`.
    pub(super) async fn recover(
        &self,
        log: &EventLog,
        push: &PushRequest<'_>,
        head: i64,
    ) -> Result<Recovered> {
        remote::recover(self, log, push, head).await
    }

    pub(super) fn log(&self) -> Result<Rc<EventLog>> {
        let log = self.log.borrow().clone();
        log.ok_or_else(|| Error::new("a message came before any request named a store"))
    }

    /// The log for a pull that began in the one of `backend_id`, or what to tell its client: another log may have
    /// taken its place.
    pub(super) fn log_of(&self, backend_id: &str) -> Result<Result<Rc<EventLog>, Failure>> {
        let log = self.log()?;
        let expected = log.head().backend_id;
        if expected == backend_id {
            return Ok(Ok(log));
        }
        let (expected, received) = (expected.to_owned(), backend_id.to_owned());
        Ok(Err(Failure::BackendIdMismatch { expected, received }))
    }

    pub(super) fn forget_log(&self) {
        self.log.replace(None);
    }

    /// The right to import; `None` while somebody else has it.
    pub(super) fn begin_import(&self) -> Option<ImportTurn<'_>> {
        (!self.importing.replace(true)).then(|| ImportTurn(&self.importing))
    }

    /// Asks the hooks whether a push may be looked at.
    pub(super) async fn may_push(
        &self,
        log: &EventLog,
        push: &PushRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<()> {
        self.hooks.on_push(&incoming(log, push, headers)).await
    }

    /// Tells the hooks that a push was stored and sent to those who listen, if anybody does.
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

/// The object's database; its rows are counted if the app wants to know of them.
fn sql<H: Hooks>(ctx: &Ctx, metrics: &Metrics) -> Sql {
    if H::METRICS { metrics.sql(ctx) } else { ctx.sql() }
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
