//! Pages of a log, read from the object's own database.

use std::cell::{Cell, RefCell};

use crate::livestore::backend::log::{Events, table};
use crate::livestore::backend::paging::{MAX_BYTES, MAX_ITEMS, fitting};
use crate::value::Text;
use crate::{Result, Sql};

/// The largest page that is cached, in bytes.
const MAX_KEPT: usize = 64 << 10;

/// Events that SQLite has joined.
#[derive(Clone)]
struct Joined {
    after: i64,
    events: Events,
    /// The size of their JSON, in bytes.
    size: usize,
}

/// A reader of the pages of one log.
pub(super) struct Pages {
    sql: Sql,
    join: String,
    sizes: String,
    /// The average size of an event in the last page, in bytes.
    event_bytes: Cell<usize>,
    /// The last page, unless it is large or a later write made it stale. When clients come back, all ask for
    /// the same page.
    last: RefCell<Option<Joined>>,
}

impl Pages {
    pub(super) fn new(sql: &Sql, table: &str) -> Self {
        Self {
            sql: sql.clone(),
            join: join_from(table),
            sizes: sizes_from(table),
            event_bytes: Cell::new(0),
            last: RefCell::default(),
        }
    }

    /// Forgets the last page, because events are being stored.
    pub(super) fn forget(&self) {
        self.last.replace(None);
    }

    /// Reads the events after `cursor`, as many as fit into a chunk of this many bytes.
    pub(super) fn read(&self, cursor: i64, bytes: usize) -> Result<Events> {
        let bytes = bytes.min(MAX_BYTES);
        let kept = self.last.borrow().clone();
        if let Some(page) = kept.filter(|page| page.after == cursor && page.size <= bytes) {
            return Ok(page.events);
        }
        let page = self.page(cursor, bytes)?;
        self.last.replace((page.size <= MAX_KEPT).then(|| page.clone()));
        Ok(page.events)
    }

    /// Reads a page with one statement. If that is too much for SQLite, or is likely to be, another statement
    /// first counts how many events fit.
    fn page(&self, cursor: i64, bytes: usize) -> Result<Joined> {
        let likely = bytes.checked_div(self.event_bytes.get()).unwrap_or(MAX_ITEMS);
        if likely >= MAX_ITEMS
            && let Ok(page) = self.join(cursor, MAX_ITEMS)
            && page.size <= bytes
        {
            return Ok(page);
        }
        // It does not read all 100 if so many are unlikely: Cloudflare bills each row that is read.
        let most = likely.saturating_mul(2).saturating_add(2).min(MAX_ITEMS);
        let sizes: Vec<usize> = self.sql.query(&self.sizes, (cursor, most))?.all()?;
        self.join(cursor, fitting(sizes, bytes))
    }

    /// Reads this many of the next events.
    fn join(&self, cursor: i64, count: usize) -> Result<Joined> {
        let joined = self.sql.query(&self.join, (cursor, count))?.one()?;
        let (last, items, size, count): (_, Option<Text>, Option<usize>, usize) = joined;
        let size = size.unwrap_or_default();
        if let Some(each) = size.checked_div(count) {
            self.event_bytes.set(each);
        }
        let events = Events { items: items.unwrap_or_else(|| Text::from("")), last };
        Ok(Joined { after: cursor, events, size })
    }
}

/// Returns the SQL for the number of the last of the next events, their JSON in a chunk, its size, and their
/// count. A subquery with a limit keeps its order.
fn join_from(table: &str) -> String {
    let item = table::ITEM;
    format!(
        r#"SELECT max(seqNum), group_concat(item), octet_length(group_concat(item)), count(*) FROM (SELECT seqNum, {item} AS item FROM "{table}" WHERE seqNum > ?1 ORDER BY seqNum LIMIT ?2)"#
    )
}

