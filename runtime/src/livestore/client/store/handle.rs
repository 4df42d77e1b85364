//! The store as the users of this crate see it.

use std::fmt;
use std::marker::PhantomData;
use std::rc::{Rc, Weak};
use std::time::Duration;

use super::batch::Batch;
use super::calls::StoreSchedule;
use super::database::Rejected;
use super::definition::{Definition, erased};
use super::inner::Inner;
use super::options::StoreOptions;
use super::receipt::Receipt;
use super::status::Status;
use super::watch::{Change, Watch};
use crate::livestore::client::error::StoreError;
use crate::livestore::schema::Schema;
use crate::object::PartContext;
use crate::storage::{FromRow, Params, Query, is_query};
use crate::{Ctx, Date, Env};

/// A LiveStore store in the database of a durable object.
///
/// It is a [part](macro@crate::part): the object has it as a field, and gets the method `syncUpdateRpc`, with which the
/// backend calls it, and its timers. All clones are the same store.
///
/// ```
/// use durable_object::livestore::client::{Store, StoreOptions};
/// use durable_object::livestore::schema::{Event, Schema, Table};
/// use durable_object::prelude::*;
///
/// #[derive(Event)]
/// enum TodoEvent {
///     #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
///     Created { id: String, text: String },
/// }
///
/// #[derive(serde::Serialize, Table)]
/// #[table("todos")]
/// struct Todo {
///     #[column(primary_key)]
///     id: String,
///     text: String,
/// }
///
/// struct Todos;
///
/// impl Schema for Todos {
///     type Event = TodoEvent;
///     type Tables = (Todo,);
/// }
///
/// /// The todo list as a durable object sees it.
/// #[durable_object]
/// pub struct TodoClient {
///     #[part]
///     store: Store<Todos>,
/// }
///
/// #[durable_object]
/// impl TodoClient {
///     #[init]
///     fn init(ctx: Ctx, env: Env) -> Result<Self> {
///         let options = StoreOptions::backend("SYNC_BACKEND_DO").live("TODO_CLIENT");
///         Ok(Self { store: Store::open(&ctx, &env, options)? })
///     }
///
///     #[rpc]
///     pub async fn add(&self, store_id: String, id: String, text: String) -> Result<()> {
///         self.store.connect(&store_id).await?;
///         self.store.commit(TodoEvent::Created { id, text })?.confirmed().await?;
///         Ok(())
///     }
///
///     #[fetch]
///     fn fetch(&self, _request: Request) -> Result<Response> {
///         let todos = self.store.query::<Todo>("SELECT * FROM todos", ())?.all()?;
///         Ok(Response::from_json(&todos)?)
///     }
/// }
/// ```
pub struct Store<S: Schema> {
    inner: Rc<Inner>,
    schema: PhantomData<fn() -> S>,
}

impl<S: Schema> Clone for Store<S> {
    fn clone(&self) -> Self {
        Self { inner: Rc::clone(&self.inner), schema: PhantomData }
    }
}

impl<S: Schema> fmt::Debug for Store<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("store_id", &self.inner.store_id.borrow()).finish_non_exhaustive()
    }
}

impl<S: Schema> Store<S> {
    /// Opens the store in the object's database, and creates its tables the first time. It makes no call.
    ///
    /// In an object that LiveStore's own adapter has written, the first open [takes over](crate::guide::client_store) the
    /// adapter's log. A store with a [name](StoreOptions::named) does not.
    ///
    /// When the schema has changed, the tables are filled again from the events. A long log is applied in slices, the
    /// first of them here. [`query`](Self::query) and [`commit`](Self::commit) fail with [`StoreError::Rebuilding`] until
    /// the last slice is done.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when the schema cannot be stored, [`StoreError::Format`] when a later version of this crate
    /// has written the tables, [`StoreError::Object`] when the object has no SQLite storage. The content of the store is
    /// never a reason.
    pub fn open(ctx: &Ctx, env: &Env, options: StoreOptions) -> Result<Self, StoreError> {
        let inner = Inner::open(ctx, env, options, Definition::of::<S>(), remind::<S>)?;
        Ok(Self { inner, schema: PhantomData })
    }

    /// Connects the store to its backend, and waits for the backend's events, at most for
    /// [`initial_sync`](StoreOptions::initial_sync). The object remembers the id, and connects by itself when it wakes.
    /// When the backend cannot be reached, the store goes on trying.
    ///
    /// # Errors
    /// [`StoreError::StoreId`] when LiveStore does not allow the id, [`StoreError::OtherStore`] when the object keeps
    /// another store, [`StoreError::Object`] when the worker lacks the binding.
    pub async fn connect(&self, store_id: &str) -> Result<(), StoreError> {
        Ok(self.inner.connect(store_id).await?)
    }

