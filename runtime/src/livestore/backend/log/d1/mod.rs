//! Events in a D1 database, which many stores share. A request to it takes time, in which other events run,
//! and its answer can be lost.
//!
//! Pushes take turns. The head moves in the turn in which the answer arrives, as it does in an engine without
//! waits. A push that fails may be stored all the same. So the engine reads the end of the log. If the end
//! has moved, the clients start over from the events they have.

mod contents;
mod database;
mod events;
mod owner;

use tokio::sync::{Mutex, MutexGuard};

use self::contents::D1Contents;
use self::database::Database;
use super::{EventLog, Gap};
use crate::env::BindingReader;
use crate::{Ctx, Env, Result};

/// The database, and the lock for writing to it.
pub(super) struct D1 {
    ctx: Ctx,
    database: Database,
    turn: Mutex<()>,
}

impl D1 {
    pub(super) fn bind(ctx: &Ctx, env: &Env, binding: &'static str) -> Result<Self> {
        let mut bindings = BindingReader::new(env);
        let database = bindings.read(binding).ok_or_else(|| bindings.into_error())?;
        Ok(Self { ctx: ctx.clone(), database: Database::new(database), turn: Mutex::new(()) })
    }

    /// Opens the log of a store, or creates it. Also returns which listeners lack events.
    pub(super) async fn open(&self, store_id: &str) -> Result<(EventLog, Gap)> {
        events::open(&self.ctx, self.database.clone(), store_id).await
    }

    /// Waits until no other task of this object writes.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Returns the operators' view of a log.
    pub(super) fn contents(&self, log: &EventLog) -> D1Contents {
        D1Contents::new(&self.ctx, self.database.clone(), log)
    }
}
