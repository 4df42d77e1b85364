//! The log of LiveStore's own adapter, taken over.

use super::super::apply::Fate;
use super::super::database::{Database, Heads};
use super::super::definition::Definition;
use super::super::rebuild::Progress;
use super::odd::{Notes, noted};
use super::schema::*;
use crate::Sql;
use crate::livestore::client::error::{Halt, StoreError};
use crate::livestore::client::event::Content;
use crate::livestore::client::layout::{Layout, Meta};
use crate::livestore::schema::Event;
use crate::storage::Meter;

/// The statements of the adapter 0.4.0.
const CREATE: [&str; 6] = [
    r#"CREATE TABLE "eventlog" ("seqNumGlobal" integer   not null , "seqNumClient" integer   not null , "seqNumRebaseGeneration" integer   not null , "parentSeqNumGlobal" integer   not null , "parentSeqNumClient" integer   not null , "parentSeqNumRebaseGeneration" integer   not null , "name" text   not null , "argsJson" text   not null , "clientId" text   not null , "sessionId" text   not null , "schemaHash" integer   not null , "syncMetadataJson" text   not null , PRIMARY KEY ("seqNumGlobal", "seqNumClient", "seqNumRebaseGeneration")) strict"#,
    r#"CREATE INDEX "idx_eventlog_seqNumGlobal" on "eventlog" ("seqNumGlobal")"#,
    r#"CREATE INDEX "idx_eventlog_seqNum" on "eventlog" ("seqNumGlobal", "seqNumClient", "seqNumRebaseGeneration")"#,
    r#"CREATE TABLE "__livestore_sync_status" ("head" integer primary key   , "backendId" text    ) strict"#,
    "CREATE TABLE vfs_pages (file_path TEXT NOT NULL, page_no INTEGER NOT NULL, page_data BLOB NOT NULL, PRIMARY KEY (file_path, page_no))",
    "INSERT INTO vfs_pages (file_path, page_no, page_data) VALUES ('/state1@6.db', 0, x'00')",
];

/// An event in the adapter's log: its global, client and generation number, and the global one of its parent.
type Place = (i64, i64, i64, i64);

/// An object that the adapter has left.
pub(super) fn left(head: i64, backend_id: Option<&str>) -> Sql {
    let sql = memory();
    for statement in CREATE {
        sql.execute(statement, ()).unwrap();
    }
    sql.execute("INSERT INTO __livestore_sync_status (head, backendId) VALUES (?1, ?2)", (head, backend_id))
        .unwrap();
    sql
}

fn insert(sql: &Sql, (global, client, generation, parent): Place, name: &str, args: &str) {
    let insert = "INSERT INTO eventlog VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, 'client-do', 'nano', -1, '{\"_tag\":\"None\"}')";
    sql.execute(insert, (global, client, generation, parent, name, args)).unwrap();
}

/// Appends events that follow each other.
pub(super) fn append(sql: &Sql, events: &[TodoEvent]) {
    let last: i64 =
        sql.query("SELECT coalesce(max(seqNumGlobal), 0) FROM eventlog", ()).unwrap().one().unwrap();
    for (number, event) in (last + 1..).zip(events) {
        insert(sql, (number, 0, 0, number - 1), event.name(), &event.encode().unwrap());
    }
}

fn created(id: i64, text: &str) -> TodoEvent {
    TodoEvent::Created { id, text: text.to_owned() }
}

/// Opens a store as the object does, with the first slice of its rebuild.
fn opened(sql: &Sql) -> Database {
    let store = open::<Todos>(sql, "me");
    store.rebuild_slice(&never).unwrap();
    store
}

fn numbers(store: &Database) -> Vec<i64> {
    store.events(0, i64::MAX).unwrap().iter().map(|event| event.seq.global).collect()
}

/// The tables of the adapter that are there.
fn theirs(sql: &Sql) -> Vec<String> {
    let names = "SELECT name FROM sqlite_schema WHERE name LIKE '%eventlog%' AND name NOT LIKE '\\_\\_livestore\\_eventlog' ESCAPE '\\' OR name IN ('__livestore_sync_status', 'vfs_pages') ORDER BY name";
    sql.query(names, ()).unwrap().all().unwrap()
}