/// Returns the SQL for upper bounds of the sizes of the next events in a chunk, in bytes. `octet_length` does
/// not read a column's content.
fn sizes_from(table: &str) -> String {
    format!(
        r#"SELECT 256 + ifnull(octet_length(args), 0) + 6 * octet_length(name || clientId || sessionId) FROM "{table}" WHERE seqNum > ?1 ORDER BY seqNum LIMIT ?2"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::State;

    /// Returns a log whose events have arguments of these lengths.
    fn log(lengths: &[usize]) -> Pages {
        let sql = Sql::new(State::in_memory().into());
        sql.execute(&table::create("log"), ()).unwrap();
        for (number, length) in (1_i64..).zip(lengths) {
            let args = format!(r#""{}""#, "x".repeat(*length));
            let insert = "INSERT INTO log VALUES (?1, ?1 - 1, 'e', ?2, 'now', 'c', 's')";
            sql.execute(insert, (number, args)).unwrap();
        }
        Pages::new(&sql, "log")
    }

    /// Returns the number of events in each page.
    fn counts(log: &Pages, bytes: usize) -> Vec<i64> {
        let mut cursor = 0;
        let next = || {
            let events = log.read(cursor, bytes).unwrap();
            assert_eq!(events.items.is_empty(), events.last.is_none());
            let json = format!("[{}]", events.items);
            let items: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
            assert!(items.len() <= 1 || json.len() - 2 <= bytes);
            let before = std::mem::replace(&mut cursor, events.last?);
            let numbers: Vec<_> = items.iter().map(|item| item["eventEncoded"]["seqNum"].as_i64()).collect();
            assert_eq!(numbers, (before + 1..=cursor).map(Some).collect::<Vec<_>>());
            Some(cursor - before)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn small_events_come_in_hundreds() {
        assert_eq!(counts(&log(&[50; 250]), MAX_BYTES), [100, 100, 50]);
        assert_eq!(counts(&log(&[50; 250]), usize::MAX), [100, 100, 50]);
        assert!(counts(&log(&[]), MAX_BYTES).is_empty());
    }

    #[test]
    fn of_large_events_come_as_many_as_fit() {
        assert_eq!(counts(&log(&[20_000; 120]), MAX_BYTES), [44, 44, 32]);
        assert_eq!(counts(&log(&[200_000; 6]), MAX_BYTES), [4, 2]);
        assert_eq!(counts(&log(&[1_900_000; 3]), MAX_BYTES), [1, 1, 1]);
        assert_eq!(counts(&log(&[50; 5]), 1), [1; 5]);
    }

    #[test]
    fn large_and_small_ones_fit_together() {
        let lengths = [[50; 60].as_slice(), &[500_000, 50, 500_000], &[50; 200]].concat();
        assert_eq!(counts(&log(&lengths), MAX_BYTES), [62, 100, 100, 1]);
        let lengths = [[50, 30_000].as_slice(); 20].concat();
        assert!(counts(&log(&lengths), 40_000).len() <= 25);
    }

    #[test]
    fn a_page_is_read_once_until_something_is_stored() {
        let log = log(&[50]);
        let last = |bytes| log.read(0, bytes).unwrap().last;
        assert_eq!(last(MAX_BYTES), Some(1));
        // This change shows whether the log reads the database.
        log.sql.execute("UPDATE log SET seqNum = 2", ()).unwrap();
        assert_eq!(last(1_000), Some(1));
        assert_eq!(last(10), Some(2), "what is kept does not fit");
        log.sql.execute("UPDATE log SET seqNum = 3", ()).unwrap();
        assert_eq!(last(MAX_BYTES), Some(2));
        log.forget();
        assert_eq!(last(MAX_BYTES), Some(3));
        log.sql
            .execute("UPDATE log SET seqNum = 4, args = ?", (format!("\"{}\"", "x".repeat(MAX_KEPT)),))
            .unwrap();
        log.forget();
        assert_eq!(last(MAX_BYTES), Some(4));
        log.sql.execute("UPDATE log SET seqNum = 5", ()).unwrap();
        assert_eq!(last(MAX_BYTES), Some(5), "a large one is not kept");
    }
}
