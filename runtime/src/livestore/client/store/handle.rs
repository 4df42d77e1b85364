//! The store as the users of this crate see it.

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

use super::backend::Backend;
use super::batch::Batch;
use super::calls::StoreSchedule;
use super::database::{Database, Identity, Rejected};
use super::definition::{Committed, Definition, erased};
use super::options::StoreOptions;
use super::rebuild::Progress;
use super::receipt::{Receipt, Receipts};
use super::status::Status;
use super::watch::{Change, Origin, Watch, Watchers};
use crate::livestore::client::error::{Result, StoreError};
use crate::livestore::client::layout::{Layout, Meta};
use crate::livestore::client::process::Process;
use crate::livestore::schema::Schema;
use crate::object::PartContext;
use crate::storage::{FromRow, Params, Query, is_query};
use crate::{Ctx, Date, Env, sys};

/// The longest wait in one piece: a timer of JavaScript takes milliseconds of 31 bits, and a longer one is over
/// at once.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

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

/// The store without its schema: this code is the same for all stores.
pub(super) struct Inner {
    pub(super) ctx: Ctx,
    pub(super) env: Env,
    pub(super) options: StoreOptions,
    pub(super) database: Database,
    pub(super) place: OnceCell<PartContext>,
    /// Sets the timer of the part.
    pub(super) remind: fn(&PartContext, Date) -> crate::Result<()>,
    pub(super) process: RefCell<Option<Process>>,
    pub(super) backend: RefCell<Option<Backend>>,
    pub(super) store_id: RefCell<Option<String>>,
    /// The time for which a timer is set, as far as this life of the object knows.
    pub(super) timer: Cell<Option<i64>>,
    /// The number of the last call of the earlier processes.
    pub(super) calls: Cell<u32>,
    /// The last number that the commits of this turn have used. The process is told of them at its end.
    pub(super) used: Cell<Option<i64>>,
    pub(super) receipts: Receipts,
    pub(super) watchers: Rc<Watchers>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
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

impl Inner {
    fn open(
        ctx: &Ctx,
        env: &Env,
        options: StoreOptions,
        schema: &'static Definition,
        remind: fn(&PartContext, Date) -> crate::Result<()>,
    ) -> Result<Rc<Self>> {
        let layout = match &options.name {
            None => Layout::single(),
            Some(name) => Layout::named(name).map_err(|error| StoreError::Schema(error.to_string()))?,
        };
        let identity = || Identity {
            client_id: options.client_id.clone().unwrap_or_else(|| ctx.id()),
            session_id: sys::random_uuid(),
        };
        let sql = options.meter.as_ref().map_or_else(|| ctx.sql(), |meter| ctx.sql().metered(meter));
        let database = Database::open(sql, layout, schema, identity)?;
        let is_connected = database.meta(Meta::Disconnected)?.is_none();
        let store_id = database.meta(Meta::StoreId)?.filter(|_| is_connected);
        let inner = Self {
            ctx: ctx.clone(),
            env: env.clone(),
            options,
            database,
            place: OnceCell::new(),
            remind,
            process: RefCell::default(),
            backend: RefCell::default(),
            store_id: RefCell::new(store_id),
            timer: Cell::default(),
            calls: Cell::default(),
            used: Cell::default(),
            receipts: Receipts::default(),
            watchers: Rc::default(),
            waiting: RefCell::default(),
        };
        inner.database.rebuild_slice(&|name| inner.skips(name))?;
        Ok(Rc::new(inner))
    }

    async fn connect(self: &Rc<Self>, store_id: &str) -> Result<()> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if store_id.is_empty() || !store_id.bytes().all(allowed) {
            return Err(StoreError::StoreId(store_id.to_owned()).into());
        }
        let is_connected = self.store_id.borrow().as_deref() == Some(store_id);
        if !is_connected {
            let kept = self.database.meta(Meta::StoreId)?.filter(|kept| kept != store_id);
            if let Some(kept) = kept
                && !self.database.is_empty()?
            {
                return Err(StoreError::OtherStore { kept, given: store_id.to_owned() }.into());
            }
            self.stop();
            self.database.set_meta(Meta::StoreId, store_id)?;
            self.database.delete_meta(Meta::Disconnected)?;
            self.store_id.replace(Some(store_id.to_owned()));
        }
        if self.place.get().is_none() {
            // A store that is no part has no timer for the slices of a rebuild.
            self.rebuild(usize::MAX)?;
        }
        self.start()?;
        self.check_time();
        self.wait_for(self.options.initial_sync, &|status| {
            let has_pulled = self.process.borrow().as_ref().is_some_and(|process| !process.is_behind());
            has_pulled || status.pull_parked.is_some() || status.halted.is_some()
        })
        .await;
        Ok(())
    }

