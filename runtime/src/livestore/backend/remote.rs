//! What is different for a store whose events are in a database elsewhere: asking it takes time, in which other things
//! happen, and its answers can be lost.
//!
//! Pushes take turns, and the head moves in the turn in which the answer arrives, as it does where nothing is waited for.
//! A push that fails may be stored all the same. So the log's end is looked at, and if it is not what it was the clients
//! start over from what they have.

use std::rc::Rc;

use tokio::sync::{Mutex, MutexGuard};

use super::admission::{Aftermath, aftermath};
use super::hooks::Hooks;
use super::log::{EventLog, Pending, d1, only_store};
use super::publication::Publication;
use super::store::{Attempt, Pushed, Store};
use crate::env::BindingReader;
use crate::livestore::wire::PushRequest;
use crate::{Env, Result, Text, sys};

/// The database, and whose turn it is to write to it.
pub(super) struct Remote {
    database: sys::Database,
    turn: Mutex<()>,
}

impl Remote {
    pub(super) fn bind(env: &Env, binding: &'static str) -> Result<Self> {
        let mut bindings = BindingReader::new(env);
        let database = bindings.read(binding).ok_or_else(|| bindings.into_error())?;
        Ok(Self { database, turn: Mutex::new(()) })
    }

    pub(super) fn database(&self) -> &sys::Database {
        &self.database
    }

    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}

/// Makes sure that the log is open: that of `store_id`, or the one that the object already has.
pub(super) fn open<'a, H: Hooks>(
    store: &'a Store<H>,
    remote: &'a Remote,
    store_id: Option<&'a str>,
) -> Pending<'a, ()> {
    Box::pin(async move {
        if store.log().is_ok() {
            return Ok(());
        }
        let _turn = remote.turn().await;
        if store.log().is_ok() {
            return Ok(());
        }
        let known = || only_store(store.ctx());
        match store_id.map_or_else(known, |given| Ok(Some(given.to_owned())))? {
            Some(store_id) => reopen(store, remote, &store_id).await,
            None => Ok(()),
        }
    })
}

/// Opens the log, whatever was open before. For those whose turn it is.
pub(super) async fn reopen<H: Hooks>(store: &Store<H>, remote: &Remote, store_id: &str) -> Result<()> {
    let (log, has_gone_on) = d1::open(store.ctx(), &remote.database, store_id).await?;
    let log = Rc::new(log);
    store.set_log(Rc::clone(&log));
    store.listeners().recover(&log, has_gone_on)
}

/// Stores a push when it is its turn, or says why not.
pub(super) async fn append<'a, H: Hooks>(
    store: &'a Store<H>,
    remote: &'a Remote,
    push: &'a PushRequest<'a>,
    frame: &'a Text,
) -> Result<Pushed<'a>> {
    let _turn = remote.turn().await;
    let log = store.log()?;
    // Its client can have read what this object does not know of.
    if push.batch.first().is_some_and(|first| first.parent_seq_num > log.head().number) {
        let end = look(store, &log).await?;
        if end != log.head().number {
            log.follow(end)?;
            store.listeners().start_over(&log);
        }
    }
    let (batch, head, error) = match store.attempt(push, frame).await? {
        Attempt::Done(pushed) => return Ok(pushed),
        Attempt::Failed { batch, head, error } => (batch, head, error),
    };
    let before = log.head().number;
    let Ok(now) = look(store, &log).await else { return Ok(Pushed::Failed(error)) };
    let stored = now == head && log.holds(&push.batch).await.inspect_err(|_| lose_track(store, &log))?;
    log.follow(now)?;
    match aftermath(before, now, stored) {
        Aftermath::Stored => Ok(Pushed::Stored(Publication { log, batch })),
        Aftermath::NotStored => Ok(Pushed::Failed(error)),
        Aftermath::Overtaken => {
            store.listeners().start_over(&log);
            match store.attempt(push, frame).await? {
                Attempt::Done(pushed) => Ok(pushed),
                Attempt::Failed { error, .. } => Ok(Pushed::Failed(error)),
            }
        }
    }
}

/// Where the log ends.
async fn look<H: Hooks>(store: &Store<H>, log: &EventLog) -> Result<i64> {
    log.look().await.inspect_err(|_| lose_track(store, log))
}

/// It cannot be told where the log ends: it is of no use until it is opened anew, by whoever needs it next.
fn lose_track<H: Hooks>(store: &Store<H>, log: &EventLog) {
    log.close();
    store.forget_log();
}
