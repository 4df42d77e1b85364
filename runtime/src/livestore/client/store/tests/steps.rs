//! One step at a time.

use super::super::apply::Fate;
use super::super::database::Heads;
use super::super::rebuild::Progress;
use super::schema::*;
use crate::livestore::client::error::{Halt, StoreError};
use crate::storage::Meter;

fn created(id: i64, text: &str) -> TodoEvent {
    TodoEvent::Created { id, text: text.to_owned() }
}

#[test]
fn a_failed_commit_changes_nothing_and_the_store_goes_on() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    store.commit(&[created(1, "a")]).unwrap();
    let before = (rows(&sql), undo_rows(&sql), store.heads().unwrap());
    let error: StoreError = store.commit(&[created(2, "b"), created(1, "c")]).unwrap_err().into();
    assert!(matches!(&error, StoreError::Materialize { event, .. } if event == "v1.TodoCreated"), "{error}");
    assert_eq!((rows(&sql), undo_rows(&sql), store.heads().unwrap()), before);
    assert_eq!(store.commit(&[created(3, "d"), created(4, "e")]).unwrap().0, 2);
    assert_eq!(store.heads().unwrap(), Heads { head: 0, last: 3 });
}

#[test]
fn an_event_too_large_for_any_backend_is_refused() {
    let store = open::<Todos>(&memory(), "me");
    let error: StoreError = store.commit(&[created(1, &"x".repeat(900_000))]).unwrap_err().into();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    store.commit(&[created(1, &"x".repeat(890_000))]).unwrap();
}

#[test]
fn an_own_event_comes_back_as_a_confirmation() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    store.commit(&[created(1, "a"), created(2, "b")]).unwrap();
    let own = store.events(0, 1).unwrap();
    let applied = store.apply(own, &never).unwrap();
    assert_eq!((applied.fates, applied.foreign, applied.rebased), (vec![(1, Fate::Confirmed)], 0, false));
    assert_eq!(store.heads().unwrap(), Heads { head: 1, last: 2 });
    store.confirm(2).unwrap();
    assert_eq!((store.heads().unwrap(), undo_rows(&sql)), (Heads { head: 2, last: 2 }, 0));
}

#[test]
fn a_pending_event_that_cannot_follow_is_rejected_and_kept() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    store.commit(&[created(1, "a")]).unwrap();
    store.commit(&[created(2, "b")]).unwrap();
    let applied = store.apply(vec![foreign(1, &created(1, "theirs"))], &never).unwrap();
    assert!(applied.rebased);
    let [(1, Fate::Rejected(why)), (2, Fate::Moved(2))] = &applied.fates[..] else { panic!("{applied:?}") };
    assert!(why.contains("UNIQUE"), "{why}");
    assert_eq!(rows(&sql).0, [(1, "theirs".to_owned(), 0), (2, "b".to_owned(), 0)]);
    let rejected = "SELECT g, name, args FROM __livestore_rejected";
    let rejected = sql.query::<(i64, String, String)>(rejected, ()).unwrap().all().unwrap();
    assert_eq!(rejected, [(1, "v1.TodoCreated".to_owned(), r#"{"id":1,"text":"a"}"#.to_owned())]);
}

#[test]
fn an_event_that_cannot_be_applied_halts_after_the_good_ones() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    let page = vec![
        foreign(1, &created(1, "a")),
        raw(2, "v9.Unknown", "{}"),
        raw(3, "v1.TodoCreated", r#"{"id":"not a number","text":"b"}"#),
        foreign(4, &created(4, "d")),
    ];
    let applied = store.apply(page.clone(), &never).unwrap();
    let halt = applied.halted.unwrap();
    assert!(matches!(&halt, Halt::Poisoned { seq: 3, name, .. } if name == "v1.TodoCreated"), "{halt}");
    assert_eq!(store.heads().unwrap(), Heads { head: 2, last: 2 });
    assert_eq!(rows(&sql).0, [(1, "a".to_owned(), 0)]);
    assert!(matches!(store.commit(&[created(9, "z")]).unwrap_err().into(), StoreError::Halted(_)));
    assert!(matches!(store.apply(page.clone(), &never).unwrap_err().into(), StoreError::Halted(_)));

    // The same page with the event skipped, after a deployment.
    let store = open::<TodosAgain>(&sql, "me");
    assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
    assert!(store.halted().unwrap().is_none());
    let applied = store.apply(page, &|name| name == "v1.TodoCreated").unwrap();
    assert!(applied.halted.is_none());
    assert_eq!(store.heads().unwrap(), Heads { head: 4, last: 4 });
}

#[test]
fn a_rebuild_goes_on_where_it_was_cut_off() {
    let sql = memory();
    let store = open::<Todos>(&sql, "me");
    let page: Vec<_> =
        (1..=2_500).map(|number| foreign(number, &created(number, &format!("t{number}")))).collect();
    store.apply(page, &never).unwrap();
    store.commit(&[TodoEvent::Completed { id: 7 }]).unwrap();
    let before = (rows(&sql), undo_rows(&sql), store.heads().unwrap());
    for slice in 0..3 {
        // Each slice in a new life of the object.
        let store = open::<TodosAgain>(&sql, "me");
        let refused: StoreError = store.commit(&[TodoEvent::AllCompleted {}]).unwrap_err().into();
        assert!(matches!(refused, StoreError::Rebuilding { total: 2_500, .. }), "{refused}");
        let progress = store.rebuild_slice(&never).unwrap();
        assert_eq!(progress == Progress::Done, slice == 2, "slice {slice}");
    }
    assert_eq!((rows(&sql), undo_rows(&sql), store.heads().unwrap()), before);
    let store = open::<TodosAgain>(&sql, "me");
    store.commit(&[TodoEvent::AllCompleted {}]).unwrap();
}

#[test]
fn an_open_store_is_opened_again_without_a_write() {
    let sql = memory();
    open::<Todos>(&sql, "me").commit(&[created(1, "a")]).unwrap();
    let meter = Meter::default();
    let store = open::<Todos>(&sql.metered(&meter), "someone else");
    assert_eq!(meter.rows_written(), 0);
    assert_eq!(store.identity(), identity("me"));
}