    fn commit(self: &Rc<Self>, events: &[&dyn Committed]) -> Result<Receipt> {
        let (first, statements) = self.database.commit_all(events)?;
        let receipt = self.receipts.give(first, events.len());
        self.committed(first, events.len());
        if !self.watchers.is_empty() {
            let tables = self.database.written(&statements);
            self.watchers.tell(Change { tables, origin: Origin::Local });
        }
        Ok(receipt)
    }

    pub(super) fn status(&self) -> Result<Status> {
        let heads = self.database.heads()?;
        let mut status = Status {
            store_id: self.store_id.borrow().clone(),
            head: heads.head,
            backend_head: None,
            backend_pending_count: heads.last - heads.head,
            is_backend_synced: false,
            push_parked: None,
            pull_parked: None,
            halted: self.database.halted()?,
            rebuilt: self.database.rebuilt()?,
            rejected: self.database.rejected_count()?,
        };
        if let Some(process) = &*self.process.borrow() {
            status.sync(process.status());
        }
        Ok(status)
    }

    pub(super) async fn wait_synced(self: &Rc<Self>, limit: Duration) -> Result<()> {
        self.start()?;
        self.check_time();
        if self.process.borrow().is_none() {
            self.database.refuse_while_rebuilding()?;
            return Err(StoreError::NotConnected.into());
        }
        let ended = |status: &Status| {
            status.is_backend_synced
                || status.halted.is_some()
                || status.push_parked.is_some()
                || status.pull_parked.is_some()
        };
        self.wait_for(limit, &ended).await;
        let status = self.status()?;
        if let Some(halt) = status.halted {
            return Err(StoreError::Halted(halt).into());
        }
        let reason = match status.push_parked.or(status.pull_parked) {
            Some(reason) => format!("the backend refuses: {reason}"),
            None if status.is_backend_synced => return Ok(()),
            None => format!("not all was synced within {limit:?}"),
        };
        Err(StoreError::Unconfirmed(reason).into())
    }

    fn resume(self: &Rc<Self>) -> Result<()> {
        for key in [Meta::Halted, Meta::PushParked, Meta::PullParked] {
            self.database.delete_meta(key)?;
        }
        self.start()?;
        self.tell(|process, now| process.resume(now));
        if self.database.rebuilt()?.is_some() {
            self.later(Duration::ZERO);
        }
        Ok(())
    }

    fn reset(self: &Rc<Self>) -> Result<()> {
        self.tell(|process, now| process.set_live(false, now));
        if let Err(error) = self.database.reset("the store was reset") {
            self.tell(|process, now| process.set_live(self.options.live.is_some(), now));
            return Err(error);
        }
        self.stop();
        self.receipts.reject_all("the store was reset");
        self.start()?;
        self.check_at_end(0);
        self.watchers.tell(Change { tables: self.database.names().collect(), origin: Origin::Reset });
        Ok(())
    }

    fn disconnect(self: &Rc<Self>) -> Result<()> {
        self.tell(|process, now| process.set_live(false, now));
        self.stop();
        self.store_id.replace(None);
        self.database.set_meta(Meta::Disconnected, "")
    }

    async fn wait_for(&self, limit: Duration, done: &dyn Fn(&Status) -> bool) {
        let mut timer = pin!(sys::sleep(limit.min(LONGEST)));
        loop {
            if self.status().is_ok_and(|status| done(&status)) {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            let mut progress = pin!(receiver);
            let is_over = poll_fn(|cx| {
                if progress.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(false);
                }
                timer.as_mut().poll(cx).map(|()| true)
            });
            if is_over.await {
                return;
            }
        }
    }

    pub(super) fn skips(&self, name: &str) -> bool {
        self.options.skipped.iter().any(|skipped| skipped == name)
    }

    /// Goes on with a rebuild, if there is one.
    pub(super) fn rebuild(&self, slices: usize) -> Result<()> {
        if self.database.rebuilt()?.is_none() {
            return Ok(());
        }
        for _ in 0..slices {
            if self.database.rebuild_slice(&|name| self.skips(name))? == Progress::Done {
                break;
            }
        }
        if self.database.rebuilt()?.is_none() {
            self.progressed();
            self.watchers.tell(Change { tables: self.database.names().collect(), origin: Origin::Reset });
        }
        Ok(())
    }

    /// Wakes everybody who waits for progress.
    pub(super) fn progressed(&self) {
        for waiting in self.waiting.take() {
            let _ = waiting.send(());
        }
        self.watchers.progressed();
    }
}