#[test]
fn a_log_is_taken_over_with_its_pending_events() {
    let events = [created(1, "a"), TodoEvent::Completed { id: 1 }, created(2, "b"), created(3, "c")];
    let sql = left(2, Some("backend"));
    append(&sql, &events);
    let store = opened(&sql);
    assert_eq!(store.heads().unwrap(), Heads { head: 2, last: 4 });
    assert_eq!(store.meta(Meta::BackendId).unwrap().as_deref(), Some("backend"));
    assert_eq!((store.rebuilt().unwrap(), store.halted().unwrap()), (None, None));
    assert_eq!(rows(&sql).0, [(1, "a".to_owned(), 1), (2, "b".to_owned(), 0), (3, "c".to_owned(), 0)]);
    assert_eq!((undo_rows(&sql), store.rejected_count().unwrap()), (2, 0), "two can be rolled back");
    assert_eq!(theirs(&sql), [""; 0]);
    let pending = store.events(2, 9).unwrap();
    let ids = |content: &Content| (content.client_id.clone(), content.session_id.clone());
    assert_eq!(ids(&pending[0].content), ("client-do".to_owned(), "nano".to_owned()));
    assert_eq!(store.identity(), identity("me"), "new events have the ids of this store");

    let meter = Meter::default();
    assert_eq!(open::<Todos>(&sql.metered(&meter), "me").heads().unwrap(), Heads { head: 2, last: 4 });
    assert_eq!(meter.rows_written(), 0);

    // The backend has taken the first one, and then one of another client.
    let page = vec![pending[0].clone(), foreign(4, &created(4, "theirs"))];
    let applied = store.apply(page, &never).unwrap();
    assert_eq!(applied.fates, [(3, Fate::Confirmed), (4, Fate::Moved(5))]);
    assert_eq!(store.events(4, 9).unwrap()[0].content, pending[1].content, "it keeps its ids");
    assert_eq!(store.heads().unwrap(), Heads { head: 4, last: 5 });
}

#[test]
fn an_event_without_arguments_is_known_again() {
    let sql = left(0, None);
    for (number, name) in [(1, "v9.Unknown"), (2, "v1.AllCompleted")] {
        // The adapter writes `{}` for `undefined`, and pushes either of them.
        insert(&sql, (number, 0, 0, number - 1), name, "{}");
    }
    let store = opened(&sql);
    let mut page = store.events(0, 9).unwrap();
    for (event, args) in page.iter_mut().zip([None, Some("null")]) {
        let content = Content { args: args.map(str::to_owned), ..(*event.content).clone() };
        event.content = content.into();
    }
    let applied = store.apply(page, &never).unwrap();
    assert_eq!(applied.fates, [(1, Fate::Confirmed), (2, Fate::Confirmed)]);
}

#[test]
fn gaps_of_the_backend_stay_and_client_only_events_go() {
    let sql = left(20, Some("backend"));
    let event = created(1, "a");
    let places = [(0, 1, 0, 0), (3, 0, 0, 0), (3, 1, 0, 3), (3, 2, 1, 3), (20, 0, 4, 3), (20, 1, 0, 20)];
    for place in places.into_iter().chain([(21, 0, 1, 20), (21, 1, 1, 21), (22, 0, 1, 21)]) {
        insert(&sql, place, "v1.TodoReplaced", &event.encode().unwrap());
    }
    let store = opened(&sql);
    assert_eq!(numbers(&store), [3, 20, 21, 22]);
    assert_eq!(store.heads().unwrap(), Heads { head: 20, last: 22 });
    assert_eq!(store.rejected_count().unwrap(), 0);
}

