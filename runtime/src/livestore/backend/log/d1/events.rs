//! One store's events in a D1 database.
//!
//! An answer can be lost, and a statement can run long after the object that sent it has gone. So every
//! INSERT names the log that it continues. After a failed INSERT, the object reads the log to find out
//! whether it was stored.

use std::cell::Cell;

use super::database::{Database, Rows, Statement, cell, number, only, text};
use super::owner;
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::log::batch::{Batch, parts_of};
use crate::livestore::backend::log::{Engine, EventLog, Events, Gap, Recovered, context, table};
use crate::livestore::backend::paging::{MAX_BYTES, MAX_ITEMS};
use crate::livestore::wire::Event;
use crate::value::Text;
use crate::value::Value;
use crate::{Ctx, Error, Result};

/// One store's events.
struct D1Events {
    ctx: Ctx,
    database: Database,
    store_id: String,
    backend_id: String,
    /// The number of the last event, as far as this object knows.
    end: Cell<Option<i64>>,
    last: String,
    insert: String,
    insert_row: String,
    select: String,
    count_range: String,
    count_same: String,
    count_same_row: String,
}

/// Opens the log of a store, or creates it. Also returns which listeners lack events.
pub(super) async fn open(ctx: &Ctx, database: Database, store_id: &str) -> Result<(EventLog, Gap)> {
    let sql = ctx.sql();
    let known = context::read(&sql, store_id)?;
    let backend_id = known.as_ref().map(|(_, backend_id)| backend_id.as_str());
    let owner::Owned { table, backend_id } = owner::claim(&database, store_id, backend_id).await?;
    let last = table::last(&table);
    let [_, rows] = database.batch([(&table::create(&table), vec![]), (&last, vec![])]).await?;
    let end: Option<i64> = read_number(rows)?;
    // A reset or an import that broke off has changed the database first.
    let known = known.filter(|(_, known)| *known == backend_id).map_or(0, |(head, _)| head);
    let head = end.map_or(known, |end| end.max(known));
    context::put(&sql, store_id, head, &backend_id)?;
    let engine = D1Events {
        ctx: ctx.clone(),
        database,
        store_id: store_id.to_owned(),
        backend_id: backend_id.clone(),
        end: Cell::new(end),
        last,
        insert: table::insert_items(&table, &continues(&table, 2)),
        insert_row: insert_row_into(&table),
        select: select_from(&table),
        count_range: table::count_range(&table),
        count_same: table::count_same(&table),
        count_same_row: table::count_same_row(&table),
    };
    let log = EventLog::new(store_id.to_owned(), backend_id, head, table, Box::new(engine));
    Ok((log, if head > known { Gap::Everybody } else { Gap::None }))
}

impl Engine for D1Events {
    fn read(&self, cursor: i64, bytes: usize) -> Boxed<'_, Events> {
        Box::pin(async move {
            let bytes = number(i64::try_from(bytes.min(MAX_BYTES)).unwrap_or(i64::MAX));
            let [rows] = self.database.batch([(&self.select, vec![number(cursor), bytes])]).await?;
            let [last, items] = only(rows)?;
            Ok(Events { last: cell(last)?, items: cell::<Option<Text>>(items)?.unwrap_or_else(|| "".into()) })
        })
    }

    fn append<'a>(
        &'a self,
        batch: &'a Batch<'a>,
        _frame: &'a Text,
        _before: i64,
        head: i64,
    ) -> Boxed<'a, ()> {
        Box::pin(async move {
            // SQLite refuses JSON that nests more than 1,000 deep, which JSON itself allows. If there is
            // another reason, the second attempt fails for it as well.
            if self.database.run(self.insert_parts(batch)).await.is_err() {
                self.database.run(self.insert_rows(batch)).await?;
            }
            self.end.set(Some(head));
            context::move_head(&self.ctx.sql(), &self.store_id, head)
        })
    }

    fn holds<'a>(&'a self, batch: &'a [Event<'a>]) -> Boxed<'a, bool> {
        Box::pin(async move {
            let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(true) };
            let range = (&*self.count_range, vec![number(first.seq_num), number(last.seq_num)]);
            let parts = parts_of(batch, "").into_iter().map(|part| vec![text(&part.items)]);
            let parts = parts.map(|values| (&*self.count_same, values));
            let statements = std::iter::once(range.clone()).chain(parts).collect();
            // In the same way as they are stored.
            let counts = match self.database.run(statements).await {
                Ok(counts) => counts,
                Err(_) => {
                    let rows = batch.iter().map(|event| (&*self.count_same_row, row(event, "")));
                    self.database.run(std::iter::once(range).chain(rows).collect()).await?
                }
            };
            let counts = counts.into_iter().map(read_number);
            Ok(table::holds(batch.len(), &counts.collect::<Result<Vec<_>>>()?))
        })
    }

    fn catch_up(&self, head: i64) -> Boxed<'_, i64> {
        Box::pin(async move {
            let end = self.look(head).await?;
            if end != head {
                self.follow(end)?;
            }
            Ok(end)
        })
    }

    fn recover<'a>(&'a self, batch: &'a Batch<'a>, before: i64, head: i64) -> Boxed<'a, Recovered> {
        Box::pin(async move {
            let Ok(now) = self.look(before).await else { return Ok(Recovered::Lost) };
            let stored = now == head && self.holds(batch.events()).await?;
            self.follow(now)?;
            Ok(recovered(before, now, stored))
        })
    }
}

