//! The tables of a store, and the transactions that change them.
//!
//! Every function is one transaction. So the log, the head, the users' tables and the undo log always agree, and
//! a crash between two statements leaves nothing half done.

use std::cell::RefCell;
use std::rc::Rc;

use fnv::FnvHashSet;

use super::connection::{Connection, column};
use super::definition::{Committed, Definition};
use super::footprint::Footprints;
use super::tables::{UserTable, drop_all};
use crate::livestore::client::error::{Halt, Result, StoreError};
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::layout::{FORMAT, Layout, Meta};
use crate::livestore::client::seq::Seq;
use crate::livestore::client::undo::ON_OPEN;
use crate::livestore::schema::{EventMeta, Tx};
use crate::{Date, Sql};

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
pub(crate) type Statements = FnvHashSet<String>;

/// The tables of one store.
pub(crate) struct Database {
    pub(super) connection: Connection,
    pub(super) layout: Layout,
    pub(super) tables: Vec<UserTable>,
    pub(super) schema: &'static Definition,
    pub(super) footprints: Footprints,
    identity: RefCell<Identity>,
}

impl Database {
    /// Opens the tables of a store, and creates them the first time. `identity` is used for a new store only.
    pub(crate) fn open(
        sql: Sql,
        layout: Layout,
        schema: &'static Definition,
        identity: impl FnOnce() -> Identity,
    ) -> Result<Self> {
        let connection = Connection { sql };
        let tables = schema.tables.iter().map(|table| UserTable::new(&layout, table));
        let tables = tables.collect::<Result<_>>()?;
        connection.run(ON_OPEN, &[])?;
        let empty = Identity { client_id: String::new(), session_id: String::new() };
        let database = Self {
            connection,
            layout,
            tables,
            schema,
            footprints: Footprints::default(),
            identity: RefCell::new(empty),
        };
        if database.connection.value::<i64>(&database.layout.exists(), &[])?.is_none() {
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
        self.connection.transaction(|| {
            for statement in self.layout.create() {
                self.connection.run(&statement, &[])?;
            }
            self.set_meta(Meta::Format, &FORMAT.to_string())?;
            self.set_meta(Meta::ClientId, &identity.client_id)?;
            self.set_meta(Meta::SessionId, &identity.session_id)?;
            if self.take_over()? {
                return self.begin_rebuild();
            }
            self.create_tables()?;
            self.set_meta(Meta::Fingerprint, &self.fingerprint())
        })
    }

    /// Creates the users' tables with their undo logs.
    fn create_tables(&self) -> Result<()> {
        self.tables.iter().try_for_each(|table| {
            table.create(&self.connection)?;
            table.watch(&self.connection)
        })
    }

    fn reopen(&self) -> Result<()> {
        let found = self.meta(Meta::Format)?.and_then(|format| format.parse().ok()).unwrap_or(FORMAT);
        if found > FORMAT {
            return Err(StoreError::Format { found, known: FORMAT }.into());
        }
        if self.meta(Meta::Fingerprint)? != Some(self.fingerprint()) {
            self.begin_rebuild()?;
        }
        Ok(())
    }

    pub(super) fn fingerprint(&self) -> String {
        (self.schema.fingerprint)().to_string()
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity.borrow().clone()
    }

    pub(crate) fn heads(&self) -> Result<Heads> {
        let rows = self.connection.rows(&self.layout.heads(), &[])?;
        let [row] = &*rows else { return Ok(Heads::default()) };
        Ok(Heads { head: column(row, 0)?, last: column(row, 1)? })
    }

    /// Returns up to `limit` events after a number, in order.
    pub(crate) fn events(&self, after: i64, limit: i64) -> Result<Vec<LogEvent>> {
        let mut parent = after;
        let mut events = Vec::new();
        for row in &self.connection.rows(&self.layout.events(), &[&after, &limit])? {
            let number = column(row, 0)?;
            events.push(LogEvent {
                seq: Seq::synced(number),
                parent: Seq::synced(parent),
                is_client_only: false,
                content: Rc::new(Content {
                    name: column(row, 1)?,
                    args: column(row, 2)?,
                    client_id: column(row, 3)?,
                    session_id: column(row, 4)?,
                }),
            });
            parent = number;
        }
        Ok(events)
    }

    /// Stores and applies events of one type.
    #[cfg(test)]
    pub(crate) fn commit<E: Committed>(&self, events: &[E]) -> Result<(i64, Statements)> {
        self.commit_all(&super::definition::erased(events))
    }

    /// Stores new events of this client behind all others, and applies them: all of them, or none.
    ///
    /// Returns the number of the first one.
    pub(super) fn commit_all(&self, events: &[&dyn Committed]) -> Result<(i64, Statements)> {
        self.refuse_while_stopped()?;
        let contents = events.iter().map(|event| self.content(*event)).collect::<Result<Vec<_>>>()?;
        self.connection.transaction(|| {
            let first = self.heads()?.last + 1;
            let noted = Noted::default();
            for (number, (event, content)) in (first..).zip(events.iter().zip(&contents)) {
                self.insert(number, content)?;
                let applied =
                    self.apply_one(number, content, &noted, &|tx, meta| Ok(event.materialize(tx, meta)?));
                applied.map_err(|fault| StoreError::Materialize {
                    event: content.name.clone(),
                    source: Box::new(fault.into()),
                })?;
            }
            Ok((first, noted.into_inner()))
        })
    }

    /// Finds out whether events could be committed, and changes nothing.
    pub(crate) fn try_out(&self, events: &[&dyn Committed]) -> Result<()> {
        let mut tried = None;
        let undone = self.connection.transaction(|| {
            tried = Some(self.commit_all(events).map(drop));
            // The transaction has to fail, so that it is rolled back.
            Err::<(), _>(StoreError::NotConnected.into())
        });
        // It fails with another error only when it did not run.
        tried.unwrap_or(undone)
    }

    /// Returns the content of a new event.
    pub(crate) fn content(&self, event: &dyn Committed) -> Result<Content> {
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
            return Err(StoreError::TooLarge { event: event.name(), size, limit: super::MAX_EVENT }.into());
        }
        Ok(content)
    }

