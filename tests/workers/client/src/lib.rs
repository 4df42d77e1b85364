//! A client of LiveStore in a durable object, beside its sync backend. Never deploy it.

pub mod board;
mod judge;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use durable_object::livestore::backend::{SyncBackend, SyncWorker};
use durable_object::livestore::client::{
    Client, ClientDO, OpenUntil, Origin, Status, Store, StoreOptions, Watch,
};
use durable_object::livestore::schema::{Event, Schema, Table};
use durable_object::livestore::store_id;
use durable_object::prelude::*;
use durable_object::storage::Meter;
use serde::{Deserialize, Serialize};
use worker::{Context, event};

use judge::Judge;

export_object!(pub SyncBackendDO = SyncBackend<Judge>);

/// The events of `tests/harness/schema.mjs`.
#[derive(Debug, Clone, Event)]
#[event(rename_all_fields = "camelCase")]
pub enum TodoEvent {
    /// A new line.
    #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
    Created {
        /// Its id.
        id: String,
        /// Its text.
        text: String,
    },
    /// A line is done.
    #[event("v1.TodoCompleted", sql = "UPDATE todos SET completed = 1 WHERE id = :id")]
    Completed {
        /// Its id.
        id: String,
    },
    /// A line is to do again.
    #[event("v1.TodoUncompleted", sql = "UPDATE todos SET completed = 0 WHERE id = :id")]
    Uncompleted {
        /// Its id.
        id: String,
    },
}

/// One line.
#[derive(Debug, Serialize, Deserialize, Table)]
#[table("todos")]
pub struct Todo {
    /// Its id.
    #[column(primary_key)]
    pub id: String,
    /// Its text.
    pub text: String,
    /// Whether it is done.
    #[column(default = false)]
    pub completed: bool,
}

/// The schema of todo lists.
pub struct Todos;

impl Schema for Todos {
    type Event = TodoEvent;
    type Tables = (Todo,);
}

impl Client for Todos {}

export_object!(pub LiveStoreClientDO = ClientDO<Todos>, binding = "CLIENT_DO");

/// The same schema, for an object whose sockets may commit, for so many milliseconds as `openFor` in the address says.
pub struct OpenTodos;

impl Schema for OpenTodos {
    type Event = TodoEvent;
    type Tables = (Todo,);
}

impl Client for OpenTodos {
    const BINDING: &'static str = "OPEN_CLIENT_DO";
    const SOCKETS_COMMIT: bool = true;
    const OPEN_UNTIL: Option<OpenUntil> = Some(|request| {
        let open_for = request.query_param("openFor").and_then(|millis| millis.parse().ok());
        Ok(open_for.and_then(|millis| Date::now().checked_add(Duration::from_millis(millis))))
    });
}

export_object!(pub OpenClientDO = ClientDO<OpenTodos>, binding = "OPEN_CLIENT_DO");

/// The rows that something cost.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cost {
    read: u64,
    written: u64,
}

/// A confirmed event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    seq_num: i64,
    name: String,
    client_id: String,
    /// The line that it is about.
    id: Option<String>,
}

/// The list as a durable object sees it.
#[durable_object]
pub struct TodoClient {
    ctx: Ctx,
    meter: Meter,
    #[part]
    store: Store<Todos>,
    changes: Rc<RefCell<Vec<String>>>,
    counts: Rc<RefCell<Vec<i64>>>,
    constants: Rc<RefCell<Vec<i64>>>,
    _watches: Vec<Watch>,
}

