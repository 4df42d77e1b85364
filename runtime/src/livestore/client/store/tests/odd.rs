//! Odd schemas, and odd events of other clients.

use super::super::apply::Fate;
use super::super::database::Heads;
use super::super::rebuild::Progress;
use super::schema::*;
use crate::livestore::client::error::Halt;
use crate::livestore::client::layout::Meta;
use crate::livestore::schema::{Event, Schema, Table};

#[test]
fn odd_arguments_of_other_clients_do_not_stop_the_store() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let args = [
        // JavaScript cuts texts between the halves of a character.
        r#"{"id":1,"text":"a\ud83d"}"#.to_owned(),
        r#"{"id":1,"text":"\udE00\\\\ud83d\ud83d\ude00"}"#.to_owned(),
        r#"{"id":2,"text":"\u0000b\u0000"}"#.to_owned(),
        // A later version of the event has more members.
        format!(r#"{{"id":3,"text":"c","more":{deep}}}"#),
        r#"{"id":4.0,"text":"d","id":5}"#.to_owned(),
        r#"{"id":6,"text":"f","n":123456789012345678901234567890}"#.to_owned(),
        r#"{"id":9007199254740991,"text":"g"}"#.to_owned(),
    ];
    for args in args {
        let sql = memory();
        let store = open::<Todos>(&sql, "me");
        let applied = store.apply(vec![raw(1, "v1.TodoCreated", &args)], &never).unwrap();
        let shown = args.get(..60).unwrap_or(&args);
        assert!(applied.halted.is_none(), "{shown}: {:?}", applied.halted);
        assert_eq!(rows(&sql).0.len(), 1, "{shown}");
    }
}

#[derive(Debug, Clone, PartialEq, Event)]
pub(super) enum NoteEvent {
    #[event("v1.Noted", sql = r#"INSERT INTO "my ""notes""" (id, list, text) VALUES (:id, :list, :text)"#)]
    Noted { id: String, list: String, text: String },
}

#[derive(Debug, Clone, PartialEq, Table)]
#[table("my \"notes\"")]
pub(super) struct Note {
    #[column(primary_key)]
    id: String,
    #[column(primary_key)]
    list: String,
    text: Option<String>,
}

pub(super) struct Notes;

impl Schema for Notes {
    type Event = NoteEvent;
    type Tables = (Note,);
}

pub(super) fn noted(id: &str) -> NoteEvent {
    NoteEvent::Noted { id: id.to_owned(), list: "l".to_owned(), text: "t".to_owned() }
}