    /// Reads rows of the tables, as [`Sql::query`](crate::Sql::query) does. Change the tables with
    /// [`commit`](Self::commit) only: other clients do not learn of other changes, and the next rebuild undoes them.
    /// Of pragmas, it takes those that describe tables and indexes.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] when the statement is not a query, [`StoreError::Rebuilding`] while the tables are filled
    /// again; otherwise as [`Sql::query`](crate::Sql::query).
    pub fn query<T: FromRow>(&self, statement: &str, params: impl Params) -> Result<Query<T>, StoreError> {
        if !is_query(statement) {
            return Err(StoreError::ReadOnly(statement.to_owned()));
        }
        self.refuse_while_rebuilding()?;
        Ok(self.inner.ctx.sql().query(statement, params)?)
    }

    /// Stores events and applies them, all of them or none, and then pushes them. It needs no connection.
    ///
    /// It takes one event, or an array or a vector of them.
    ///
    /// # Errors
    /// [`StoreError::Materialize`] when an event cannot be applied, [`StoreError::Event`] and [`StoreError::TooLarge`]
    /// when it cannot be sent, [`StoreError::Halted`] and [`StoreError::Rebuilding`]. The store is as it was before, and
    /// stays usable.
    pub fn commit(&self, events: impl Into<Batch<S::Event>>) -> Result<Receipt, StoreError> {
        let Batch(events) = events.into();
        Ok(self.inner.commit(&erased(&events))?)
    }

    /// Calls a function after each change of the tables, until the returned value is dropped. The function may commit.
    ///
    /// Functions are kept in memory only. An object that hibernates watches again in its `#[init]`. While somebody
    /// watches, the store also [pulls](StoreOptions::refresh) now and then.
    pub fn watch(&self, changed: impl Fn(&Change) + 'static) -> Watch {
        let watch = self.inner.watchers.add(changed);
        self.inner.check_time();
        watch
    }

    /// Returns the progress of the store.
    ///
    /// # Errors
    /// [`StoreError::Object`] when the database fails.
    pub fn status(&self) -> Result<Status, StoreError> {
        Ok(self.inner.status()?)
    }

    /// Waits until the backend has all events of the store, and the store all events of the backend.
    ///
    /// # Errors
    /// [`StoreError::NotConnected`] before the first [`connect`](Self::connect), [`StoreError::Halted`], and
    /// [`StoreError::Unconfirmed`] when the backend refuses, or when the time is over.
    pub async fn wait_synced(&self, limit: Duration) -> Result<(), StoreError> {
        Ok(self.inner.wait_synced(limit).await?)
    }

    /// Pulls now, without waiting for a timer, and tries again what was refused or has halted. Deploy code that can go on
    /// before.
    ///
    /// # Errors
    /// [`StoreError::Object`] when the database fails.
    pub fn resume(&self) -> Result<(), StoreError> {
        Ok(self.inner.resume()?)
    }

    /// Forgets all events and the tables' rows, and pulls everything anew. Events that were pending become rejected
    /// ones.
    ///
    /// # Errors
    /// [`StoreError::Object`] when the database fails; nothing is forgotten then.
    pub fn reset(&self) -> Result<(), StoreError> {
        Ok(self.inner.reset()?)
    }

    /// Stops the sync, and tells the backend to call this object no more. Commits are stored, and are pushed after the
    /// next [`connect`](Self::connect). It can name another store only after a [`reset`](Self::reset).
    ///
    /// # Errors
    /// [`StoreError::Object`] when the database fails.
    pub fn disconnect(&self) -> Result<(), StoreError> {
        Ok(self.inner.disconnect()?)
    }

    /// Returns the own events that could not be applied after other clients' events, or that were pending when the
    /// backend was replaced. They are kept until [`forget_rejected`](Self::forget_rejected).
    ///
    /// # Errors
    /// [`StoreError::Object`] when the database fails.
    pub fn rejected(&self) -> Result<Vec<Rejected>, StoreError> {
        Ok(self.inner.database.rejected()?)
    }

    /// Deletes a rejected event, and returns whether it was there.
    ///
    /// # Errors
    /// [`StoreError::Object`] when the database fails.
    pub fn forget_rejected(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self.inner.database.forget_rejected(id)?)
    }

    /// Refuses to show tables that are not complete yet.
    pub(in crate::livestore::client) fn refuse_while_rebuilding(&self) -> Result<(), StoreError> {
        Ok(self.inner.database.refuse_while_rebuilding()?)
    }

    pub(super) fn inner(&self) -> &Rc<Inner> {
        &self.inner
    }

    pub(super) fn downgrade(&self) -> WeakStore<S> {
        WeakStore { inner: Rc::downgrade(&self.inner), schema: PhantomData }
    }
}

/// Sets the timer of a store.
fn remind<S: Schema>(place: &PartContext, date: Date) -> crate::Result<()> {
    StoreSchedule::<S>::new(place).tick().key("livestore sync").at(date)?;
    Ok(())
}

/// A store that may be gone: a function that watches it must not keep it.
pub(super) struct WeakStore<S> {
    inner: Weak<Inner>,
    schema: PhantomData<fn() -> S>,
}

impl<S: Schema> WeakStore<S> {
    pub(super) fn upgrade(&self) -> Option<Store<S>> {
        Some(Store { inner: self.inner.upgrade()?, schema: PhantomData })
    }
}
