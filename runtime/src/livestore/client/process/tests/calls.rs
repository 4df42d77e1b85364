//! Pulls, backends that are other ones, and live pulls.

use super::*;

#[test]
fn the_first_pull_learns_the_backend_and_a_push_waits_for_the_last_page() {
    let opened = Opened { pending: 1, ..Opened::default() };
    let (mut process, actions) = Process::open(CONFIG, opened, 0);
    assert_eq!(actions[0], Action::Pull { number: 1, after: None, is_live: true });
    let first = Page { more: More::Known(1), ..page(&[event(1, 0, "other")]) };
    let actions = process.page(1, first, 5);
    assert_eq!(actions[0], Action::Learn { backend_id: "b".into() });
    assert_eq!((applies(&actions), pushes(&actions)), (vec![1], vec![]));
    assert_eq!(pushes(&process.applied(applied(1, 1, Some(1)), 5)), []);
    assert_eq!(applies(&process.page(1, page(&[event(2, 1, "other")]), 6)), [2]);
    assert_eq!(pushes(&process.applied(applied(2, 1, Some(2)), 6)), [(2, 2)]);
}

#[test]
fn a_log_without_a_known_backend_is_pulled_from_the_start() {
    let (mut process, actions) = Process::open(CONFIG, Opened { head: 2, ..Opened::default() }, 0);
    assert_eq!(actions[0], Action::Pull { number: 1, after: None, is_live: true });
    let events = [event(1, 0, "me"), event(2, 1, "me"), event(3, 2, "other")];
    assert_eq!(applies(&process.page(1, page(&events), 5)), [3]);
}

#[test]
fn another_backend_resets_the_store_in_place() {
    let mismatch = || Exit::BackendIdMismatch { expected: "c".into(), received: "b".into() };
    let mut by_push = synced(4, 1);
    let mut by_pull = synced(4, 0);
    by_pull.set_live(false, 4);
    by_pull.set_live(true, 4);
    let mut by_page = by_pull.clone();
    let foreign = Page { backend_id: "c".into(), ..page(&[event(1, 0, "other")]) };
    for actions in [
        by_push.push_answered(2, 5, mismatch(), 5, 0),
        by_pull.pull_ended(2, mismatch(), 5),
        by_page.page(2, foreign.clone(), 5),
    ] {
        assert_eq!(actions[0], Action::Reset);
        assert_eq!(actions[1], Action::Pull { number: 3, after: None, is_live: true });
    }
    let status = by_push.status();
    assert_eq!((status.head, status.backend_pending_count, status.backend_head), (0, 0, None));
    // Pages of the abandoned pull do nothing, and those of the new one are taken.
    assert_eq!(by_page.page(2, foreign.clone(), 6), []);
    assert_eq!(by_page.page(3, foreign, 6)[0], Action::Learn { backend_id: "c".into() });
}

#[test]
fn a_backend_with_fewer_events_than_are_confirmed_has_lost_them() {
    let mut process = synced(4, 1);
    assert_eq!(process.push_answered(2, 5, ahead(3), 5, 0)[0], Action::Reset);
    // The head at the time of the push counts, not the one of a later call.
    let mut process = synced(4, 1);
    process.callback(page(&[event(5, 4, "other"), event(6, 5, "other")]), 5);
    process.applied(applied(6, 1, Some(5)), 5);
    assert!(!process.push_answered(2, 5, ahead(5), 6, 0).contains(&Action::Reset));
}

#[test]
fn a_store_that_may_not_be_reset_halts() {
    let config = Config { on_lost_history: LostHistory::Halt, ..CONFIG };
    let opened = Opened { head: 4, pending: 1, backend_id: Some("b".into()), ..Opened::default() };
    let (mut process, _) = Process::open(config, opened, 0);
    let mismatch = Exit::BackendIdMismatch { expected: "c".into(), received: "b".into() };
    let actions = process.pull_ended(1, mismatch, 5);
    assert_eq!(actions[0], Action::Halt(Halt::LostHistory));
    assert_eq!(pulls(&actions), []);
    assert_eq!((process.status().head, process.status().backend_pending_count), (4, 1));
}

#[test]
fn a_backend_that_refuses_its_own_id_is_asked_later() {
    let mut process = synced(4, 1);
    let mismatch = Exit::BackendIdMismatch { expected: "b".into(), received: "x".into() };
    let actions = process.push_answered(2, 5, mismatch, 5, 0);
    assert_eq!((pushes(&actions), wake(&actions)), (vec![], Some(1_005)));
}

#[test]
fn a_pull_without_an_end_is_tried_again_and_one_with_a_part_goes_on() {
    let (mut process, _) = Process::open(CONFIG, Opened::default(), 0);
    assert_eq!(wake(&process.pull_failed(1, failure(true, false), 5)), Some(1_005));
    assert_eq!(pulls(&process.timer(1_005)), [(2, 0)]);
    assert_eq!(wake(&process.pull_ended(2, Exit::Success, 1_010)), Some(3_010), "no page at all");
    assert_eq!(pulls(&process.timer(3_010)), [(3, 0)]);
    let part = Page { more: More::Known(9), ..page(&[event(1, 0, "other")]) };
    process.page(3, part, 3_020);
    process.applied(applied(1, 0, None), 3_020);
    assert_eq!(pulls(&process.pull_ended(3, Exit::Success, 3_020)), [(4, 1)]);
    assert_eq!(wake(&process.timer(33_020)), Some(34_020), "no answer in time");
    assert_eq!(process.pull_ended(4, Exit::Success, 33_021), [], "it came too late");
}

#[test]
fn each_page_extends_the_time_for_the_next_one() {
    let (mut process, _) = Process::open(CONFIG, Opened::default(), 0);
    let part = Page { more: More::Unknown, ..page(&[event(1, 0, "other")]) };
    process.page(1, part, 20_000);
    process.applied(applied(1, 0, None), 20_000);
    assert_eq!(process.timer(30_000), [Action::Wake { at: Some(50_000) }]);
}

#[test]
fn a_live_pull_is_ended_when_nobody_wants_it() {
    let mut process = synced(0, 0);
    assert_eq!(process.set_live(false, 5), [Action::Unsubscribe { pull: 1 }]);
    assert_eq!(process.set_live(false, 5), []);
    let actions = process.set_live(true, 6);
    assert_eq!(actions[0], Action::Pull { number: 2, after: None, is_live: true });
}

#[test]
fn a_push_has_a_limit_of_events() {
    let mut process = synced(0, 0);
    let actions = process.committed(150, 5);
    assert_eq!(actions[0], Action::Push { number: 2, after: 0, limit: 100 });
    // The caller may send fewer.
    let actions = process.push_answered(2, 60, Exit::Success, 6, 0);
    assert_eq!(
        actions[..2],
        [Action::Confirm { through: 60 }, Action::Push { number: 3, after: 60, limit: 90 }]
    );
}
