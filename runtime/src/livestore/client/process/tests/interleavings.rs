//! Inputs while a push of the events 1 and 2 is running.

use super::*;

const PUSH: u32 = 2;

#[test]
fn a_commit_is_appended_and_goes_with_the_next_push() {
    let mut process = synced(0, 2);
    assert_eq!(pushes(&process.committed(1, 5)), []);
    let actions = process.push_answered(PUSH, 2, Exit::Success, 6, 0);
    assert_eq!(actions[0], Action::Confirm { through: 2 });
    assert_eq!(pushes(&actions), [(3, 2)]);
}

#[test]
fn an_echo_before_the_answer_confirms_and_the_answer_does_nothing() {
    let mut process = synced(0, 2);
    let actions = process.callback(page(&[event(1, 0, "me"), event(2, 1, "me")]), 5);
    assert_eq!(applies(&actions), [1, 2]);
    assert_eq!(pushes(&process.applied(applied(2, 0, None), 5)), []);
    let actions = process.push_answered(PUSH, 2, Exit::Success, 6, 0);
    assert!(
        !actions.iter().any(|action| matches!(action, Action::Confirm { .. } | Action::Reset)),
        "{actions:?}"
    );
    assert!(process.status().is_backend_synced);
}

#[test]
fn a_foreign_event_at_its_number_makes_its_failure_expected() {
    let mut process = synced(0, 2);
    process.committed(1, 5);
    assert_eq!(applies(&process.callback(page(&[event(1, 0, "other")]), 5)), [1]);
    assert_eq!(pushes(&process.applied(applied(1, 3, Some(1)), 5)), [], "one push at a time");
    let actions = process.push_answered(PUSH, 2, ahead(1), 6, u32::MAX);
    assert_eq!((pushes(&actions), pulls(&actions)), (vec![(3, 1)], vec![]), "at once, and without a pull");
}

#[test]
fn an_event_behind_a_gap_waits_for_the_answer() {
    let mut process = synced(0, 2);
    let actions = process.callback(page(&[event(3, 2, "other")]), 5);
    assert_eq!((applies(&actions), pulls(&actions)), (vec![], vec![]));
    let actions = process.push_answered(PUSH, 2, Exit::Success, 6, 0);
    assert_eq!(
        actions[..2],
        [Action::Confirm { through: 2 }, Action::Apply { events: vec![event(3, 2, "other")] },]
    );
    assert_eq!(pulls(&actions), []);
}

#[test]
fn an_event_behind_a_gap_is_pulled_if_the_answer_does_not_close_it() {
    let gap = || page(&[event(5, 4, "other")]);
    let mut process = synced(0, 2);
    process.callback(gap(), 5);
    assert_eq!(pulls(&process.push_answered(PUSH, 2, Exit::Success, 6, 0)), [(3, 2)]);

    let mut process = synced(0, 2);
    process.callback(gap(), 5);
    assert_eq!(pulls(&process.push_failed(PUSH, failure(true, false), 6)), [(3, 0)]);

    // Only one page is kept.
    let mut process = synced(0, 2);
    process.callback(gap(), 5);
    assert_eq!(pulls(&process.callback(page(&[event(9, 8, "other")]), 5)), [(3, 0)]);
}

#[test]
fn a_success_after_a_rebase_means_that_the_backend_has_lost_events() {
    let mut process = synced(0, 2);
    process.callback(page(&[event(1, 0, "other")]), 5);
    process.applied(applied(1, 2, Some(1)), 5);
    let actions = process.push_answered(PUSH, 2, Exit::Success, 6, 0);
    assert_eq!(actions[0], Action::Reset);
    assert_eq!(pulls(&actions), [(3, 0)]);
}

#[test]
fn a_rebase_behind_the_pushed_events_leaves_their_answer_valid() {
    let mut process = synced(0, 2);
    process.committed(1, 5);
    let page = page(&[event(1, 0, "me"), event(2, 1, "me"), event(3, 2, "other")]);
    process.callback(page, 5);
    assert_eq!(pushes(&process.applied(applied(3, 1, Some(3)), 5)), []);
    let actions = process.push_answered(PUSH, 2, Exit::Success, 6, 0);
    assert_eq!(pushes(&actions), [(3, 3)]);
    assert!(!actions.contains(&Action::Reset));
}

#[test]
fn an_evicted_object_pulls_before_it_pushes() {
    let opened = Opened { head: 4, pending: 2, backend_id: Some("b".into()), ..Opened::default() };
    let (mut process, actions) = Process::open(CONFIG, opened, 0);
    let pull = Action::Pull { number: 1, after: Some(("b".into(), 4)), is_live: true };
    assert_eq!(actions, [pull, Action::Wake { at: Some(30_000) }]);
    // The push of before the eviction had been stored.
    assert_eq!(pushes(&process.page(1, page(&[event(5, 4, "me")]), 9)), []);
    assert_eq!(pushes(&process.applied(applied(5, 1, None), 9)), [(2, 5)]);
}

#[test]
fn an_answer_to_an_earlier_call_does_not_count() {
    let mut process = synced(0, 2);
    assert_eq!(pulls(&process.timer(30_000)), [(3, 0)], "the push got no answer in time");
    process.page(3, page(&[]), 30_001);
    process.pull_ended(3, Exit::Success, 30_001);
    assert_eq!(pushes(&process.timer(31_000)), [(4, 0)]);
    assert_eq!(process.push_answered(PUSH, 2, unknown(), 31_001, 0), []);
    assert_eq!(process.push_failed(PUSH, failure(false, false), 31_001), []);
    assert_eq!(process.push_answered(4, 2, Exit::Success, 31_002, 0)[0], Action::Confirm { through: 2 });
}
