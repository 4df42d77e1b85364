//! The defects of LiveStore 0.4.0 that this process does not have. P2, P3, P7, P8 and P12 are those of the code
//! around it, and P9 is one of `merge`.

use super::*;

fn poison() -> Halt {
    Halt::Poisoned { seq: 3, name: "v1.Odd".into(), reason: "missing field `id`".into() }
}

#[test]
fn p1_a_poisoned_event_halts_visibly_behind_the_good_ones_and_resume_tries_again() {
    let mut process = synced(1, 0);
    let events = [event(2, 1, "other"), event(3, 2, "other"), event(4, 3, "other")];
    assert_eq!(applies(&process.callback(page(&events), 5)), [2, 3, 4]);
    let actions = process.poisoned(applied(2, 0, None), poison(), 5);
    assert_eq!(actions, [Action::Notify]);
    assert_eq!(process.halted(), Some(&poison()));
    let status = process.status();
    assert_eq!((status.head, status.is_backend_synced, status.halted), (2, false, Some(poison())));
    assert_eq!(process.callback(page(&events), 6), []);
    assert_eq!(process.timer(99_000), []);
    let actions = process.resume(100_000);
    assert_eq!(actions[0], Action::Resumed);
    assert_eq!(pulls(&actions), [(2, 2)]);
    assert_eq!(process.halted(), None);
}

#[test]
fn p1_a_halt_outlives_an_eviction_but_not_a_new_version() {
    let opened = |halted| Opened { head: 2, backend_id: Some("b".into()), halted, ..Opened::default() };
    let (process, actions) = Process::open(CONFIG, opened(Some(poison())), 0);
    assert_eq!((process.halted(), actions), (Some(&poison()), vec![]));
    let (_, actions) = Process::open(CONFIG, opened(None), 0);
    assert_eq!(pulls(&actions), [(1, 2)]);
}

#[test]
fn p1_a_page_that_could_not_be_written_is_pulled_again() {
    let mut process = synced(1, 0);
    process.callback(page(&[event(2, 1, "other")]), 5);
    assert_eq!(wake(&process.not_applied("disk full".into(), 5)), Some(1_005));
    assert_eq!(pulls(&process.timer(1_005)), [(2, 1)]);
}

#[test]
fn p4_a_push_that_came_too_late_pulls_now_and_goes_again() {
    let mut process = synced(0, 1);
    let actions = process.push_answered(2, 1, ahead(2), 5, u32::MAX);
    assert_eq!((pulls(&actions), pushes(&actions)), (vec![(3, 0)], vec![]));
    assert_eq!(process.status().backend_head, Some(2));
    process.page(3, page(&[event(1, 0, "other"), event(2, 1, "other")]), 6);
    assert_eq!(pushes(&process.applied(applied(2, 1, Some(1)), 6)), [(4, 2)]);
    // The second loss in a row waits a random time.
    process.pull_ended(3, Exit::Success, 6);
    let actions = process.push_answered(4, 3, ahead(3), 7, u32::MAX);
    assert_eq!(pulls(&actions), [(5, 2)]);
    process.page(5, page(&[event(3, 2, "other")]), 8);
    assert_eq!(pushes(&process.applied(applied(3, 1, Some(3)), 8)), []);
    assert_eq!(pushes(&process.timer(7 + 99)), [(6, 3)]);
    // A success forgets the losses.
    process.pull_ended(5, Exit::Success, 106);
    process.push_answered(6, 4, Exit::Success, 107, 0);
    process.committed(1, 108);
    assert_eq!(
        wake(&process.push_answered(7, 5, ahead(5), 109, u32::MAX)),
        Some(30_109),
        "only the pull waits"
    );
}

#[test]
fn p4_a_pull_that_began_before_the_loss_does_not_count() {
    let mut process = synced(0, 1);
    assert_eq!(pulls(&process.callback(page(&[event(9, 8, "other")]), 4)), []);
    process.set_live(false, 4);
    assert_eq!(pulls(&process.set_live(true, 4)), [(3, 0)]);
    process.push_answered(2, 1, ahead(1), 5, 0);
    let actions = process.page(3, page(&[]), 6);
    assert_eq!((pushes(&actions), pulls(&actions)), (vec![], vec![]));
    assert_eq!(pulls(&process.pull_ended(3, Exit::Success, 6)), [(4, 0)]);
}