#[test]
fn a_table_may_have_any_name() {
    let sql = memory();
    let store = open::<Notes>(&sql, "me");
    let (_, statements) = store.commit(&[noted("a"), noted("b")]).unwrap();
    let tables = store.written(&statements);
    assert_eq!(tables, ["my \"notes\""], "watchers learn of it");
    let applied = store.apply(vec![raw(1, "v1.Noted", r#"{"id":"b","list":"l","text":"x"}"#)], &never);
    let fates = applied.unwrap().fates;
    assert!(matches!(&fates[..], [(1, Fate::Moved(2)), (2, Fate::Rejected(_))]), "{fates:?}");
    let ids = r#"SELECT id FROM "my ""notes""" ORDER BY id"#;
    assert_eq!(sql.query::<String>(ids, ()).unwrap().all().unwrap(), ["a", "b"]);
}

#[test]
fn refused_events_leave_no_trace_in_the_tables() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    let created = |id, text: &str| TodoEvent::Created { id, text: text.to_owned() };
    store.apply(vec![foreign(1, &created(1, "a")), foreign(2, &created(2, "b"))], &never).unwrap();
    let before = rows(&sql);
    store.commit(&[created(3, "c"), TodoEvent::Completed { id: 1 }]).unwrap();
    store.commit(&[TodoEvent::Replaced { id: 2, text: "mine".to_owned() }]).unwrap();
    store.set_meta(Meta::PushParked, "not allowed").unwrap();

    let (count, tables) = store.reject_pending("not allowed").unwrap();
    assert_eq!((count, rows(&sql), store.heads().unwrap()), (3, before, Heads { head: 2, last: 2 }));
    assert!(tables.contains(&"todos"), "{tables:?}");
    assert_eq!(store.meta(Meta::PushParked).unwrap(), None);
    let rejected = store.rejected().unwrap();
    assert!(rejected.iter().all(|event| event.error.contains("not allowed")), "{rejected:?}");
    assert_eq!(rejected.len(), 3);
    store.commit(&[created(3, "again")]).unwrap();
    assert_eq!(store.heads().unwrap(), Heads { head: 2, last: 3 });
}

#[test]
fn another_schema_drops_the_tables_and_learns_the_events() {
    let sql = memory();
    let store = open::<Notes>(&sql, "me");
    store.commit(&[noted("a")]).unwrap();
    let known = [foreign(1, &TodoEvent::Created { id: 1, text: "a".to_owned() })];
    let applied = store.apply(known.to_vec(), &never).unwrap();
    assert_eq!((applied.halted, applied.fates), (None, vec![(1, Fate::Moved(2))]));

    let store = open::<Todos>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    assert_eq!(rows(&sql).0, [(1, "a".to_owned(), 0)], "the event that was unknown is applied");
    let left = "SELECT name FROM sqlite_schema WHERE name LIKE '%notes%'";
    assert_eq!(sql.query::<String>(left, ()).unwrap().all().unwrap(), [""; 0]);
    assert_eq!(store.heads().unwrap(), Heads { head: 1, last: 2 }, "an unknown own event is pending still");

    // Back again, in the middle of a rebuild.
    open::<TodosAgain>(&sql, "me");
    let store = open::<Notes>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    assert_eq!(sql.query::<i64>(r#"SELECT count(*) FROM "my ""notes""""#, ()).unwrap().one().unwrap(), 1);
    assert_eq!(undo_rows_of(&sql), 1);
}

fn undo_rows_of(sql: &crate::Sql) -> i64 {
    let count = r#"SELECT count(*) FROM "__livestore_undo_my ""notes""""#;
    sql.query(count, ()).unwrap().one().unwrap()
}

#[test]
fn a_rebuild_without_events_and_one_that_ends_with_a_slice_are_done() {
    for events in [0, 1, 1_000, 1_001] {
        let sql = memory();
        let store = open::<Todos>(&sql, "me");
        let page =
            (1..=events).map(|number| foreign(number, &TodoEvent::Replaced { id: 1, text: "x".into() }));
        store.apply(page.collect(), &never).unwrap();
        let store = open::<TodosAgain>(&sql, "me");
        let slices = (0..3).take_while(|_| store.rebuild_slice(&never).unwrap() == Progress::More).count();
        assert!(slices < 2, "{events}");
        assert_eq!(store.rebuilt().unwrap(), None, "{events}");
    }
}

#[test]
fn an_event_that_stops_a_rebuild_can_be_skipped() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    let page = vec![
        foreign(1, &TodoEvent::Created { id: 1, text: "a".to_owned() }),
        raw(2, "v1.TodoCreated", r#"{"id":"?"}"#),
        foreign(3, &TodoEvent::Completed { id: 1 }),
    ];
    let skipped = |name: &str| name == "v1.TodoCreated";
    let applied = store.apply(page, &skipped).unwrap();
    assert!(applied.halted.is_none());
    store.commit(&[TodoEvent::Replaced { id: 7, text: "mine".to_owned() }]).unwrap();

    let store = open::<TodosAgain>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    assert!(store.halted().unwrap().is_some());
    // The next life opens as well, and the halt is still there.
    let store = open::<TodosAgain>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    assert_eq!(store.rebuilt().unwrap(), Some(1));
    store.delete_meta(Meta::Halted).unwrap();
    assert_eq!(store.rebuild_slice(&skipped).unwrap(), Progress::Done);
    assert_eq!((store.halted().unwrap(), store.rebuilt().unwrap()), (None, None));
    assert_eq!(store.heads().unwrap(), Heads { head: 3, last: 4 });
    assert_eq!(undo_rows(&sql), 1);
}

#[test]
fn a_rebuild_leaves_pending_events_at_their_numbers() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    let committed =
        [TodoEvent::Created { id: 1, text: "a".into() }, TodoEvent::Replaced { id: 2, text: "b".into() }];
    store.commit(&committed).unwrap();
    // The new code cannot read the first one.
    sql.execute("UPDATE __livestore_eventlog SET args = '{}' WHERE g = 1", ()).unwrap();
    let store = open::<TodosAgain>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    let halt = store.halted().unwrap();
    assert!(matches!(halt, Some(Halt::Poisoned { seq: 1, .. })), "{halt:?}");
    assert_eq!((store.heads().unwrap(), store.rebuilt().unwrap()), (Heads { head: 0, last: 2 }, Some(0)));

    store.delete_meta(Meta::Halted).unwrap();
    assert_eq!(store.rebuild_slice(&|name| name == "v1.TodoCreated").unwrap(), Progress::Done);
    assert_eq!((rows(&sql).0, undo_rows(&sql)), (vec![(2, "b".to_owned(), 0)], 1));
    // The backend had them all the time.
    let applied = store.apply(store.events(0, 2).unwrap(), &never).unwrap();
    assert_eq!(applied.fates, [(1, Fate::Confirmed), (2, Fate::Confirmed)]);
    assert_eq!((store.rejected_count().unwrap(), undo_rows(&sql)), (0, 0));
}

#[test]
fn content_that_nobody_wrote_does_not_stop_an_open() {
    for (key, value) in
        [("format", "x"), ("fingerprint", ""), ("halted", "{"), ("backend_id", ""), ("new", "1")]
    {
        let sql = memory();
        let store = open::<Todos>(&sql, "me");
        store.apply(vec![foreign(1, &TodoEvent::Replaced { id: 1, text: "x".into() })], &never).unwrap();
        sql.execute("INSERT OR REPLACE INTO __livestore_meta (k, v) VALUES (?1, ?2)", (key, value)).unwrap();
        let store = open::<Todos>(&sql, "me");
        assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done, "{key}");
        store.halted().unwrap();
        assert_eq!(rows(&sql).0.len(), 1, "{key}");
    }
}

#[test]
fn a_reset_keeps_the_pending_events_as_rejected_ones() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    store.apply(vec![foreign(1, &TodoEvent::Created { id: 1, text: "a".into() })], &never).unwrap();
    store.commit(&[TodoEvent::Completed { id: 1 }, TodoEvent::Deleted { id: 1 }]).unwrap();
    store.set_meta(Meta::BackendId, "b").unwrap();
    // Also in the middle of a rebuild.
    let store = open::<TodosAgain>(&sql, "me");
    store.reset("why").unwrap();
    assert_eq!((store.heads().unwrap(), store.rejected_count().unwrap()), (Heads::default(), 2));
    assert_eq!((store.meta(Meta::BackendId).unwrap(), store.rebuilt().unwrap()), (None, None));
    assert_eq!((rows(&sql), undo_rows(&sql)), ((vec![], vec![]), 0));
    store.commit(&[TodoEvent::Replaced { id: 7, text: "mine".to_owned() }]).unwrap();
    assert_eq!(undo_rows(&sql), 1, "the undo log is written again");
}