    /// Refuses a commit that could never be pushed.
    pub(crate) fn refuse_while_stopped(&self) -> Result<()> {
        if let Some(halt) = self.halted()? {
            return Err(StoreError::Halted(halt).into());
        }
        self.refuse_while_rebuilding()
    }

    pub(crate) fn halted(&self) -> Result<Option<Halt>> {
        Ok(self.meta(Meta::Halted)?.and_then(|halt| Halt::of_json(&halt)))
    }

    /// Notes that the backend has stored the pending events up to a number.
    pub(crate) fn confirm(&self, number: i64) -> Result<()> {
        self.connection.transaction(|| {
            self.connection.run(&self.layout.set_head(), &[&number])?;
            self.trim(number)
        })
    }

    pub(super) fn trim(&self, head: i64) -> Result<()> {
        self.tables.iter().try_for_each(|table| self.connection.run(table.undo.trim(), &[&head]).map(drop))
    }

    /// Appends an event to the log.
    pub(super) fn insert(&self, number: i64, content: &Content) -> Result<()> {
        let Content { name, args, client_id, session_id } = content;
        self.connection.run(&self.layout.insert_event(), &[&number, name, args, client_id, session_id])?;
        Ok(())
    }

    /// Applies an event that this version of the code may not know.
    pub(super) fn replay(&self, number: i64, content: &Content, noted: &Noted) -> Result<()> {
        let args = content.args.as_deref().unwrap_or("null");
        self.apply_one(number, content, noted, &|tx, meta| {
            (self.schema.replay)(&content.name, args, tx, meta)
        })
    }

