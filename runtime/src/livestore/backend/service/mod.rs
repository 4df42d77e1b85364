//! The use cases of a store, for all transports.
//!
//! A push is one function, and so is a page. A transport reads the request, calls the service, and writes the answer.

mod pull;
mod push;

use std::future::ready;

pub(super) use self::push::Pushed;
use super::boxed::Boxed;
use super::hooks::Hooks;
use super::listeners::{Closing, Listeners};
use super::log::EventLog;
use super::recovery::{self, Remedy};
use super::store::Store;
use crate::livestore::wire::Failure;
use crate::{Ctx, Env, Error, Result};

/// One store and its listeners.
pub(super) struct Service<H> {
    store: Store<H>,
    listeners: Listeners<H>,
}

impl<H: Hooks> Service<H> {
    pub(super) fn new(ctx: Ctx, env: &Env, hooks: H) -> Result<Self> {
        let listeners = Listeners::new(&ctx, env);
        let store = Store::new(ctx, env, hooks)?;
        if let Ok(log) = store.log() {
            listeners.restore(&log)?;
        }
        Ok(Self { store, listeners })
    }

    /// Returns the log, the hooks and the metrics.
    pub(super) fn store(&self) -> &Store<H> {
        &self.store
    }

    /// Returns all listeners to stored events.
    pub(super) fn listeners(&self) -> &Listeners<H> {
        &self.listeners
    }

    /// Makes sure that this object is the store's. The inner error is for the client.
    pub(super) async fn open(&self, store_id: &str) -> Result<Result<(), &'static str>> {
        self.open_log(Some(store_id)).await?;
        let same = self.store.log()?.store_id() == store_id;
        Ok(same.then_some(()).ok_or("this object keeps another store"))
    }

    /// Makes sure that the log is open, if this object has one.
    pub(super) async fn wake(&self) -> Result<()> {
        // In the object's own database it has been open since the object started.
        if H::STORAGE.is_remote() { self.open_log(None).await } else { Ok(()) }
    }

    /// Opens a log unless one is open: that of `store_id`, or the one that the object already has.
    fn open_log<'a>(&'a self, store_id: Option<&'a str>) -> Boxed<'a, ()> {
        if H::STORAGE.is_remote() {
            Box::pin(self.open_in_turn(store_id))
        } else {
            Box::pin(ready(self.store.open_at_once(store_id)))
        }
    }

    async fn open_in_turn(&self, store_id: Option<&str>) -> Result<()> {
        if self.store.is_open() {
            return Ok(());
        }
        let _turn = self.store.turn().await?;
        if self.store.is_open() {
            return Ok(());
        }
        match store_id.map_or_else(|| self.store.known(), |given| Ok(Some(given.to_owned())))? {
            Some(store_id) => self.reopen(&store_id).await,
            None => Ok(()),
        }
    }

    /// Opens the log, even if one was open before. The caller must hold the turn.
    async fn reopen(&self, store_id: &str) -> Result<()> {
        let (log, gap) = self.store.reopen(store_id).await?;
        if H::STORAGE.is_remote() { self.listeners.recover(&log, gap) } else { Ok(()) }
    }

    /// Continues with the current log, which has replaced `log`. Clients start over.
    pub(super) async fn replace(&self, log: &EventLog) -> Result<()> {
        self.listeners.forget_objects()?;
        self.reopen(log.store_id()).await?;
        let (expected, received) =
            (self.store.log()?.head().backend_id.to_owned(), log.head().backend_id.to_owned());
        self.listeners.close_all(Closing::Replaced, &Failure::BackendIdMismatch { expected, received });
        Ok(())
    }

    /// Returns whether trouble is temporary. Trouble of a remote database may be; trouble of the object's own
    /// database repeats.
    pub(super) fn is_passing(&self, error: &Error) -> bool {
        H::STORAGE.is_remote() || recovery::is_passing(error)
    }

    /// Repeats attempts while they fail with temporary trouble and the client `waits`.
    pub(super) async fn persist<'a, T>(
        &self,
        remedy: Remedy,
        waits: &dyn Fn() -> bool,
        attempt: &dyn Fn() -> Boxed<'a, T>,
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

    /// Repeats reads of the log in the same way. The object's own database has no temporary trouble.
    pub(super) async fn persist_reading<'a, T>(
        &self,
        remedy: Remedy,
        waits: &dyn Fn() -> bool,
        attempt: &dyn Fn() -> Boxed<'a, T>,
    ) -> Result<T> {
        if H::STORAGE.is_remote() { self.persist(remedy, waits, attempt).await } else { attempt().await }
    }
}

/// Refuses a request that names another store than its connection does.
fn other_store(log: &EventLog, store_id: &str) -> Option<Failure> {
    (store_id != log.store_id())
        .then(|| Failure::Die("the request names another store than its connection".to_owned()))
}

/// Turns an error into one for a client, without our SQL statements.
pub(super) fn unknown(error: Error) -> Failure {
    let name = error.name().to_owned();
    match error {
        Error::Sql { message, .. } | Error::Row { message, .. } => Failure::Unknown { name, message },
        other => Failure::Unknown { name, message: other.to_string() },
    }
}