#[durable_object]
impl TodoClient {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let meter = Meter::default();
        let options = StoreOptions::backend("SYNC_BACKEND_DO").live("TODO_CLIENT").meter(&meter);
        let store = Store::open(&ctx, &env, options)?;
        let changes = Rc::new(RefCell::new(Vec::new()));
        let noted = Rc::clone(&changes);
        // Only an object that watches nothing has no timer for the next pull.
        let is_quiet = ctx.name().is_some_and(|name| name.starts_with("quiet"));
        let watch = (!is_quiet).then(|| {
            store.watch(move |change| {
                let origin = match change.origin {
                    Origin::Local => "local",
                    Origin::Remote => "remote",
                    _ => "reset",
                };
                noted.borrow_mut().push(format!("{origin}: {}", change.tables.join(", ")));
            })
        });
        let counts = Rc::new(RefCell::new(Vec::new()));
        let counted = Rc::clone(&counts);
        let open = "SELECT count(*) FROM todos WHERE completed = ?1";
        let mut watches: Vec<Watch> = watch.into_iter().collect();
        if !is_quiet {
            watches.push(store.subscribe(open, (false,), move |rows: Vec<i64>| {
                counted.borrow_mut().extend(rows);
            })?);
        }
        let constants = Rc::new(RefCell::new(Vec::new()));
        if !is_quiet {
            let noted = Rc::clone(&constants);
            watches.push(store.subscribe("SELECT 7", (), move |rows: Vec<i64>| {
                noted.borrow_mut().extend(rows);
            })?);
        }
        Ok(Self { ctx, meter, store, changes, counts, constants, _watches: watches })
    }

    /// Connects to the backend of a store.
    #[rpc]
    pub async fn open(&self, store_id: String) -> Result<()> {
        Ok(self.store.connect(&store_id).await?)
    }

    /// Adds lines in one commit.
    #[rpc]
    pub fn create(&self, ids: Vec<String>) -> Result<()> {
        let created = |id: String| TodoEvent::Created { text: id.clone(), id };
        self.store.commit(ids.into_iter().map(created).collect::<Vec<_>>())?;
        Ok(())
    }

    /// Adds a line, and waits until the backend has it.
    #[rpc]
    pub async fn create_confirmed(&self, id: String) -> Result<()> {
        let text = id.clone();
        Ok(self.store.commit(TodoEvent::Created { id, text })?.confirmed().await?)
    }

    /// Adds a line once the backend has it.
    #[rpc]
    pub async fn create_first(&self, id: String) -> Result<()> {
        let text = id.clone();
        Ok(self.store.commit_confirmed(TodoEvent::Created { id, text }).await?)
    }

    /// Commits events together: the name of each, and its arguments as JSON.
    #[rpc]
    pub fn commit(&self, events: Vec<(String, String)>) -> Result<()> {
        let decoded = events.iter().map(|(name, args)| {
            TodoEvent::decode(name, args)?.ok_or_else(|| Error::new(format!("no event `{name}`")))
        });
        self.store.commit(decoded.collect::<Result<Vec<_>>>()?)?;
        Ok(())
    }

    /// Returns the confirmed events in their order.
    #[rpc]
    pub fn log(&self) -> Result<Vec<Entry>> {
        let entries = self.store.events(0, u32::MAX)?.into_iter().map(|stored| Entry {
            seq_num: stored.seq,
            name: stored.name,
            client_id: stored.client_id,
            id: stored.event.map(|event| match event {
                TodoEvent::Created { id, .. }
                | TodoEvent::Completed { id }
                | TodoEvent::Uncompleted { id } => id,
            }),
        });
        Ok(entries.collect())
    }

    /// Returns how many lines were open whenever that changed, in this life of the object.
    #[rpc]
    pub fn counts(&self) -> Vec<i64> {
        self.counts.borrow().clone()
    }

    /// Returns what the subscription that reads no table has seen.
    #[rpc]
    pub fn constants(&self) -> Vec<i64> {
        self.constants.borrow().clone()
    }

    /// Marks a line as done.
    #[rpc]
    pub fn complete(&self, id: String) -> Result<()> {
        self.store.commit(TodoEvent::Completed { id })?;
        Ok(())
    }

    /// Returns the ids of all lines.
    #[rpc]
    pub fn ids(&self) -> Result<Vec<String>> {
        self.store.query("SELECT id FROM todos ORDER BY id", ())?.all()
    }

    /// Returns all lines.
    #[rpc]
    pub fn todos(&self) -> Result<Vec<Todo>> {
        self.store.query("SELECT * FROM todos ORDER BY id", ())?.all()
    }

    /// Returns the progress.
    #[rpc]
    pub fn status(&self) -> Result<Status> {
        Ok(self.store.status()?)
    }

    /// Waits until everything is synced.
    #[rpc]
    pub async fn synced(&self) -> Result<()> {
        Ok(self.store.wait_synced(Duration::MAX).await?)
    }

    /// Takes back what the backend refuses.
    #[rpc]
    pub fn reject_refused(&self) -> Result<u64> {
        Ok(self.store.reject_refused()?)
    }

    /// Goes on after a refusal.
    #[rpc]
    pub fn resume(&self) -> Result<()> {
        Ok(self.store.resume()?)
    }

    /// Forgets everything.
    #[rpc]
    pub fn reset(&self) -> Result<()> {
        Ok(self.store.reset()?)
    }

    /// Returns the changes that this life of the object has seen.
    #[rpc]
    pub fn changes(&self) -> Vec<String> {
        self.changes.take()
    }

    /// Returns the number of rows in all of the store's tables.
    #[rpc]
    pub fn sizes(&self) -> Result<Cost> {
        let meter = Meter::default();
        let sql = self.ctx.sql().metered(&meter);
        let rows: u64 = sql.query("SELECT count(*) FROM __livestore_eventlog", ())?.one()?;
        let undo: u64 = sql.query("SELECT count(*) FROM __livestore_undo_todos", ())?.one()?;
        Ok(Cost { read: rows, written: undo })
    }

    /// Returns the rows that this life of the object has read and written so far.
    #[rpc]
    pub fn cost(&self) -> Cost {
        Cost { read: self.meter.rows_read(), written: self.meter.rows_written() }
    }

    /// Commits in a transaction that fails, and returns the fate of the commit.
    #[rpc]
    pub async fn roll_back(&self, id: String) -> Result<String> {
        let mut receipt = None;
        let failed = self.ctx.transaction(|_| -> Result<()> {
            receipt = Some(self.store.commit(TodoEvent::Created { text: id.clone(), id: id.clone() })?);
            Err(Error::new("changed its mind"))
        });
        let receipt = receipt.ok_or_else(|| Error::new(format!("not committed: {failed:?}")))?;
        Ok(receipt.confirmed().await.map_or_else(|error| error.to_string(), |()| "confirmed".to_owned()))
    }

    /// Takes back what the backend refuses, in a transaction that fails.
    #[rpc]
    pub fn reject_and_roll_back(&self) -> Result<u64> {
        let mut count = 0;
        let failed = self.ctx.transaction(|_| -> Result<()> {
            count = self.store.reject_refused()?;
            Err(Error::new("changed its mind"))
        });
        failed.map_or(Ok(count), |()| Err(Error::new("it did not fail")))
    }

    /// Subscribes with a function that commits the first line itself, and returns what it has seen.
    #[rpc]
    pub fn seed(&self) -> Result<Vec<i64>> {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let (noted, store) = (Rc::clone(&seen), self.store.clone());
        let watch = self.store.subscribe("SELECT count(*) FROM todos", (), move |counts: Vec<i64>| {
            noted.borrow_mut().extend(&counts);
            if counts == [0] {
                let first = TodoEvent::Created { id: "first".to_owned(), text: String::new() };
                if let Err(error) = store.commit(first) {
                    console_error!("{error}");
                }
            }
        })?;
        drop(watch);
        Ok(seen.take())
    }

    /// Stops the sync.
    #[rpc]
    pub fn disconnect(&self) -> Result<()> {
        Ok(self.store.disconnect()?)
    }

    /// Returns the milliseconds until the next timer.
    #[rpc]
    pub async fn timer(&self) -> Result<Option<i64>> {
        let alarm = self.ctx.alarm().get().await?;
        Ok(alarm.map(|at| at.as_millis() - Date::now().as_millis()))
    }

    /// Loses its memory.
    #[rpc]
    pub async fn crash(&self) -> Result<()> {
        match self.ctx.abort("crashed for a test").await {}
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let name = store_id(&request).unwrap_or_default();
    match request.path().as_str() {
        "/client-do" => return LiveStoreClientDO::named(&env, &name)?.fetch(request).await,
        "/open-client-do" => return OpenClientDO::named(&env, &name)?.fetch(request).await,
        _ => {}
    }
    SyncWorker::<SyncBackendDO>::new().fetch(request, &env).await
}
