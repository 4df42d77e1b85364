//! What a pull and a push do to a store's log, whatever they came over.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::admission::{Verdict, admit, fits};
use super::headers::ForwardedHeaders;
use super::hooks::{Hooks, IncomingPull, IncomingPush, Items, OutgoingPage, Storage};
use super::listeners::Listeners;
use super::log::{Batch, EventLog, Page, Pending, only_store, sqlite};
use super::metrics::{Activity, Metrics, Stopwatch};
use super::payload::Payload;
use super::publication::Publication;
use super::recovery::{self, Remedy};
use super::remote::{self, Remote};
use crate::livestore::wire::{Failure, PageInfo, PullRequest, PushRequest};
use crate::{Ctx, Date, Env, Error, Result, Sql, Text};

/// One store: its log, and the app's hooks.
pub(super) struct Store<H> {
    ctx: Ctx,
    hooks: H,
    // Empty until the first request says which store this is.
    log: RefCell<Option<Rc<EventLog>>>,
    importing: Cell<bool>,
    listeners: Listeners<H>,
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

/// What became of a push.
pub(super) enum Pushed<'a> {
    /// There was nothing in it.
    Nothing,
    /// It is stored. Whoever listens has to hear of it before anything is awaited.
    Stored(Publication<'a>),
    /// It was stored before: its client has not heard the answer.
    Again,
    /// It is not stored.
    Refused(Failure),
    /// It is not stored, because of trouble.
    Failed(Error),
}

/// What became of one attempt to store a push.
pub(super) enum Attempt<'a> {
    /// It is decided.
    Done(Pushed<'a>),
    /// The batch would have moved the head to `head`, and was refused by the database.
    Failed { batch: Batch<'a>, head: i64, error: Error },
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
        let listeners = Listeners::new(&ctx, env);
        if let Some(log) = &log {
            listeners.restore(log)?;
        }
        let (log, importing) = (RefCell::new(log), Cell::new(false));
        Ok(Self { ctx, hooks, log, importing, listeners, metrics, remote })
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub(super) fn hooks(&self) -> &H {
        &self.hooks
    }

    /// The object's database.
    pub(super) fn sql(&self) -> Sql {
        sql::<H>(&self.ctx, &self.metrics)
    }

    /// Tells the app of something that was done, if it wants to know.
    pub(super) fn report(&self, activity: Activity) {
        if H::METRICS
            && let Some(log) = &*self.log.borrow()
        {
            self.hooks.on_metric(&self.metrics.next(log.store_id(), activity));
        }
    }

    /// Who hears of what is stored.
    pub(super) fn listeners(&self) -> &Listeners<H> {
        &self.listeners
    }

    /// Where the events are, if that is elsewhere. What only then happens is not in the code of other workers.
    pub(super) fn remote(&self) -> Option<&Remote> {
        match H::STORAGE {
            Storage::Sqlite => None,
            Storage::D1 { .. } => self.remote.as_ref(),
        }
    }

    /// Makes sure that this object is the store's; the inner error is for the client.
    pub(super) async fn open(&self, store_id: &str) -> Result<Result<(), &'static str>> {
        if let Some(remote) = self.remote() {
            remote::open(self, remote, Some(store_id)).await?;
        } else if self.log.borrow().is_none() {
            self.set_log(Rc::new(sqlite::open(&self.sql(), store_id)?));
        }
        let same = self.log()?.store_id() == store_id;
        Ok(same.then_some(()).ok_or("this object keeps another store"))
    }

    /// Makes sure that the log is open, if this object has one.
    pub(super) async fn wake(&self) -> Result<()> {
        match self.remote() {
            Some(remote) => remote::open(self, remote, None).await,
            None => Ok(()),
        }
    }

    /// Whether trouble passes. Whatever a database elsewhere has may; the object's own fails again.
    pub(super) fn is_passing(&self, error: &Error) -> bool {
        self.remote().is_some() || recovery::is_passing(error)
    }

    /// Makes attempts as long as they fail with trouble that passes and the client `waits`.
    pub(super) async fn persist<'a, T>(
        &self,
        remedy: Remedy,
        waits: &dyn Fn() -> bool,
        attempt: &dyn Fn() -> Pending<'a, T>,
    ) -> Result<T> {
        let mut attempts = 1;
        loop {
            let outcome = attempt().await;
            match &outcome {
                Err(error)
                    if self.is_passing(error) && recovery::wait(remedy, attempts, error, waits).await =>
                {
                    attempts += 1;
                }
                _ => return outcome,
            }
        }
    }