#[test]
fn p5_a_call_counts_by_its_content() {
    let mut process = synced(3, 0);
    // Known events do nothing, and new ones that continue the head are applied.
    assert_eq!(process.callback(page(&[event(2, 1, "other"), event(3, 2, "other")]), 5), []);
    let actions = process.callback(page(&[event(3, 2, "other"), event(4, 3, "other")]), 5);
    assert_eq!(applies(&actions), [4]);
    process.applied(applied(4, 0, None), 5);
    // A call of another backend starts a pull, which will tell.
    let foreign = Page { backend_id: "c".into(), ..page(&[event(5, 4, "other")]) };
    assert_eq!(pulls(&process.callback(foreign, 6)), [(2, 4)]);
}

#[test]
fn p6_a_watched_store_pulls_again_because_a_backend_forgets_whom_to_call() {
    let mut process = synced(3, 0);
    assert_eq!(wake(&process.watch(true, 5)), Some(60_005));
    assert_eq!(pulls(&process.timer(60_004)), []);
    assert_eq!(pulls(&process.timer(60_005)), [(2, 3)]);
    process.page(2, page(&[]), 60_010);
    assert_eq!(wake(&process.pull_ended(2, Exit::Success, 60_010)), Some(120_010));
    assert_eq!(process.watch(false, 60_011), [Action::Wake { at: None }]);
    assert_eq!(process.watch(false, 60_012), []);
    // So does a push, some time after the last pull.
    process.committed(1, 125_000);
    assert_eq!(pulls(&process.push_answered(3, 4, Exit::Success, 125_010, 0)), [(4, 4)]);
}

#[test]
fn p10_a_call_behind_a_gap_is_never_applied_but_a_pull_is() {
    let mut process = synced(3, 0);
    let actions = process.callback(page(&[event(6, 5, "other")]), 5);
    assert_eq!((applies(&actions), pulls(&actions)), (vec![], vec![(2, 3)]));
    // While it runs, other gaps start no other pull; one follows.
    assert_eq!(pulls(&process.callback(page(&[event(9, 8, "other")]), 5)), []);
    // The backend accepts gaps inside of a pushed batch.
    assert_eq!(applies(&process.page(2, page(&[event(5, 3, "other"), event(9, 7, "other")]), 6)), [5, 9]);
    process.applied(applied(9, 0, None), 6);
    assert_eq!(pulls(&process.pull_ended(2, Exit::Success, 6)), [(3, 9)]);
}

#[test]
fn p11_the_status_says_what_the_backend_lacks() {
    let mut process = synced(3, 0);
    assert!(process.status().is_backend_synced);
    process.committed(2, 5);
    let status = process.status();
    assert_eq!(
        (status.head, status.backend_head, status.backend_pending_count, status.is_backend_synced),
        (3, Some(3), 2, false)
    );
    process.push_answered(2, 5, Exit::Success, 6, 0);
    let status = process.status();
    assert_eq!(
        (status.backend_head, status.backend_pending_count, status.is_backend_synced),
        (Some(5), 0, true)
    );
    let (process, _) = Process::open(CONFIG, Opened::default(), 0);
    assert_eq!((process.status().backend_head, process.status().is_backend_synced), (None, false));
}

#[test]
fn p13_every_wait_is_an_alarm() {
    let mut process = synced(0, 1);
    assert_eq!(wake(&process.push_failed(2, failure(true, false), 10)), Some(1_010));
    assert_eq!(pushes(&process.timer(1_010)), [(3, 0)]);
    assert_eq!(wake(&process.push_failed(3, failure(true, false), 1_020)), Some(3_020));
    assert_eq!(pushes(&process.timer(3_020)), [(4, 0)]);
    // An alarm that comes early is set again.
    assert_eq!(process.timer(3_021), [Action::Wake { at: Some(33_020) }]);
    assert_eq!(wake(&process.push_failed(4, failure(true, true), 3_030)), Some(7_030), "it is overloaded");
}

