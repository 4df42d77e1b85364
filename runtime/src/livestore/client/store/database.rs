//! The tables of a store, and the transactions that change them.
//!
//! Every function is one transaction. So the log, the head, the users' tables and the undo log always agree, and
//! a crash between two statements leaves nothing half done.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::rc::Rc;

use super::footprint::Footprints;
use super::tables::{UserTable, drop_all};
use crate::livestore::client::error::{Halt, StoreError};
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::layout::{FORMAT, Layout, Meta};
use crate::livestore::client::seq::Seq;
use crate::livestore::client::undo::ON_OPEN;
use crate::livestore::schema::{Event, EventMeta, Fingerprint, Materialize, Schema, Tables, Tx};
use crate::{Date, Error, FromRow, Sql};

pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The client and the session in whose name a store commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) client_id: String,
    pub(crate) session_id: String,
}

/// The place of a store in its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Heads {
    /// The last event that the backend has confirmed.
    pub(crate) head: i64,
    /// The last event of the log. The events after `head` are pending.
    pub(crate) last: i64,
}

#[cfg(test)]
impl Heads {
    pub(crate) fn pending(self) -> u64 {
        u64::try_from(self.last - self.head).unwrap_or_default()
    }
}

/// An own event that could not be applied any more.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct Rejected {
    /// Its number among the rejected events.
    pub id: i64,
    /// The name of the event.
    pub name: String,
    /// Its arguments as JSON.
    pub args: Option<String>,
    /// The reason.
    pub error: String,
    /// The time at which it was rejected.
    pub at: Date,
}

/// The statements that a transaction ran on the users' tables.
pub(crate) type Statements = BTreeSet<String>;

/// The tables of one store.
pub(crate) struct Database<S> {
    pub(super) sql: Sql,
    pub(super) layout: Layout,
    pub(super) tables: Vec<UserTable>,
    pub(super) footprints: Footprints,
    identity: RefCell<Identity>,
    schema: PhantomData<fn() -> S>,
}

impl<S: Schema> Database<S> {
    /// Opens the tables of a store, and creates them the first time. `identity` is used for a new store only.
    pub(crate) fn open(sql: Sql, layout: Layout, identity: impl FnOnce() -> Identity) -> Result<Self> {
        let tables = S::Tables::DEFINITIONS.iter().map(|table| UserTable::new(&layout, table));
        let tables = tables.collect::<Result<_>>()?;
        sql.execute(ON_OPEN, ())?;
        let empty = Identity { client_id: String::new(), session_id: String::new() };
        let database = Self {
            sql,
            layout,
            tables,
            footprints: Footprints::default(),
            identity: RefCell::new(empty),
            schema: PhantomData,
        };
        if database.sql.query::<i64>(&database.layout.exists(), ())?.optional()?.is_none() {
            database.create(&identity())?;
        } else {
            database.reopen()?;
        }
        let read = |key: Meta| database.meta(key).map(Option::unwrap_or_default);
        let identity = Identity { client_id: read(Meta::ClientId)?, session_id: read(Meta::SessionId)? };
        database.identity.replace(identity);
        Ok(database)
    }

    fn create(&self, identity: &Identity) -> Result<()> {
        self.transaction(|sql| {
            for statement in self.layout.create() {
                sql.execute(&statement, ())?;
            }
            self.set_meta(Meta::Format, &FORMAT.to_string())?;
            self.set_meta(Meta::ClientId, &identity.client_id)?;
            self.set_meta(Meta::SessionId, &identity.session_id)?;
            if self.take_over(sql)? {
                return self.begin_rebuild();
            }
            for table in &self.tables {
                table.create(sql)?;
                table.watch(sql)?;
            }
            self.set_meta(Meta::Fingerprint, &Fingerprint::of::<S>().to_string())
        })
    }

    fn reopen(&self) -> Result<()> {
        let found = self.meta(Meta::Format)?.and_then(|format| format.parse().ok()).unwrap_or(FORMAT);
        if found > FORMAT {
            return Err(StoreError::Format { found, known: FORMAT });
        }
        if self.meta(Meta::Fingerprint)?.as_deref() != Some(&*Fingerprint::of::<S>().to_string()) {
            self.begin_rebuild()?;
        }
        Ok(())
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity.borrow().clone()
    }

