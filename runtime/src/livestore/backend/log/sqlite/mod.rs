//! Events in the object's own database.

mod contents;
mod pages;

use std::future::ready;

pub(super) use self::contents::SqliteContents;
use self::pages::Pages;
use super::batch::{Batch, Part, parts_of};
use super::{Engine, EventLog, Events, context, table};
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::wire::Event;
use crate::value::Text;
use crate::{Error, Result, Sql};

/// The longest frame that is bound as a whole, in UTF-16 code units. In any alphabet it stays below the 2 MB
/// that Cloudflare allows for a bound text.
const MAX_FRAME_UNITS: usize = 600_000;

/// One store's events.
struct Sqlite {
    sql: Sql,
    store_id: String,
    insert: String,
    insert_row: String,
    pages: Pages,
    count_range: String,
    count_same: String,
    count_same_row: String,
}

/// Opens the log of a store, or creates it.
pub(super) fn open(sql: &Sql, store_id: &str) -> Result<EventLog> {
    let table = table::name(store_id);
    let (head, backend_id) = context::open(sql, store_id)?;
    sql.execute(&table::create(&table), ())?;
    // LiveStore's own backend can leave events beyond the head that it recorded. Clients have pulled them.
    let last: Option<i64> = sql.query(&table::last(&table), ())?.one()?;
    let head = last.map_or(head, |last| last.max(head));
    let engine = Box::new(Sqlite::new(sql, store_id, &table));
    Ok(EventLog::new(store_id.to_owned(), backend_id, head, table, engine))
}

impl Engine for Sqlite {
    fn read(&self, cursor: i64, bytes: usize) -> Boxed<'_, Events> {
        done(self.pages.read(cursor, bytes))
    }

    fn append<'a>(&'a self, batch: &'a Batch<'a>, frame: &'a Text, head: i64) -> Boxed<'a, ()> {
        done(self.append(batch, frame, head))
    }

    fn holds<'a>(&'a self, batch: &'a [Event<'a>]) -> Boxed<'a, bool> {
        done(self.holds(batch))
    }
}

/// Wraps a finished result: there is no wait.
fn done<'a, T: 'a>(result: Result<T>) -> Boxed<'a, T> {
    Box::pin(ready(result))
}

impl Sqlite {
    fn new(sql: &Sql, store_id: &str, table: &str) -> Self {
        Self {
            sql: sql.clone(),
            store_id: store_id.to_owned(),
            insert: insert_into(table),
            insert_row: insert_row_into(table),
            pages: Pages::new(sql, table),
            count_range: table::count_range(table),
            count_same: table::count_same(table),
            count_same_row: table::count_same_row(table),
        }
    }

    /// Appends a batch. SQLite extracts the events from the frame itself.
    fn append(&self, batch: &Batch<'_>, frame: &Text, head: i64) -> Result<()> {
        self.pages.forget();
        if frame.len() <= MAX_FRAME_UNITS {
            // SQLite refuses JSON that nests more than 1,000 deep, which JSON itself allows.
            self.append_frame(batch, frame, head).or_else(|_| self.append_rows(batch, head))
        } else {
            self.append_rows(batch, head)
        }
    }

    fn append_frame(&self, batch: &Batch<'_>, frame: &Text, head: i64) -> Result<()> {
        let count = batch.events().len();
        self.sql.transaction(|sql| {
            let stored = sql.execute(&self.insert, (frame, batch.created_at()))?;
            if stored != count as u64 {
                return Err(Error::Message(format!("SQLite found {stored} of {count} events")));
            }
            context::move_head(sql, &self.store_id, head)
        })
    }

    fn append_rows(&self, batch: &Batch<'_>, head: i64) -> Result<()> {
        self.sql.transaction(|sql| {
            for event in batch.events() {
                sql.execute(&self.insert_row, row(event, batch.created_at()))?;
            }
            context::move_head(sql, &self.store_id, head)
        })
    }

    fn holds(&self, batch: &[Event<'_>]) -> Result<bool> {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(true) };
        let there = self.sql.query(&self.count_range, (first.seq_num, last.seq_num))?.one()?;
        // In the same way as they are stored.
        let same = self.count_parts(batch).or_else(|_| self.count_rows(batch))?;
        Ok(table::holds(batch.len(), &[&[there], &*same].concat()))
    }

    fn count_parts(&self, batch: &[Event<'_>]) -> Result<Vec<Option<i64>>> {
        let count = |part: Part| self.sql.query(&self.count_same, (part.items,))?.one();
        parts_of(batch, "").into_iter().map(count).collect()
    }

    fn count_rows(&self, batch: &[Event<'_>]) -> Result<Vec<Option<i64>>> {
        let count = |event| self.sql.query(&self.count_same_row, row(event, ""))?.one();
        batch.iter().map(count).collect()
    }
}

/// An event's columns.
type Row<'a> = (i64, i64, &'a str, Option<&'a str>, &'a str, &'a str, &'a str);

fn row<'a>(event: &'a Event<'_>, created_at: &'a str) -> Row<'a> {
    let Event { name, args, seq_num, parent_seq_num, client_id, session_id } = event;
    (*seq_num, *parent_seq_num, name, *args, created_at, client_id, session_id)
}

fn insert_row_into(table: &str) -> String {
    format!(r#"INSERT INTO "{table}" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#)
}

/// Returns one statement for a batch of any length. SQLite parses its JSON only once: `jsonb_each` (SQLite
/// 3.51) gives the events in their parsed form. `->` keeps the arguments' JSON as it is.
fn insert_into(table: &str) -> String {
    format!(
        r#"INSERT INTO "{table}" SELECT value ->> 'seqNum', value ->> 'parentSeqNum', value ->> 'name', value -> 'args', ?2, value ->> 'clientId', value ->> 'sessionId' FROM jsonb_each(?1, '$.payload.batch')"#
    )
}