#[test]
fn a_log_that_breaks_is_taken_over_up_to_there() {
    struct Case {
        about: &'static str,
        head: i64,
        places: &'static [Place],
        heads: Heads,
        rejected: &'static [i64],
    }
    let cases = [
        Case { about: "nothing", head: 0, places: &[], heads: Heads { head: 0, last: 0 }, rejected: &[] },
        Case {
            about: "the head moved, and an event could not be applied",
            head: 5,
            places: &[(1, 0, 0, 0), (2, 0, 0, 1)],
            heads: Heads { head: 2, last: 2 },
            rejected: &[],
        },
        Case {
            about: "as before, with commits after it",
            head: 5,
            places: &[(1, 0, 0, 0), (2, 0, 0, 1), (6, 0, 0, 5), (7, 0, 0, 6)],
            heads: Heads { head: 2, last: 2 },
            rejected: &[6, 7],
        },
        Case {
            about: "as before, and the backend went on",
            head: 7,
            places: &[(1, 0, 0, 0), (2, 0, 0, 1), (6, 0, 0, 5), (7, 0, 0, 6), (8, 0, 0, 7)],
            heads: Heads { head: 2, last: 2 },
            rejected: &[8],
        },
        Case {
            about: "no event but a head",
            head: 5,
            places: &[(6, 0, 0, 5)],
            heads: Heads { head: 0, last: 0 },
            rejected: &[6],
        },
        Case {
            about: "two generations of a confirmed event",
            head: 3,
            places: &[(1, 0, 0, 0), (2, 0, 0, 1), (2, 0, 1, 1), (3, 0, 0, 2), (4, 0, 0, 3)],
            heads: Heads { head: 1, last: 1 },
            rejected: &[4],
        },
        Case {
            about: "two generations of a pending event",
            head: 1,
            places: &[(1, 0, 0, 0), (2, 0, 0, 1), (3, 0, 0, 2), (3, 0, 1, 2), (4, 0, 1, 3)],
            heads: Heads { head: 1, last: 2 },
            rejected: &[3, 3, 4],
        },
        Case {
            about: "pending events with a gap",
            head: 1,
            places: &[(1, 0, 0, 0), (2, 0, 0, 1), (4, 0, 0, 2)],
            heads: Heads { head: 1, last: 2 },
            rejected: &[4],
        },
    ];
    for Case { about, head, places, heads, rejected } in cases {
        let sql = left(head, Some("backend"));
        for place in places {
            insert(&sql, *place, "v1.TodoReplaced", r#"{"id":1,"text":"a"}"#);
        }
        let store = opened(&sql);
        assert_eq!(store.heads().unwrap(), heads, "{about}");
        assert_eq!((store.rebuilt().unwrap(), store.halted().unwrap()), (None, None), "{about}");
        let numbers = sql.query::<i64>("SELECT g FROM __livestore_rejected ORDER BY id", ());
        assert_eq!(numbers.unwrap().all().unwrap(), rejected, "{about}");
        for rejected in store.rejected().unwrap() {
            assert_eq!(rejected.args.as_deref(), Some(r#"{"id":1,"text":"a"}"#));
            assert!(rejected.error.contains("lacks events"), "{}", rejected.error);
        }
        store.commit(&[created(9, "z")]).unwrap();
        assert_eq!(store.heads().unwrap().last, heads.last + 1, "{about}");
    }
}

#[test]
fn a_log_that_was_reset_has_neither_head_nor_backend() {
    let sql = left(0, None);
    sql.execute("DELETE FROM __livestore_sync_status", ()).unwrap();
    insert(&sql, (7, 0, 0, 6), "v1.TodoReplaced", r#"{"id":1,"text":"a"}"#);
    let store = opened(&sql);
    assert_eq!((store.heads().unwrap(), store.meta(Meta::BackendId).unwrap()), (Heads::default(), None));
    assert_eq!(store.rejected_count().unwrap(), 1);
}

#[test]
fn an_unknown_event_is_applied_once_it_is_known() {
    let sql = left(1, Some("backend"));
    append(&sql, &[created(1, "a"), created(2, "b")]);
    let store = open::<Notes>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    store.commit(&[noted("a")]).unwrap();
    assert_eq!(store.heads().unwrap(), Heads { head: 1, last: 3 });
    opened(&sql);
    assert_eq!(rows(&sql).0, [(1, "a".to_owned(), 0), (2, "b".to_owned(), 0)]);
}

#[test]
fn an_event_that_cannot_be_read_halts_and_nothing_is_lost() {
    for bad in [2, 3] {
        let sql = left(2, Some("backend"));
        append(&sql, &[created(1, "a"), created(2, "b"), created(3, "c"), created(4, "d")]);
        sql.execute("UPDATE eventlog SET argsJson = '{\"id\":\"?\"}' WHERE seqNumGlobal = ?1", (bad,))
            .unwrap();
        let store = opened(&sql);
        let halt = store.halted().unwrap();
        assert!(matches!(&halt, Some(Halt::Poisoned { seq, .. }) if *seq == bad), "{halt:?}");
        assert_eq!(numbers(&store), [1, 2, 3, 4]);
        assert!(matches!(store.commit(&[created(9, "z")]).unwrap_err().into(), StoreError::Halted(_)));
        // Later code can read it.
        sql.execute(
            "UPDATE __livestore_eventlog SET args = '{\"id\":7,\"text\":\"g\"}' WHERE g = ?1",
            (bad,),
        )
        .unwrap();
        store.delete_meta(Meta::Halted).unwrap();
        let store = opened(&sql);
        assert_eq!((store.rebuilt().unwrap(), store.heads().unwrap()), (None, Heads { head: 2, last: 4 }));
        assert_eq!((rows(&sql).0.len(), undo_rows(&sql)), (4, 2));
    }
}

#[test]
fn a_long_log_goes_on_in_the_next_life() {
    let sql = left(2_400, Some("backend"));
    append(&sql, &(1..=2_500).map(|id| created(id, &format!("t{id}"))).collect::<Vec<_>>());
    for life in 0..3 {
        let store = open::<Todos>(&sql, "me");
        assert_eq!(theirs(&sql), [""; 0]);
        let progress = store.rebuild_slice(&never).unwrap();
        assert_eq!(progress == Progress::Done, life == 2, "life {life}");
    }
    let store = open::<Todos>(&sql, "me");
    assert_eq!((rows(&sql).0.len(), undo_rows(&sql)), (2_500, 100));
    assert_eq!(store.heads().unwrap(), Heads { head: 2_400, last: 2_500 });
}

#[test]
fn a_takeover_that_fails_changes_nothing() {
    let sql = left(1, Some("backend"));
    append(&sql, &[created(1, "a"), created(2, "b")]);
    let before = theirs(&sql);
    // A table of the object's own has the name of one of the schema.
    sql.execute("CREATE TABLE counts (mine)", ()).unwrap();
    for _ in 0..2 {
        assert!(
            Database::open(sql.clone(), Layout::single(), Definition::of::<Todos>(), || identity("me"))
                .is_err()
        );
        assert_eq!(theirs(&sql), before);
        let ours = "SELECT count(*) FROM sqlite_schema WHERE name = '__livestore_meta'";
        assert_eq!(sql.query::<i64>(ours, ()).unwrap().one().unwrap(), 0);
    }
    sql.execute("DROP TABLE counts", ()).unwrap();
    assert_eq!(opened(&sql).heads().unwrap(), Heads { head: 1, last: 2 });
}

#[test]
fn only_the_adapters_own_tables_are_taken_over() {
    let opens_empty = |sql: &Sql| {
        let tables = theirs(sql);
        assert_eq!(opened(sql).heads().unwrap(), Heads::default());
        assert_eq!(theirs(sql), tables);
    };
    // A table of the object's own.
    let sql = memory();
    sql.execute("CREATE TABLE eventlog (name)", ()).unwrap();
    opens_empty(&sql);
    // One of another version.
    let sql = left(1, None);
    append(&sql, &[created(1, "a")]);
    sql.execute("ALTER TABLE eventlog RENAME argsJson TO args", ()).unwrap();
    opens_empty(&sql);
    // A store that is there already.
    let sql = memory();
    opened(&sql).commit(&[created(1, "mine")]).unwrap();
    for statement in CREATE {
        sql.execute(statement, ()).unwrap();
    }
    append(&sql, &[created(2, "theirs"), created(3, "theirs too")]);
    assert_eq!(opened(&sql).heads().unwrap(), Heads { head: 0, last: 1 });
    assert!(!theirs(&sql).is_empty());
    // One of several stores.
    let sql = left(1, Some("backend"));
    append(&sql, &[created(1, "a")]);
    let layout = Layout::named("one").unwrap();
    let store = Database::open(sql.clone(), layout, Definition::of::<Todos>(), || identity("me")).unwrap();
    assert_eq!(store.heads().unwrap(), Heads::default());
    assert!(!theirs(&sql).is_empty());
}