    /// The same for what asks the log alone: that of the object itself has no trouble that passes.
    pub(super) async fn persist_reading<'a, T>(
        &self,
        remedy: Remedy,
        waits: &dyn Fn() -> bool,
        attempt: &dyn Fn() -> Pending<'a, T>,
    ) -> Result<T> {
        match self.remote() {
            Some(_) => self.persist(remedy, waits, attempt).await,
            None => attempt().await,
        }
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

    /// The events after a number, for a pull that began in the log of `backend_id`.
    pub(super) async fn page(
        &self,
        backend_id: &str,
        after: i64,
    ) -> Result<Result<(Rc<EventLog>, Page), Failure>> {
        loop {
            self.wake().await?;
            let log = match self.log_of(backend_id)? {
                Ok(log) => log,
                Err(failure) => return Ok(Err(failure)),
            };
            match log.page(after).await {
                Err(_) if log.is_closed() => {}
                page => return page.map(|page| Ok((log, page))),
            }
        }
    }

    pub(super) fn set_log(&self, log: Rc<EventLog>) {
        self.log.replace(Some(log));
    }

    pub(super) fn forget_log(&self) {
        self.log.replace(None);
    }

    /// The right to import; `None` while somebody else has it.
    pub(super) fn begin_import(&self) -> Option<ImportTurn<'_>> {
        (!self.importing.replace(true)).then(|| ImportTurn(&self.importing))
    }

    /// Whether a pull may start, and after which event.
    pub(super) async fn admit_pull(
        &self,
        pull: &PullRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<Result<i64, Failure>> {
        let stopwatch = H::METRICS.then(Stopwatch::start);
        let admitted = self.check_pull(pull, headers).await?;
        if let Some(stopwatch) = stopwatch {
            let (live, admitted) = (pull.live == Some(true), admitted.is_ok());
            self.report(Activity::Pull { live, admitted, waited: stopwatch.elapsed() });
        }
        Ok(admitted)
    }

    async fn check_pull(
        &self,
        pull: &PullRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<Result<i64, Failure>> {
        self.wake().await?;
        let log = self.log()?;
        let cursor = pull.cursor.as_ref().map(|cursor| cursor.event_sequence_number);
        if let Some(failure) = other_store(&log, &pull.store_id) {
            return Ok(Err(failure));
        }
        let incoming = IncomingPull {
            store_id: log.store_id(),
            payload: Payload::new(pull.payload),
            headers,
            live: pull.live == Some(true),
            cursor,
        };
        if let Err(error) = self.hooks.on_pull(&incoming).await {
            // A client that is told never pulls again.
            return if recovery::is_passing(&error) { Err(error) } else { Ok(Err(unknown(error))) };
        }
        // The store may have been replaced meanwhile.
        if let Some(cursor) = &pull.cursor
            && let Err(failure) = self.log_of(&cursor.backend_id)?
        {
            return Ok(Err(failure));
        }
        Ok(Ok(cursor.unwrap_or(i64::MIN)))
    }

    /// What becomes of a push that may not be looked at; nothing if it may.
    pub(super) async fn deny_push(
        &self,
        push: &PushRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<Option<Pushed<'static>>> {
        let log = self.log()?;
        if let Some(failure) = other_store(&log, &push.store_id) {
            return Ok(Some(Pushed::Refused(failure)));
        }
        if push.batch.is_empty() {
            return Ok(None);
        }
        Ok(match self.hooks.on_push(&incoming(&log, push, headers)).await {
            Ok(()) => None,
            Err(error) if recovery::is_passing(&error) => Some(Pushed::Failed(error)),
            Err(error) => Some(Pushed::Refused(unknown(error))),
        })
    }

    /// Stores a push, or says why not. `frame` is the message it came in.
    ///
    /// What is stored has to be published before anything else is awaited.
    pub(super) fn append<'a>(
        &'a self,
        push: &'a PushRequest<'a>,
        frame: &'a Text,
    ) -> Pending<'a, Pushed<'a>> {
        match self.remote() {
            Some(remote) => Box::pin(remote::append(self, remote, push, frame)),
            None => Box::pin(async move {
                Ok(match self.attempt(push, frame).await? {
                    Attempt::Done(pushed) => pushed,
                    Attempt::Failed { error, .. } => Pushed::Failed(error),
                })
            }),
        }
    }

    /// Stores a push if it may be stored.
    pub(super) async fn attempt<'a>(&self, push: &'a PushRequest<'a>, frame: &Text) -> Result<Attempt<'a>> {
        let log = self.log()?;
        Ok(Attempt::Done(match admit(log.head(), push) {
            Verdict::Nothing => Pushed::Nothing,
            Verdict::Refuse(Failure::ServerAhead { .. })
                if push.batch.iter().all(fits) && log.holds(&push.batch).await? =>
            {
                Pushed::Again
            }
            Verdict::Refuse(failure) => Pushed::Refused(failure),
            Verdict::Store { head } => {
                let batch = Batch::new(&push.batch, Date::now().to_string());
                match log.append(&batch, frame, head).await {
                    Ok(()) => Pushed::Stored(Publication { log: Rc::clone(&log), batch }),
                    Err(error) => return Ok(Attempt::Failed { batch, head, error }),
                }
            }
        }))
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

fn other_store(log: &EventLog, store_id: &str) -> Option<Failure> {
    (store_id != log.store_id())
        .then(|| Failure::Die("the request names another store than its connection".to_owned()))
}

/// What a client is told about an error: not which statements we run.
pub(super) fn unknown(error: Error) -> Failure {
    let name = error.name().to_owned();
    match error {
        Error::Sql { message, .. } | Error::Row { message, .. } => Failure::Unknown { name, message },
        other => Failure::Unknown { name, message: other.to_string() },
    }
}
