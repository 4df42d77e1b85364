//! A store's event log in SQLite, in the tables of LiveStore's own backend, so that either can go on with
//! what the other has written.

use std::cell::Cell;

use super::admission::Head;
use super::archive::STAGING;
use super::paging::{Chunk, MAX_ITEMS};
use crate::livestore::protocol::{Event, PageInfo};
use crate::{Ctx, Error, Result, Sql, Text};

/// One store's log.
pub(super) struct EventLog {
    ctx: Ctx,
    store_id: String,
    backend_id: String,
    head: Cell<i64>,
    /// Whether another log has taken its place.
    closed: Cell<bool>,
    table: String,
    insert: String,
    insert_row: String,
    select: String,
    select_stored: String,
}

/// The longest frame that is bound as a whole, in UTF-16 code units: in any alphabet it stays below the 2 MB
/// that Cloudflare allows for a bound text.
const MAX_FRAME_UNITS: usize = 600_000;

/// Events ready to be sent.
pub(super) struct Page {
    /// The items of a chunk's batch, as JSON, separated by commas.
    pub(super) items: Text,
    /// The last of them.
    pub(super) last: Option<i64>,
    pub(super) info: PageInfo,
}

/// Its number, its parent's, its name, its arguments, its client and its session.
type StoredEvent = (i64, i64, String, Option<String>, String, String);

const CREATE_CONTEXT: &str = r#"CREATE TABLE IF NOT EXISTS "context_7" ("storeId" text primary key, "currentHead" integer not null, "backendId" text not null) strict"#;
const FIND_CONTEXT: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'context_7'";
const READ_STORES: &str = "SELECT storeId FROM context_7 LIMIT 2";
const READ_CONTEXT: &str = "SELECT currentHead, backendId FROM context_7 WHERE storeId = ?";
const NEW_CONTEXT: &str =
    "INSERT INTO context_7 VALUES (?, 0, lower(hex(randomblob(16)))) RETURNING currentHead, backendId";
const REPLACE_CONTEXT: &str = "UPDATE context_7 SET currentHead = ?, backendId = ? WHERE storeId = ?";
const DELETE_CONTEXT: &str = "DELETE FROM context_7 WHERE storeId = ?";
const MOVE_HEAD: &str = "UPDATE context_7 SET currentHead = ? WHERE storeId = ?";

impl EventLog {
    /// The log this object already has, if any: how a hibernated object knows which store it is.
    pub(super) fn reopen(ctx: &Ctx) -> Result<Option<Self>> {
        let sql = ctx.sql();
        if sql.query::<i64>(FIND_CONTEXT, ())?.optional()?.is_none() {
            return Ok(None);
        }
        let stores: Vec<String> = sql.query(READ_STORES, ())?.all()?;
        match stores.as_slice() {
            [store_id] => Self::open(ctx, store_id).map(Some),
            // None yet, or several, which only a request's own store id tells apart.
            _ => Ok(None),
        }
    }