    pub(crate) fn heads(&self) -> Result<Heads> {
        let (head, last) = self.sql.query::<(i64, i64)>(&self.layout.heads(), ())?.one()?;
        Ok(Heads { head, last })
    }

    /// Returns up to `limit` events after a number, in order.
    pub(crate) fn events(&self, after: i64, limit: i64) -> Result<Vec<LogEvent>> {
        type Row = (i64, String, Option<String>, String, String);
        let rows = self.sql.query::<Row>(&self.layout.events(), (after, limit))?;
        let mut parent = after;
        let mut events = Vec::new();
        for row in rows {
            let (number, name, args, client_id, session_id) = row?;
            events.push(LogEvent {
                seq: Seq::synced(number),
                parent: Seq::synced(parent),
                is_client_only: false,
                content: Rc::new(Content { name, args, client_id, session_id }),
            });
            parent = number;
        }
        Ok(events)
    }

    /// Stores new events of this client behind all others, and applies them: all of them, or none.
    ///
    /// Returns the number of the first one.
    pub(crate) fn commit(&self, events: &[S::Event]) -> Result<(i64, Statements)> {
        self.refuse_while_stopped()?;
        let contents = events.iter().map(|event| self.content(event)).collect::<Result<Vec<_>>>()?;
        self.transaction(|sql| {
            let first = self.heads()?.last + 1;
            let statements = Noted::default();
            for (number, (event, content)) in (first..).zip(events.iter().zip(contents)) {
                self.insert(sql, number, &content)?;
                self.materialize(sql, number, event, &content, &statements).map_err(|source| {
                    StoreError::Materialize { event: content.name.clone(), source: Box::new(source) }
                })?;
            }
            Ok((first, statements.into_inner()))
        })
    }

    /// Finds out whether events could be committed, and changes nothing.
    pub(crate) fn try_out(&self, events: &[S::Event]) -> Result<()> {
        let mut tried = Ok(());
        let undone = self.transaction(|_| {
            tried = self.commit(events).map(drop);
            // The transaction has to fail, so that it is rolled back.
            Err::<(), _>(StoreError::NotConnected)
        });
        tried.and(if let Err(StoreError::NotConnected) = undone { Ok(()) } else { undone })
    }

    /// Returns the content of a new event.
    pub(crate) fn content(&self, event: &S::Event) -> Result<Content> {
        let Identity { client_id, session_id } = self.identity();
        let content =
            Content { name: event.name().to_owned(), args: Some(event.encode()?), client_id, session_id };
        let size = LogEvent {
            seq: Seq::synced((1 << 53) - 1),
            parent: Seq::synced((1 << 53) - 2),
            is_client_only: false,
            content: Rc::new(content.clone()),
        };
        let size = size.to_global().encoded_size();
        if size > super::MAX_EVENT {
            return Err(StoreError::TooLarge { event: event.name(), size, limit: super::MAX_EVENT });
        }
        Ok(content)
    }

    /// Refuses a commit that could never be pushed.
    pub(crate) fn refuse_while_stopped(&self) -> Result<()> {
        if let Some(halt) = self.halted()? {
            return Err(StoreError::Halted(halt));
        }
        self.refuse_while_rebuilding()
    }

    pub(crate) fn halted(&self) -> Result<Option<Halt>> {
        Ok(self.meta(Meta::Halted)?.and_then(|halt| Halt::of_json(&halt)))
    }

    /// Notes that the backend has stored the pending events up to a number.
    pub(crate) fn confirm(&self, number: i64) -> Result<()> {
        self.transaction(|sql| {
            sql.execute(&self.layout.set_head(), (number,))?;
            self.trim(sql, number)
        })
    }

    pub(super) fn trim(&self, sql: &Sql, head: i64) -> Result<()> {
        for table in &self.tables {
            sql.execute(table.undo.trim(), (head,))?;
        }
        Ok(())
    }

    /// Appends an event to the log.
    pub(super) fn insert(&self, sql: &Sql, number: i64, content: &Content) -> Result<()> {
        let Content { name, args, client_id, session_id } = content;
        sql.execute(&self.layout.insert_event(), (number, name, args.as_deref(), client_id, session_id))?;
        Ok(())
    }

