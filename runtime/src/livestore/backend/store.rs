//! What a pull and a push do to a store's log, whatever they came over.

use std::cell::RefCell;
use std::rc::Rc;

use super::admission::{Pusher, Verdict, admit};
use super::hooks::{Hooks, IncomingPull, IncomingPush};
use super::log::EventLog;
use super::publication::Publication;
use crate::livestore::protocol::{Failure, PullRequest, PushRequest};
use crate::{Ctx, Date, Error, Result, Text, sys};

/// One store: its log, and the app's hooks.
pub(super) struct Store<H> {
    ctx: Ctx,
    hooks: H,
    // Empty until the first request says which store this is.
    log: RefCell<Option<Rc<EventLog>>>,
}

/// What became of a push.
pub(super) enum Pushed<'a> {
    /// There was nothing in it.
    Nothing,
    /// It is stored. Whoever listens has to hear of it before anything is awaited.
    Stored(Publication<'a>),
    /// It is not stored.
    Refused(Failure),
    /// The client has to start over, as [`Verdict::Reconnect`] says.
    Reconnect,
}

impl<H: Hooks> Store<H> {
    pub(super) fn new(ctx: Ctx, hooks: H) -> Result<Self> {
        let log = EventLog::reopen(&ctx)?.map(Rc::new);
        Ok(Self { ctx, hooks, log: RefCell::new(log) })
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Makes sure that this object is the store's; the inner error is for the client.
    pub(super) fn open(&self, store_id: &str) -> Result<Result<(), &'static str>> {
        if let Some(log) = &*self.log.borrow() {
            let same = log.store_id() == store_id;
            return Ok(same.then_some(()).ok_or("this object keeps another store"));
        }
        let log = EventLog::open(&self.ctx, store_id)?;
        self.log.replace(Some(Rc::new(log)));
        Ok(Ok(()))
    }

    pub(super) fn log(&self) -> Result<Rc<EventLog>> {
        let log = self.log.borrow().clone();
        log.ok_or_else(|| Error::new("a message came before any request named a store"))
    }

    /// Whether a pull may start, and after which event.
    pub(super) async fn admit_pull(&self, pull: &PullRequest<'_>) -> Result<Result<i64, Failure>> {
        let log = self.log()?;
        let cursor = pull.cursor.as_ref().map(|cursor| cursor.event_sequence_number);
        if let Some(failure) = other_store(&log, &pull.store_id) {
            return Ok(Err(failure));
        }
        let incoming = IncomingPull {
            store_id: log.store_id(),
            payload: pull.payload.map(|payload| payload.get()),
            live: pull.live,
            cursor,
        };
        if let Err(error) = self.hooks.on_pull(&incoming).await {
            return Ok(Err(unknown(error)));
        }
        let backend_id = log.head().backend_id;
        if let Some(cursor) = pull.cursor.as_ref().filter(|cursor| cursor.backend_id != backend_id) {
            let (expected, received) = (backend_id.to_owned(), cursor.backend_id.clone());
            return Ok(Err(Failure::BackendIdMismatch { expected, received }));
        }
        Ok(Ok(cursor.unwrap_or(i64::MIN)))
    }

    /// Whether a push may be looked at.
    pub(super) async fn admit_push(&self, push: &PushRequest<'_>) -> Result<Result<(), Failure>> {
        let log = self.log()?;
        if let Some(failure) = other_store(&log, &push.store_id) {
            return Ok(Err(failure));
        }
        if push.batch.is_empty() {
            return Ok(Ok(()));
        }
        let incoming = IncomingPush {
            store_id: log.store_id(),
            payload: push.payload.map(|payload| payload.get()),
            events: &push.batch,
        };
        Ok(self.hooks.on_push(&incoming).await.map_err(unknown))
    }

    /// Stores a push, or says why not. `frame` is the message it came in.
    pub(super) fn append<'a>(
        &self,
        push: &'a PushRequest<'a>,
        frame: &Text,
        pusher: Pusher,
    ) -> Result<Pushed<'a>> {
        let log = self.log()?;
        Ok(match admit(log.head(), push, pusher) {
            Verdict::Nothing => Pushed::Nothing,
            Verdict::Reconnect => Pushed::Reconnect,
            Verdict::Refuse(failure) => Pushed::Refused(failure),
            Verdict::Store { head } => {
                let created_at = Date::now().to_string();
                match log.append(frame, &push.batch, head, &created_at) {
                    Ok(()) => Pushed::Stored(Publication::new(log, &push.batch, created_at)),
                    Err(error) => {
                        sys::log_error(&format!("SyncBackend: a push could not be stored: {error}"));
                        Pushed::Refused(unknown(error))
                    }
                }
            }
        })
    }
}

fn other_store(log: &EventLog, store_id: &str) -> Option<Failure> {
    (store_id != log.store_id())
        .then(|| Failure::Die("the request names another store than its connection".to_owned()))
}

/// What a client is told about an error: not which statements we run.
fn unknown(error: Error) -> Failure {
    let name = error.name().to_owned();
    match error {
        Error::Sql { message, .. } | Error::Row { message, .. } => Failure::Unknown { name, message },
        other => Failure::Unknown { name, message: other.to_string() },
    }
}