    /// The log of a store, made when there is none.
    pub(super) fn open(ctx: &Ctx, store_id: &str) -> Result<Self> {
        let table = format!("eventlog_7_{}", table_suffix(store_id));
        let sql = ctx.sql();
        sql.execute(CREATE_CONTEXT, ())?;
        sql.execute(&create_table(&table), ())?;
        let context = sql.query::<(i64, String)>(READ_CONTEXT, (store_id,))?.optional()?;
        let (head, backend_id) = match context {
            Some(context) => context,
            None => sql.query(NEW_CONTEXT, (store_id,))?.one()?,
        };
        // LiveStore's own backend can leave events beyond the head it recorded. Clients have pulled them.
        let last: Option<i64> = sql.query(&format!(r#"SELECT max(seqNum) FROM "{table}""#), ())?.one()?;
        Ok(Self {
            ctx: ctx.clone(),
            store_id: store_id.to_owned(),
            backend_id,
            head: Cell::new(last.map_or(head, |last| last.max(head))),
            closed: Cell::new(false),
            insert: insert_into(&table),
            insert_row: format!(r#"INSERT INTO "{table}" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#),
            select: select_from(&table),
            select_stored: select_stored_from(&table),
            table,
        })
    }

    /// An empty table for events that may take the place of a log's.
    pub(super) fn create_staging(sql: &Sql) -> Result<()> {
        sql.execute(&format!(r#"DROP TABLE IF EXISTS "{STAGING}""#), ())?;
        sql.execute(&create_table(STAGING), ()).map(drop)
    }

    /// Puts what is in the staging table in its place. From then on this log is of no use.
    pub(super) fn replace(&self, head: i64, backend_id: &str) -> Result<()> {
        self.ctx.transaction(|sql| {
            self.drop_table(sql)?;
            sql.execute(&format!(r#"ALTER TABLE "{STAGING}" RENAME TO "{}""#, self.table), ())?;
            sql.execute(REPLACE_CONTEXT, (head, backend_id, self.store_id.as_str()))?;
            Ok::<_, Error>(())
        })?;
        self.closed.set(true);
        Ok(())
    }

    /// Deletes it. From then on this log is of no use, and the next one is another backend's.
    pub(super) fn remove(&self) -> Result<()> {
        self.ctx.transaction(|sql| {
            self.drop_table(sql)?;
            sql.execute(DELETE_CONTEXT, (self.store_id.as_str(),)).map(drop)
        })?;
        self.closed.set(true);
        Ok(())
    }

    fn drop_table(&self, sql: &Sql) -> Result<()> {
        sql.execute(&format!(r#"DROP TABLE "{}""#, self.table), ()).map(drop)
    }

    /// How many events there are. It reads all of them.
    pub(super) fn count(&self) -> Result<u64> {
        self.ctx.sql().query(&format!(r#"SELECT count(*) FROM "{}""#, self.table), ())?.one()
    }

    pub(super) fn is_empty(&self) -> Result<bool> {
        Ok(self.page(i64::MIN)?.last.is_none())
    }

    pub(super) fn store_id(&self) -> &str {
        &self.store_id
    }

    pub(super) fn head(&self) -> Head<'_> {
        Head { number: self.head.get(), backend_id: &self.backend_id }
    }

    /// Stores an admitted batch and moves the head, both or neither. `frame` is the message the batch
    /// came in: SQLite takes the events out of it by itself.
    pub(super) fn append(
        &self,
        frame: &Text,
        batch: &[Event<'_>],
        head: i64,
        created_at: &str,
    ) -> Result<()> {
        let stored = if frame.len() <= MAX_FRAME_UNITS {
            // Refused where SQLite's JSON is stricter than JSON: it nests 1,000 deep at most.
            self.append_frame(frame, batch.len(), head, created_at)
                .or_else(|_| self.append_rows(batch, head, created_at))
        } else {
            self.append_rows(batch, head, created_at)
        };
        stored.inspect(|()| self.head.set(head))
    }

    /// Whether these very events are in the log, one after the other.
    pub(super) fn holds(&self, batch: &[Event<'_>]) -> Result<bool> {
        let Some(first) = batch.first() else { return Ok(true) };
        let mut stored =
            self.ctx.sql().query::<StoredEvent>(&self.select_stored, (first.seq_num, batch.len()))?;
        for event in batch {
            let same = |row: StoredEvent| {
                let (number, parent, name, args, client, session) = row;
                (number, parent) == (event.seq_num, event.parent_seq_num)
                    && (name == event.name && client == event.client_id && session == event.session_id)
                    && args.as_deref() == event.args.map(|args| args.get())
            };
            if !stored.next().transpose()?.is_some_and(same) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn append_frame(&self, frame: &Text, count: usize, head: i64, created_at: &str) -> Result<()> {
        self.ctx.transaction(|sql| {
            let stored = sql.execute(&self.insert, (frame, created_at))?;
            if stored != count as u64 {
                return Err(Error::Message(format!("SQLite found {stored} of {count} events")));
            }
            self.move_head(sql, head)
        })
    }

    fn append_rows(&self, batch: &[Event<'_>], head: i64, created_at: &str) -> Result<()> {
        self.ctx.transaction(|sql| {
            for event in batch {
                let args = event.args.map(|args| args.get());
                let (client, session) = (&*event.client_id, &*event.session_id);
                let row =
                    (event.seq_num, event.parent_seq_num, &*event.name, args, created_at, client, session);
                sql.execute(&self.insert_row, row)?;
            }
            self.move_head(sql, head)
        })
    }

    fn move_head(&self, sql: &Sql, head: i64) -> Result<()> {
        sql.execute(MOVE_HEAD, (head, self.store_id.as_str())).map(drop)
    }

    /// The events after `cursor`, as many as fit a chunk.
    pub(super) fn page(&self, cursor: i64) -> Result<Page> {
        if self.closed.get() {
            return Err(Error::new("the store was replaced"));
        }
        let mut chunk = Chunk::default();
        let mut items = Vec::new();
        let mut last = None;
        // Rows are read only as far as they fit: each may be as large as a whole chunk.
        for row in self.ctx.sql().query::<(i64, usize, Text)>(&self.select, (cursor,))? {
            let (number, size, item) = row?;
            if !chunk.take(size) {
                break;
            }
            last = Some(number);
            items.push(item);
        }
        // Official clients number without gaps, so this is exact; where there are gaps it is an upper
        // bound, and counting would read the whole log for every page.
        let remaining = self.head.get().saturating_sub(last.unwrap_or(cursor));
        let info = match u64::try_from(remaining) {
            Ok(remaining @ 1..) if last.is_some() => PageInfo::MoreKnown(remaining),
            _ => PageInfo::NoMore,
        };
        Ok(Page { items: Text::join(&items, ","), last, info })
    }
}

/// Every UTF-16 code unit that is no ASCII letter or digit becomes an underscore, as upstream does it.
fn table_suffix(store_id: &str) -> String {
    let safe = |unit: u16| u8::try_from(unit).ok().filter(u8::is_ascii_alphanumeric).map_or('_', char::from);
    store_id.encode_utf16().map(safe).collect()
}

fn create_table(table: &str) -> String {
    format!(
        r#"CREATE TABLE IF NOT EXISTS "{table}" ("seqNum" integer primary key, "parentSeqNum" integer not null, "name" text not null, "args" text, "createdAt" text not null, "clientId" text not null, "sessionId" text not null) strict"#
    )
}

/// One statement for a batch of any length. `->` keeps the arguments' JSON as it is.
fn insert_into(table: &str) -> String {
    format!(
        r#"INSERT INTO "{table}" SELECT json_extract(value, '$.seqNum'), json_extract(value, '$.parentSeqNum'), json_extract(value, '$.name'), value -> 'args', ?2, json_extract(value, '$.clientId'), json_extract(value, '$.sessionId') FROM json_each(?1, '$.payload.batch')"#
    )
}

/// The events from a number on.
fn select_stored_from(table: &str) -> String {
    format!(
        r#"SELECT seqNum, parentSeqNum, name, args, clientId, sessionId FROM "{table}" WHERE seqNum >= ?1 ORDER BY seqNum LIMIT ?2"#
    )
}

/// Each event's number, an upper bound of its size, and its JSON in a chunk.
fn select_from(table: &str) -> String {
    format!(
        r#"SELECT seqNum, 256 + ifnull(octet_length(args), 0) + 6 * octet_length(name || clientId || sessionId), '{{"eventEncoded":{{"name":' || json_quote(name) || ifnull(',"args":' || args, '') || ',"seqNum":' || seqNum || ',"parentSeqNum":' || parentSeqNum || ',"clientId":' || json_quote(clientId) || ',"sessionId":' || json_quote(sessionId) || '}},"metadata":{{"_tag":"Some","value":{{"_tag":"SyncMessage.SyncMetadata","createdAt":' || json_quote(createdAt) || '}}}}}}' FROM "{table}" WHERE seqNum > ?1 ORDER BY seqNum LIMIT {MAX_ITEMS}"#
    )
}