    /// Applies an event that this version of the code may not know.
    pub(super) fn replay(
        &self,
        sql: &Sql,
        number: i64,
        content: &Content,
        noted: &Noted,
    ) -> Result<(), Error> {
        match S::Event::decode(&content.name, content.args.as_deref().unwrap_or("null"))? {
            Some(event) => self.materialize(sql, number, &event, content, noted),
            None => Ok(()),
        }
    }

    fn materialize(
        &self,
        sql: &Sql,
        number: i64,
        event: &S::Event,
        content: &Content,
        noted: &Noted,
    ) -> Result<(), Error> {
        let seq = u64::try_from(number).unwrap_or_default();
        let meta = EventMeta::new(seq, &*content.client_id, &*content.session_id);
        let note = |statement: &str| {
            let mut noted = noted.borrow_mut();
            if !noted.contains(statement) {
                noted.insert(statement.to_owned());
            }
        };
        event.materialize(&Tx::observed(sql, &note), &meta)
    }

    /// Keeps an event that cannot be applied any more.
    pub(super) fn reject(&self, sql: &Sql, number: i64, content: &Content, error: &Error) -> Result<()> {
        let Content { name, args, .. } = content;
        let now = Date::now().as_millis();
        sql.execute(&self.layout.reject(), (number, name, args.as_deref(), error.to_string(), now))?;
        Ok(())
    }

    pub(crate) fn meta(&self, key: Meta) -> Result<Option<String>> {
        Ok(self.sql.query::<String>(&self.layout.meta(), (key.key(),))?.optional()?)
    }

    pub(crate) fn set_meta(&self, key: Meta, value: &str) -> Result<()> {
        self.sql.execute(&self.layout.set_meta(), (key.key(), value))?;
        Ok(())
    }

    pub(crate) fn delete_meta(&self, key: Meta) -> Result<()> {
        self.sql.execute(&self.layout.delete_meta(), (key.key(),))?;
        Ok(())
    }

    /// Forgets all events and the rows of the users' tables. The pending events become rejected ones.
    pub(crate) fn reset(&self, why: &str) -> Result<()> {
        self.transaction(|sql| {
            let error = Error::new(why);
            for event in self.events(self.heads()?.head, i64::MAX)? {
                self.reject(sql, event.seq.global, &event.content, &error)?;
            }
            for statement in self.layout.reset() {
                sql.execute(&statement, ())?;
            }
            drop_all(sql, &self.layout)?;
            for table in &self.tables {
                table.create(sql)?;
                table.watch(sql)?;
            }
            for key in [Meta::Halted, Meta::Rebuild, Meta::PushParked, Meta::PullParked] {
                self.delete_meta(key)?;
            }
            Ok(())
        })
    }

    /// Returns the rejected events.
    pub(crate) fn rejected(&self) -> Result<Vec<Rejected>> {
        Ok(self.sql.query(&self.layout.rejected(), ())?.all()?)
    }

    /// Deletes a rejected event; whether it was there.
    pub(crate) fn forget_rejected(&self, id: i64) -> Result<bool> {
        Ok(self.sql.execute(&self.layout.forget_rejected(), (id,))? > 0)
    }

    /// Returns whether the store has nothing of any backend, and nothing for one.
    pub(crate) fn is_empty(&self) -> Result<bool> {
        Ok(self.heads()? == Heads::default() && self.meta(Meta::BackendId)?.is_none())
    }

    /// Returns the number of rejected events.
    pub(crate) fn rejected_count(&self) -> Result<i64> {
        Ok(self.sql.query(&self.layout.rejected_count(), ())?.one()?)
    }

    /// Returns the names of the users' tables.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<'_, S> {
        self.tables.iter().map(|table| table.definition.name())
    }

    /// Returns the users' tables that statements write.
    pub(super) fn written(&self, statements: &Statements) -> Vec<&'static str> {
        let footprints: Vec<_> =
            statements.iter().map(|statement| self.footprints.of(&self.sql, statement)).collect();
        self.names().filter(|table| footprints.iter().any(|each| each.writes.contains(table))).collect()
    }

    pub(super) fn transaction<T>(&self, body: impl FnOnce(&Sql) -> Result<T>) -> Result<T> {
        self.sql.transaction(body)
    }
}

/// Collects the statements of a transaction.
pub(super) type Noted = RefCell<Statements>;