#[test]
fn p13_a_life_that_has_nothing_to_do_sets_no_alarm() {
    let opened = |pending| Opened { head: 1, pending, backend_id: Some("b".into()), ..Opened::default() };
    let (mut process, actions) = Process::open(CONFIG, opened(0), 0);
    assert_eq!((pulls(&actions), wake(&actions)), (vec![(1, 1)], None));
    // It is late all the same, once something happens.
    assert!(!process.is_due(29_999) && process.is_due(30_000));
    assert_eq!(wake(&process.timer(30_000)), Some(31_000), "what has failed is tried again");
    let (_, actions) = Process::open(CONFIG, opened(1), 0);
    assert_eq!(wake(&actions), Some(30_000), "events are pending");
    // Later pulls have a reason, which an eviction must not lose.
    assert_eq!(wake(&synced(1, 0).callback(page(&[event(9, 8, "other")]), 5)), Some(30_005));
}

#[test]
fn p13_a_time_that_never_comes_is_no_alarm() {
    let opened = Opened { head: 1, backend_id: Some("b".into()), ..Opened::default() };
    let config = Config { refresh: i64::MAX, ..CONFIG };
    let (mut process, _) = Process::open(config, opened, 1);
    assert_eq!(wake(&process.watch(true, 1)), None);
}

#[test]
fn answers_to_an_earlier_process_do_not_count() {
    let opened = Opened { backend_id: Some("b".into()), calls: 3, ..Opened::default() };
    let (mut process, actions) = Process::open(CONFIG, opened, 0);
    assert_eq!(pulls(&actions), [(4, 0)]);
    // A pull from a later place has an end for the process before it.
    assert_eq!(process.page(3, page(&[event(51, 50, "other")]), 1), []);
    assert_eq!(process.pull_ended(3, Exit::Success, 1), []);
    assert_eq!(applies(&process.page(4, page(&[event(1, 0, "other")]), 2)), [1]);
}

#[test]
fn a_call_that_cannot_be_read_pulls_and_resumes_nothing() {
    let mut process = synced(1, 0);
    assert_eq!(pulls(&process.unread_callback(5)), [(2, 1)]);
    let opened = Opened { head: 2, halted: Some(poison()), ..Opened::default() };
    let (mut process, _) = Process::open(CONFIG, opened, 0);
    assert_eq!((process.unread_callback(5), process.halted()), (vec![], Some(&poison())));
    let mut process = synced(0, 1);
    process.push_failed(2, failure(false, false), 5);
    process.unread_callback(6);
    assert_eq!(process.status().parked.len(), 1);
}

#[test]
fn p14_a_number_that_no_log_can_have_is_not_applied() {
    for number in [i64::MAX, (1 << 53) - 1] {
        let mut process = synced(3, 0);
        let actions = process.callback(page(&[event(number, 3, "other")]), 5);
        assert_eq!((applies(&actions), pulls(&actions)), (vec![], vec![(2, 3)]));
        process.page(2, page(&[event(number, 3, "other")]), 6);
        assert_eq!(process.status().parked[0].reason, "the backend's events do not ascend");
    }
}

#[test]
fn p10_a_call_with_a_gap_inside_is_never_applied() {
    let mut process = synced(3, 0);
    let actions = process.callback(page(&[event(4, 3, "other"), event(7, 6, "other")]), 5);
    assert_eq!((applies(&actions), pulls(&actions)), (vec![], vec![(2, 3)]));
    // The backend accepts a batch whose numbers have gaps, if its parents have none.
    let mut process = synced(3, 0);
    assert_eq!(applies(&process.callback(page(&[event(4, 3, "other"), event(7, 4, "other")]), 5)), [4, 7]);
}

#[test]
fn p14_a_refusal_parks_visibly_and_resume_clears_it() {
    for refuse in [
        |process: &mut Process| process.push_answered(2, 1, unknown(), 5, 0),
        |process: &mut Process| process.push_failed(2, failure(false, false), 5),
    ] {
        let mut process = synced(0, 1);
        let actions = refuse(&mut process);
        let [parked] = &*process.status().parked else { panic!("it is parked") };
        assert!(parked.is_push && ["SqlError: full", "trouble"].contains(&&*parked.reason));
        assert_eq!(actions[0], Action::Park(parked.clone()));
        assert!(actions.contains(&Action::Notify));
        // Commits and pages go on, and no push is tried.
        assert_eq!(pushes(&process.committed(1, 6)), []);
        assert_eq!(applies(&process.callback(page(&[event(1, 0, "other")]), 7)), [1]);
        assert_eq!(pushes(&process.applied(applied(1, 2, Some(1)), 7)), []);
        assert_eq!(process.timer(99_000), []);
        let actions = process.resume(100_000);
        assert_eq!((&actions[0], pulls(&actions)), (&Action::Resumed, vec![(3, 1)]));
        assert_eq!(pushes(&process.page(3, page(&[]), 100_001)), [(4, 1)]);
    }
}