impl D1Events {
    /// Reads the end of the log, in case others have written to it.
    async fn look(&self, known: i64) -> Result<i64> {
        let owner = (owner::READ, vec![text(&self.store_id)]);
        let [owner, last] = self.database.batch([owner, (&self.last, vec![])]).await?;
        let [_, backend_id] = only(owner)?;
        if cell::<String>(backend_id)? != self.backend_id {
            return Err(Error::new("the store was replaced"));
        }
        let end = read_number(last)?;
        self.end.set(end);
        Ok(end.map_or(known, |end| end.max(known)))
    }

    /// Moves the head to the end of the log.
    fn follow(&self, end: i64) -> Result<()> {
        context::move_head(&self.ctx.sql(), &self.store_id, end)
    }

    /// Returns a statement for each part of a batch; there is usually one. Each binds less than 2 MB, as D1
    /// demands.
    fn insert_parts(&self, batch: &Batch<'_>) -> Vec<Statement<'_>> {
        let mut end = self.end.get();
        let parts = batch.parts().iter().map(|part| {
            let after = number(end.replace(part.last));
            let values = vec![text(&part.items), after, text(&self.store_id), text(&self.backend_id)];
            (&*self.insert, values)
        });
        parts.collect()
    }

    /// Returns a statement for each event.
    fn insert_rows(&self, batch: &Batch<'_>) -> Vec<Statement<'_>> {
        let mut end = self.end.get();
        let rows = batch.events().iter().map(|event| {
            let after = number(end.replace(event.seq_num));
            let mut values = row(event, batch.created_at());
            values.extend([after, text(&self.store_id), text(&self.backend_id)]);
            (&*self.insert_row, values)
        });
        rows.collect()
    }
}

/// Decides whether a batch is stored, from the ends of the log `before` and `now`, and from whether the log
/// ends with the batch.
fn recovered(before: i64, now: i64, ends_with_batch: bool) -> Recovered {
    if now == before {
        Recovered::NotStored
    } else if ends_with_batch {
        Recovered::Stored
    } else {
        Recovered::Overtaken { end: now }
    }
}

/// Returns an event's columns.
fn row(event: &Event<'_>, created_at: &str) -> Vec<Value> {
    vec![
        number(event.seq_num),
        number(event.parent_seq_num),
        text(&event.name),
        event.args.map_or(Value::Null, text),
        text(created_at),
        text(&event.client_id),
        text(&event.session_id),
    ]
}

fn read_number(rows: Rows) -> Result<Option<i64>> {
    let [number] = only(rows)?;
    cell(number)
}

/// Returns the condition that the log still ends with an event and still belongs to a backend. These are the
/// parameters from `first` on.
fn continues(table: &str, first: u8) -> String {
    let (store, backend) = (first + 1, first + 2);
    format!(
        r#"(SELECT max(seqNum) FROM "{table}") IS ?{first} AND EXISTS (SELECT 1 FROM eventlog_owner_7 WHERE storeId = ?{store} AND backendId = ?{backend})"#
    )
}

fn insert_row_into(table: &str) -> String {
    let condition = continues(table, 8);
    format!(r#"INSERT INTO "{table}" VALUES (?1, CASE WHEN {condition} THEN ?2 END, ?3, ?4, ?5, ?6, ?7)"#)
}

/// Returns the SQL for the number of the last event that fits into an answer, and the items of all events up
/// to it. One event always fits.
///
/// D1 answers in JSON, of up to 1 MB (LiveStore `sync-cf/src/cf-worker/do/sync-storage.ts`,
/// `D1_MAX_JSON_RESPONSE_BYTES`). An item is JSON already, so each of its bytes may take two there. The
/// statement measures events before it makes the items: 100 of the largest are 190 MB. Only if that is too
/// much, it counts how many fit, which reads each row three times more.
fn select_from(table: &str) -> String {
    let item = table::ITEM;
    let size = "512 + ifnull(2 * octet_length(args), 0) + 12 * octet_length(name || clientId || sessionId)";
    let next = format!(r#"(SELECT * FROM "{table}" WHERE seqNum > ?1 ORDER BY seqNum LIMIT {MAX_ITEMS})"#);
    let fits = format!(
        "SELECT max(seqNum) FROM (SELECT seqNum, row_number() OVER log AS place, sum({size}) OVER log AS bytes \
        FROM {next} WINDOW log AS (ORDER BY seqNum)) WHERE place = 1 OR bytes <= ?2"
    );
    format!(
        "SELECT max(seqNum), group_concat({item}, ',' ORDER BY seqNum) FROM {next} \
        WHERE (SELECT sum({size}) FROM {next}) <= ?2 OR seqNum <= ({fits})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_log_ends_with_says_whether_a_batch_is_stored() {
        assert_eq!(recovered(4, 4, false), Recovered::NotStored);
        assert_eq!(recovered(4, 6, true), Recovered::Stored);
        assert_eq!(recovered(4, 6, false), Recovered::Overtaken { end: 6 });
    }
}