    fn apply_one(
        &self,
        number: i64,
        content: &Content,
        noted: &Noted,
        apply: &dyn Fn(&Tx<'_>, &EventMeta) -> Result<()>,
    ) -> Result<()> {
        let seq = u64::try_from(number).unwrap_or_default();
        let meta = EventMeta::new(seq, &*content.client_id, &*content.session_id);
        let note = |statement: &str| {
            let mut noted = noted.borrow_mut();
            if !noted.contains(statement) {
                noted.insert(statement.to_owned());
            }
        };
        apply(&Tx::observed(&self.connection.sql, &note), &meta)
    }

    /// Keeps an event that cannot be applied any more, for a reason in words.
    pub(super) fn reject(&self, number: i64, content: &Content, why: &str) -> Result<()> {
        let Content { name, args, .. } = content;
        let now = Date::now().as_millis();
        self.connection.run(&self.layout.reject(), &[&number, name, args, &why, &now])?;
        Ok(())
    }

    pub(crate) fn meta(&self, key: Meta) -> Result<Option<String>> {
        self.connection.value(&self.layout.meta(), &[&key.key()])
    }

    pub(crate) fn set_meta(&self, key: Meta, value: &str) -> Result<()> {
        self.connection.run(&self.layout.set_meta(), &[&key.key(), &value])?;
        Ok(())
    }

    pub(crate) fn delete_meta(&self, key: Meta) -> Result<()> {
        self.connection.run(&self.layout.delete_meta(), &[&key.key()])?;
        Ok(())
    }

    /// Forgets all events and the rows of the users' tables. The pending events become rejected ones.
    pub(crate) fn reset(&self, why: &str) -> Result<()> {
        self.connection.transaction(|| {
            for event in self.events(self.heads()?.head, i64::MAX)? {
                self.reject(event.seq.global, &event.content, why)?;
            }
            for statement in self.layout.reset() {
                self.connection.run(&statement, &[])?;
            }
            drop_all(&self.connection, &self.layout)?;
            self.create_tables()?;
            for key in [Meta::Halted, Meta::Rebuild, Meta::PushParked, Meta::PullParked] {
                self.delete_meta(key)?;
            }
            Ok(())
        })
    }

    /// Returns the rejected events.
    pub(crate) fn rejected(&self) -> Result<Vec<Rejected>> {
        let rows = self.connection.rows(&self.layout.rejected(), &[])?;
        let rejected = rows.iter().map(|row| {
            Ok(Rejected {
                id: column(row, 0)?,
                name: column(row, 1)?,
                args: column(row, 2)?,
                error: column(row, 3)?,
                at: column(row, 4)?,
            })
        });
        rejected.collect()
    }

    /// Deletes a rejected event; whether it was there.
    pub(crate) fn forget_rejected(&self, id: i64) -> Result<bool> {
        Ok(self.connection.run(&self.layout.forget_rejected(), &[&id])? > 0)
    }

    /// Returns whether the store has nothing of any backend, and nothing for one.
    pub(crate) fn is_empty(&self) -> Result<bool> {
        Ok(self.heads()? == Heads::default() && self.meta(Meta::BackendId)?.is_none())
    }

    /// Returns the number of rejected events.
    pub(crate) fn rejected_count(&self) -> Result<i64> {
        Ok(self.connection.value(&self.layout.rejected_count(), &[])?.unwrap_or_default())
    }

    /// Returns the names of the users' tables.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.tables.iter().map(|table| table.definition.name())
    }

    /// Returns the users' tables that statements write.
    pub(super) fn written(&self, statements: &Statements) -> Vec<&'static str> {
        let footprints: Vec<_> =
            statements.iter().map(|statement| self.footprints.of(&self.connection, statement)).collect();
        self.names().filter(|table| footprints.iter().any(|each| each.writes.contains(table))).collect()
    }
}

/// Collects the statements of a transaction.
pub(super) type Noted = RefCell<Statements>;
