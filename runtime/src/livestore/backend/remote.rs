//! What is different for a store whose events are in a database elsewhere: asking it takes time, in which other things
//! happen, and its answers can be lost.
//!
//! Pushes take turns, and the head moves in the turn in which the answer arrives, as it does where nothing is waited for.
//! A push that fails may be stored all the same. So the log's end is looked at, and if it is not what it was the clients
//! start over from what they have.

use tokio::sync::{Mutex, MutexGuard};

use super::admission::{Aftermath, aftermath};
use super::hooks::Hooks;
use super::log::{EventLog, Gap, Recovered};
use super::store::Store;
use crate::env::BindingReader;
use crate::livestore::wire::PushRequest;
use crate::{Env, Result, sys};

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

/// Moves the head to the log's end if a push comes after events that this object does not know of: its client can have
/// read them.
pub(super) async fn catch_up<H: Hooks>(
    store: &Store<H>,
    log: &EventLog,
    push: &PushRequest<'_>,
) -> Result<Gap> {
    if push.batch.first().is_none_or(|first| first.parent_seq_num <= log.head().number) {
        return Ok(Gap::None);
    }
    let end = look(store, log).await?;
    if end == log.head().number {
        return Ok(Gap::None);
    }
    log.follow(end)?;
    Ok(Gap::Everybody)
}

/// Finds out what became of a batch that may not be stored, after which the head would be `head`.
pub(super) async fn recover<H: Hooks>(
    store: &Store<H>,
    log: &EventLog,
    push: &PushRequest<'_>,
    head: i64,
) -> Result<Recovered> {
    let before = log.head().number;
    let Ok(now) = look(store, log).await else { return Ok(Recovered::NotStored) };
    let stored = now == head && log.holds(&push.batch).await.inspect_err(|_| lose_track(store, log))?;
    log.follow(now)?;
    Ok(match aftermath(before, now, stored) {
        Aftermath::Stored => Recovered::Stored,
        Aftermath::NotStored => Recovered::NotStored,
        Aftermath::Overtaken => Recovered::Overtaken,
    })
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
