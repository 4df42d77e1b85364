//! Events in the object's own database.

mod contents;
mod pages;

use std::future::ready;

pub(super) use self::contents::SqliteContents;
use self::pages::Pages;
use super::batch::{Batch, Part, parts_of};
use super::{Engine, EventLog, Events, context, table};
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::wire::{Event, json};
use crate::value::Text;
use crate::{Result, Sql};

/// The longest frame that is bound as a whole, in UTF-16 code units. In any alphabet it stays below the 2 MB
/// that Cloudflare allows for a bound text.
const MAX_FRAME_UNITS: usize = 600_000;

/// One store's events.
struct Sqlite {
    sql: Sql,
    store_id: String,
    insert_frame: String,
    insert_row: String,
    insert_row_as_is: String,
    remove_after: String,
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

    fn append<'a>(&'a self, batch: &'a Batch<'a>, frame: &'a Text, before: i64, head: i64) -> Boxed<'a, ()> {
        done(self.append(batch, frame, before, head))
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
            insert_frame: insert_frame_into(table),
            insert_row: table::insert_row(table),
            insert_row_as_is: table::insert_row_as_is(table),
            remove_after: table::remove_after(table),
            pages: Pages::new(sql, table),
            count_range: table::count_range(table),
            count_same: table::count_same(table),
            count_same_row: table::count_same_row(table),
        }
    }

    /// Appends a batch, and moves the head from `before` to `head`. Both are writes of one turn, so they reach
    /// the disk together.
    fn append(&self, batch: &Batch<'_>, frame: &Text, before: i64, head: i64) -> Result<()> {
        self.pages.forget();
        self.store(batch, frame, before)?;
        let Err(error) = context::move_head(&self.sql, &self.store_id, head) else { return Ok(()) };
        match self.take_back(before) {
            Ok(()) => Err(error),
            // The events are in the log, and the next open finds its head at the last one.
            Err(_) => Ok(()),
        }
    }

    /// Stores the events of a batch, all or none.
    fn store(&self, batch: &Batch<'_>, frame: &Text, before: i64) -> Result<()> {
        match batch.events() {
            [event] => self.insert(event, batch),
            events
                if frame.len() <= MAX_FRAME_UNITS
                    && self.store_frame(events.len(), batch, frame, before)? =>
            {
                Ok(())
            }
            events => self.sql.transaction(|_| events.iter().try_for_each(|event| self.insert(event, batch))),
        }
    }

    /// Has SQLite take the events from the frame itself. Returns whether it found all of them; otherwise it
    /// has stored none.
    fn store_frame(&self, count: usize, batch: &Batch<'_>, frame: &Text, before: i64) -> Result<bool> {
        let Ok(stored) = self.sql.execute(&self.insert_frame, (frame, batch.created_at())) else {
            return Ok(false);
        };
        if stored == count as u64 {
            return Ok(true);
        }
        self.take_back(before)?;
        Ok(false)
    }

    fn insert(&self, event: &Event<'_>, batch: &Batch<'_>) -> Result<()> {
        let row = row(event, batch.created_at());
        // SQLite would give back the same text.
        if event.args.is_none_or(json::is_compact) {
            return self.sql.execute(&self.insert_row_as_is, row).map(drop);
        }
        // SQLite refuses JSON that nests more than 1,000 deep, which JSON itself allows.
        let stored = self
            .sql
            .execute(&self.insert_row, row)
            .or_else(|_| self.sql.execute(&self.insert_row_as_is, row));
        stored.map(drop)
    }

    /// Removes all events after the head.
    fn take_back(&self, head: i64) -> Result<()> {
        self.sql.execute(&self.remove_after, (head,)).map(drop)
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

/// Returns one statement for a batch of any length. SQLite parses its JSON only once: `jsonb_each` (SQLite
/// 3.51) gives the events in their parsed form. `->` keeps the arguments' JSON as it is.
fn insert_frame_into(table: &str) -> String {
    format!(
        r#"INSERT INTO "{table}" SELECT value ->> 'seqNum', value ->> 'parentSeqNum', value ->> 'name', value -> 'args', ?2, value ->> 'clientId', value ->> 'sessionId' FROM jsonb_each(?1, '$.payload.batch')"#
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::livestore::wire::PushRequest;
    use crate::sys::State;

    const STORE: &str = "s";

    /// An event with these arguments, as JSON.
    fn event(seq_num: i64, args: &str) -> String {
        format!(
            r#"{{"name":"n","args":{args},"seqNum":{seq_num},"parentSeqNum":{},"clientId":"c","sessionId":"s"}}"#,
            seq_num - 1
        )
    }

    /// The events with these arguments after `head`, in a frame.
    fn frame(head: i64, args: &[&str]) -> String {
        let events: Vec<_> = (head + 1..).zip(args).map(|(seq_num, args)| event(seq_num, args)).collect();
        format!(
            r#"{{"payload":{{"storeId":"s","batch":[{}],"backendId":{{"_tag":"None"}}}}}}"#,
            events.join(",")
        )
    }

    struct Log {
        sql: Sql,
        sqlite: Sqlite,
        head: i64,
    }

    impl Log {
        fn new() -> Self {
            let sql = Sql::new(State::in_memory().into());
            open(&sql, STORE).unwrap();
            let sqlite = Sqlite::new(&sql, STORE, &table::name(STORE));
            Self { sql, sqlite, head: 0 }
        }

        fn append(&mut self, args: &[&str]) -> Result<()> {
            let frame = frame(self.head, args);
            self.append_from(&frame, &frame)
        }

        /// Appends what our reader finds in `ours`, while SQLite is given `theirs`.
        fn append_from(&mut self, ours: &str, theirs: &str) -> Result<()> {
            let payload = ours.strip_prefix(r#"{"payload":"#).unwrap();
            let push = json::parse(&payload[..payload.len() - 1], PushRequest::read).unwrap();
            let head = push.batch.last().unwrap().seq_num;
            let batch = Batch::new(&push.batch, "now".to_owned());
            self.sqlite.append(&batch, &theirs.into(), self.head, head)?;
            self.head = head;
            assert!(self.sqlite.holds(&push.batch).unwrap(), "{ours}");
            Ok(())
        }

        fn args(&self) -> Vec<Option<String>> {
            self.sql.query(r#"SELECT args FROM "eventlog_7_s" ORDER BY seqNum"#, ()).unwrap().all().unwrap()
        }

        /// The number of the last event, and the head.
        fn ends(&self) -> (Option<i64>, i64) {
            let ends = r#"SELECT (SELECT max(seqNum) FROM "eventlog_7_s"), currentHead FROM context_7"#;
            self.sql.query(ends, ()).unwrap().one().unwrap()
        }

        /// Makes SQLite refuse an operation.
        fn refuse(&self, name: &str, operation: &str) {
            let raise = "BEGIN SELECT RAISE(ABORT, 'refused'); END";
            self.sql.execute(&format!("CREATE TRIGGER {name} BEFORE {operation} {raise}"), ()).unwrap();
        }

        fn allow(&self, name: &str) {
            self.sql.execute(&format!("DROP TRIGGER {name}"), ()).unwrap();
        }
    }

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn one_event_and_several_are_stored_alike() {
        let mut log = Log::new();
        let args = r#"{ "b" : [ 1.50, 1e3 ], "a":"\ud800ä\/", "a":null }"#;
        log.append(&[args]).unwrap();
        log.append(&[args, args]).unwrap();
        let stored = Some(r#"{"b":[1.50,1e3],"a":"\ud800ä\/","a":null}"#.to_owned());
        assert_eq!(log.args(), [stored.clone(), stored.clone(), stored]);
        assert_eq!(log.ends(), (Some(3), 3));
    }

    #[test]
    fn arguments_that_nest_deeper_than_sqlite_reads_are_stored_as_they_came() {
        let (mut log, deep) = (Log::new(), nested(1_500));
        log.append(&[&deep]).unwrap();
        log.append(&[&deep, "[ ]"]).unwrap();
        assert_eq!(log.args(), [Some(deep.clone()), Some(deep), Some("[]".to_owned())]);
        assert_eq!(log.ends(), (Some(3), 3));
    }

    #[test]
    fn what_sqlite_finds_beyond_the_batch_is_not_stored() {
        let mut log = Log::new();
        log.append(&["1"]).unwrap();
        log.append_from(&frame(1, &["2", "3"]), &frame(1, &["2", "3", "4"])).unwrap();
        assert_eq!(log.args(), ["1", "2", "3"].map(|args| Some(args.to_owned())));
        log.append_from(&frame(3, &["4", "5"]), &frame(3, &["4"])).unwrap();
        assert_eq!(log.args().len(), 5);
        assert_eq!(log.ends(), (Some(5), 5));
    }

    #[test]
    fn a_batch_is_stored_with_its_head_or_not_at_all() {
        for args in [&["2"][..], &["2", "3"]] {
            let mut log = Log::new();
            log.append(&["1"]).unwrap();
            for operation in ["UPDATE ON context_7", r#"INSERT ON "eventlog_7_s""#] {
                log.refuse("refuse", operation);
                assert!(log.append(args).is_err(), "{operation}");
                assert_eq!(log.ends(), (Some(1), 1), "{operation}");
                log.allow("refuse");
            }
            log.append(args).unwrap();
            assert_eq!(log.args().len(), 1 + args.len());
        }
    }

    #[test]
    fn events_that_cannot_be_taken_back_are_stored() {
        let mut log = Log::new();
        log.append(&["1"]).unwrap();
        log.refuse("moves", "UPDATE ON context_7");
        log.refuse("removals", r#"DELETE ON "eventlog_7_s""#);
        log.append(&["2"]).unwrap();
        assert_eq!(log.ends(), (Some(2), 1));
        assert_eq!(
            open(&log.sql, STORE).unwrap().head().number,
            2,
            "as the next life of the object finds it"
        );
        log.allow("moves");
        log.append(&["3"]).unwrap();
        assert_eq!(log.ends(), (Some(3), 3));
    }

    fn any_json() -> impl Strategy<Value = String> {
        let space = "[ \n\t]{0,2}";
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
            r#""([ -!#-\[\]-~äß€😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,8}""#,
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let spaced =
                (space, inner, space).prop_map(|(before, value, after)| format!("{before}{value}{after}"));
            let member = (r#""[a-c"]{0}[a-c]{0,2}""#, spaced.clone())
                .prop_map(|(name, value)| format!("{name}:{value}"));
            prop_oneof![
                prop::collection::vec(spaced, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    proptest! {
        /// The short way of one event leaves out what SQLite would do with its arguments.
        #[test]
        fn sqlite_gives_back_compact_arguments(args in any_json()) {
            let given: String = Log::new().sql.query("SELECT ?1 -> '$'", (&*args,)).unwrap().one().unwrap();
            prop_assert_eq!(json::is_compact(&args), given == args, "{}", given);
        }

        /// However events are divided into pushes, the same is stored.
        #[test]
        fn batches_of_any_size_store_the_same(args in prop::collection::vec(any_json(), 2..5)) {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let (mut together, mut one_by_one) = (Log::new(), Log::new());
            together.append(&args).unwrap();
            for args in &args {
                one_by_one.append(&[args]).unwrap();
            }
            prop_assert_eq!(together.args(), one_by_one.args());
        }
    }
}