#[test]
fn p14_refused_events_that_are_taken_back_are_not_pushed_again() {
    let mut process = synced(0, 2);
    process.push_answered(2, 2, unknown(), 5, 0);
    process.pending_rejected(6);
    process.page(3, page(&[]), 6);
    let status = process.status();
    assert_eq!((status.parked, status.is_backend_synced), (vec![], true));
    assert_eq!(pushes(&process.committed(1, 7)), [(4, 0)]);
}

#[test]
fn p14_events_that_are_taken_back_are_pulled_if_the_backend_has_them() {
    let mut process = synced(0, 2);
    // The answer to the first push is lost, and the second one has an event that is refused.
    process.push_failed(2, failure(true, false), 5);
    process.committed(1, 6);
    process.timer(99_000);
    process.push_answered(3, 3, unknown(), 99_001, 0);
    let actions = process.pending_rejected(99_002);
    assert_eq!(pulls(&actions), [(4, 0)]);
    assert!(!process.status().is_backend_synced);
    let actions = process.page(4, page(&[event(1, 0, "own"), event(2, 1, "own")]), 99_003);
    assert_eq!(applies(&actions), [1, 2]);
}

#[test]
fn p14_a_backend_that_comes_in_place_of_another_has_refused_nothing() {
    let parked = vec![Parked { is_push: true, reason: "no".into() }];
    let opened = Opened { pending: 1, backend_id: Some("old".into()), parked, ..Opened::default() };
    let (mut process, _) = Process::open(CONFIG, opened, 0);
    let actions = process.page(1, page(&[]), 1);
    assert!(actions.contains(&Action::Resumed), "the next life must not find it: {actions:?}");
    assert_eq!(pulls(&actions), [(2, 0)]);
    assert_eq!(pushes(&process.page(2, page(&[]), 2)), [(3, 0)]);
}

#[test]
fn a_backend_that_had_confirmed_nothing_is_replaced_without_a_loss() {
    for config in [CONFIG, Config { on_lost_history: LostHistory::Halt, ..CONFIG }] {
        let opened = Opened { pending: 2, backend_id: Some("old".into()), ..Opened::default() };
        let (mut process, actions) = Process::open(config, opened, 0);
        assert_eq!(pulls(&actions), [(1, 0)]);
        let actions = process.page(1, page(&[]), 1);
        assert_eq!((&actions[0], pulls(&actions)), (&Action::Learn { backend_id: "b".into() }, vec![(2, 0)]));
        assert_eq!(process.page(1, page(&[]), 2), [], "the first pull does not count any more");
        let actions = process.page(2, page(&[]), 3);
        assert_eq!(pushes(&actions), [(3, 0)]);
        assert_eq!(process.status().backend_pending_count, 2);
    }
}

#[test]
fn p14_a_parked_call_outlives_an_eviction() {
    let parked = [true, false].map(|is_push| Parked { is_push, reason: "no".into() });
    let opened = Opened { head: 1, pending: 1, parked: parked.to_vec(), ..Opened::default() };
    let (process, actions) = Process::open(CONFIG, opened, 0);
    assert_eq!((process.status().parked, actions), (parked.to_vec(), vec![]));
}

#[test]
fn p14_a_refused_pull_parks_too() {
    for exit in [unknown(), ahead(1)] {
        let (mut process, _) = Process::open(CONFIG, Opened::default(), 0);
        process.pull_ended(1, exit, 5);
        let [parked] = &*process.status().parked else { panic!("it is parked") };
        assert!(!parked.is_push);
        assert_eq!(pulls(&process.callback(page(&[]), 6)), []);
        assert_eq!(pulls(&process.resume(7)), [(2, 0)]);
    }
    let (mut process, _) = Process::open(CONFIG, Opened::default(), 0);
    process.page(1, page(&[event(2, 1, "other"), event(1, 0, "other")]), 5);
    assert_eq!(process.status().parked[0].reason, "the backend's events do not ascend");
}
