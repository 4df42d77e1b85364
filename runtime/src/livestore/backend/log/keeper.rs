//! The engine that an app's hooks choose, for the logs of one object.

use std::future::ready;
use std::marker::PhantomData;

use tokio::sync::MutexGuard;

use super::d1::D1;
use super::sqlite::{self, SqliteContents};
use super::{Contents, EventLog, Gap, context};
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::hooks::{Hooks, LogStorage};
use crate::{Ctx, Env, Result, Sql};

/// The access to an object's logs: it opens them, gives out the turns to write, and gives operators all of a
/// log.
///
/// The hooks choose the engine when the worker is compiled, so the worker does not contain the code of the
/// other engine. A trait object in place of this type would add the code for operators, which most workers do
/// not have.
pub(in crate::livestore::backend) struct Keeper<H> {
    ctx: Ctx,
    sql: Sql,
    d1: Option<D1>,
    hooks: PhantomData<fn() -> H>,
}

/// A guard that keeps other tasks from writing until it is dropped. It is `None` where no other task can
/// write in between.
pub(in crate::livestore::backend) type Turn<'a> = Option<Box<dyn Guard + 'a>>;

/// A guard that ends a turn when it is dropped.
pub(in crate::livestore::backend) trait Guard {}

impl Guard for MutexGuard<'_, ()> {}

impl<H: Hooks> Keeper<H> {
    /// Creates the keeper. `sql` is the object's own database.
    pub(in crate::livestore::backend) fn new(ctx: &Ctx, env: &Env, sql: Sql) -> Result<Self> {
        let d1 = match H::STORAGE {
            LogStorage::Sqlite => None,
            LogStorage::D1 { binding } => Some(D1::bind(ctx, env, binding)?),
        };
        Ok(Self { ctx: ctx.clone(), sql, d1, hooks: PhantomData })
    }

    fn d1(&self) -> Option<&D1> {
        match H::STORAGE {
            LogStorage::Sqlite => None,
            LogStorage::D1 { .. } => self.d1.as_ref(),
        }
    }

    /// Returns the store whose log this object has, if it has exactly one. A hibernated object learns from it
    /// which store it is.
    pub(in crate::livestore::backend) fn known(&self) -> Result<Option<String>> {
        context::only_store(&self.ctx.sql())
    }

    /// Opens the log that this object has, if that needs no wait.
    pub(in crate::livestore::backend) fn open_known(&self) -> Result<Option<EventLog>> {
        match self.known()? {
            Some(store_id) if self.d1().is_none() => self.open_at_once(&store_id).map(Some),
            _ => Ok(None),
        }
    }

    /// Opens the log of a store, or creates it. Also returns which listeners lack events.
    pub(in crate::livestore::backend) fn open<'a>(&'a self, store_id: &'a str) -> Boxed<'a, (EventLog, Gap)> {
        match self.d1() {
            Some(d1) => Box::pin(d1.open(store_id)),
            None => Box::pin(ready(self.open_at_once(store_id).map(|log| (log, Gap::None)))),
        }
    }

    /// Opens the log of a store in the object's own database.
    pub(in crate::livestore::backend) fn open_at_once(&self, store_id: &str) -> Result<EventLog> {
        sqlite::open(&self.sql, store_id)
    }

    /// Waits until no other task writes.
    pub(in crate::livestore::backend) fn turn(&self) -> Boxed<'_, Turn<'_>> {
        match self.d1() {
            Some(d1) => Box::pin(async { Ok(Some(Box::new(d1.turn().await) as Box<dyn Guard>)) }),
            None => Box::pin(ready(Ok(None))),
        }
    }

    /// Returns the operators' view of a log.
    pub(in crate::livestore::backend) fn contents(&self, log: &EventLog) -> Box<dyn Contents> {
        match self.d1() {
            Some(d1) => Box::new(d1.contents(log)),
            None => Box::new(SqliteContents::new(&self.ctx, log)),
        }
    }
}
