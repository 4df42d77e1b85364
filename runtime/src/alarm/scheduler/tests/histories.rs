//! What other schedulers had to be repaired for, replayed: the issues of cloudflare/agents, and one of workerd.

use super::super::method::ScheduledMethod;
use super::super::recurrence::Recurrence;
use super::super::timer::TimerState;
use super::world::{Does, HOUR, SECOND, World, millis};
use crate::Date;

const METHODS: &[ScheduledMethod] = &[ScheduledMethod::new("work"), ScheduledMethod::new("other")];
const WORK: usize = 0;
const OTHER: usize = 1;

fn fine(_: &World, _: u64) -> Does {
    Does::Succeed
}

/// agents#1049: `scheduleEvery` on each start made another interval each time, and after N starts the callback
/// ran N times as often.
#[test]
fn agents_1049_an_interval_set_at_each_start_is_one_interval() {
    let mut world = World::new(METHODS);
    for _ in 0..20 {
        world.wake();
        world.call(WORK, 1).every(millis(30 * SECOND)).unwrap();
        world.pass(SECOND, fine);
    }
    assert_eq!(world.list().len(), 1);
    let begin = world.now;
    world.pass(10 * 30 * SECOND, fine);
    assert_eq!(world.calls.iter().filter(|(time, _)| *time > begin).count(), 10);
    // Starting more often than the interval is long does not put it off for ever.
    assert_eq!(world.calls[0].0, begin + 10 * SECOND);
}

/// agents#1119, #1120: an interval that was there already was returned without its alarm being set again, and
/// one that was overdue by then never went off.
#[test]
fn agents_1119_a_lost_alarm_is_set_again_by_the_next_start() {
    for overdue in [false, true] {
        let mut world = World::new(METHODS);
        world.call(WORK, 1).every(millis(30 * SECOND)).unwrap();
        world.lose_alarm();
        world.pass(if overdue { 95 * SECOND } else { SECOND }, fine);
        assert_eq!(world.calls, []);
        world.wake();
        world.call(WORK, 1).every(millis(30 * SECOND)).unwrap();
        world.pass(60 * SECOND, fine);
        assert_eq!(world.calls.len(), if overdue { 3 } else { 2 }, "overdue: {overdue}");
    }
}

/// agents#1153, #1154: `schedule(60, ..)` in the constructor of an object that crashed for days left hundreds
/// of rows, and all of them ran when it came to its senses.
#[test]
fn agents_1153_what_starts_schedule_does_not_pile_up() {
    let mut world = World::new(METHODS);
    for _ in 0..300 {
        world.wake();
        world.call(WORK, 1).key("maintenance").after(millis(60 * SECOND)).unwrap();
        world.call(OTHER, 2).every(millis(HOUR)).unwrap();
        world.set_clock(world.now + 20 * 60 * SECOND);
    }
    assert_eq!(world.list().len(), 2);
    world.wake();
    world.pass(SECOND, fine);
    assert_eq!(world.calls.len(), 2, "each once: {:?}", world.calls);
    assert_eq!(world.list().len(), 1);
}

/// agents#1625, #616: tearing an object down was cut short and never taken up again, or the scheduler wrote to
/// the tables that were gone.
#[test]
fn agents_1625_a_teardown_is_taken_up_until_it_is_done_and_leaves_nothing() {
    let mut world = World::new(METHODS);
    world.call(WORK, 1).after(millis(SECOND)).unwrap();
    world.call(OTHER, 2).after(millis(HOUR)).unwrap();
    let mut interrupted = 3;
    world.pass(HOUR / 2, |_, _| {
        interrupted -= 1;
        if interrupted >= 0 { Does::Crash } else { Does::Destroy }
    });
    assert_eq!(world.calls.len(), 4);
    assert_eq!(world.list(), []);
    assert_eq!(world.alarm(), None);
    world.pass(HOUR, fine);
    assert_eq!(world.calls.len(), 4, "nothing wakes it");
}

/// agents#1704, #1703: a lease that ended early left its alarm behind, and each such alarm set the next one: an
/// idle object woke every 30 seconds for ever.
#[test]
fn agents_1704_an_alarm_that_is_not_needed_any_more_wakes_nobody_for_ever() {
    let mut world = World::new(METHODS);
    world.call(WORK, 1).after(millis(10 * HOUR)).unwrap();
    for _ in 0..5 {
        let lease = world.call(OTHER, 2).after(millis(30 * SECOND)).unwrap();
        assert!(world.schedule().cancel(lease).unwrap());
    }
    world.pass(9 * HOUR, fine);
    assert_eq!((world.rounds, world.calls.len()), (1, 0), "once for nothing");
    world.pass(2 * HOUR, fine);
    assert_eq!((world.rounds, world.calls.len()), (2, 1));
    assert_eq!(world.alarm(), None);
    world.pass(100 * HOUR, fine);
    assert_eq!(world.rounds, 2);
}

/// agents#1730: a deploy in the middle of a call, or the failing storage around it, used a one-shot timer up.
#[test]
fn agents_1730_trouble_of_the_platform_uses_no_timer_up() {
    let mut world = World::new(METHODS);
    world.call(WORK, 1).after(millis(SECOND)).unwrap();
    let mut calls = 0;
    world.pass(24 * HOUR, |_, _| {
        calls += 1;
        match calls {
            1 => Does::Crash,
            2..=12 => Does::Pass,
            _ => Does::Succeed,
        }
    });
    assert_eq!(world.calls.len(), 13, "more often than it may fail");
    assert_eq!(world.list(), []);
    let waits: Vec<i64> = world.calls.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(waits.iter().all(|wait| (2 * SECOND..=HOUR).contains(wait)), "{waits:?}");
    assert_eq!(waits.last(), Some(&HOUR), "it does not ask more than once an hour in the end");
}

/// agents#1825, #2271: a call that was out of memory each time was made again for ever, since what it had done
/// before, or what went well in between, set its counter back.
#[test]
fn agents_1825_a_call_that_kills_the_object_ends_as_a_dead_letter() {
    for recurring in [false, true] {
        let mut world = World::new(METHODS);
        let poison = world.call(WORK, 1);
        let poison = if recurring { poison.every(millis(SECOND)) } else { poison.after(millis(SECOND)) };
        let poison = poison.unwrap();
        world.call(OTHER, 2).every(millis(10 * SECOND)).unwrap();
        let does = |_: &World, argument| if argument == 1 { Does::Crash } else { Does::Succeed };
        world.pass(HOUR, does);
        let attempts = |world: &World, of| world.calls.iter().filter(|(_, call)| *call == of).count();
        assert_eq!(attempts(&world, 1), 5);
        assert!(attempts(&world, 2) > 340, "the other one went on: {}", attempts(&world, 2));
        let dead = world.list().pop().unwrap();
        assert_eq!((dead.id, dead.state, dead.attempts, dead.failures), (poison, TimerState::Dead, 5, 5));
        assert!(dead.error.unwrap().starts_with("interrupted"));
        // A start that sets it again does not revive it, somebody who knows better does.
        world.wake();
        if recurring {
            assert_eq!(world.call(WORK, 1).every(millis(SECOND)).unwrap(), poison);
        }
        world.pass(HOUR, does);
        assert_eq!(attempts(&world, 1), 5);
        assert!(world.schedule().retry(poison).unwrap());
        world.pass(1, fine);
        assert_eq!(attempts(&world, 1), 6);
    }
}

/// The platform drops an alarm after six retries: with two calls that kill the object, the rest would wait for
/// ever.
#[test]
fn an_alarm_that_the_platform_would_drop_is_set_again() {
    let mut world = World::new(METHODS);
    for poison in 1..=4 {
        world.call(WORK, poison).after(millis(SECOND)).unwrap();
    }
    world.call(OTHER, 9).after(millis(HOUR)).unwrap();
    world.pass(HOUR, |_, argument| if argument == 9 { Does::Succeed } else { Does::Crash });
    assert_eq!(world.calls.len(), 4 * 5 + 1);
    assert!(world.list().iter().all(|timer| timer.state == TimerState::Dead));
}

/// workerd#6866: an alarm for a time that is not in the future may never go off.
#[test]
fn workerd_6866_the_alarm_is_never_set_for_the_past() {
    let mut world = World::new(METHODS);
    world.call(WORK, 1).at(crate::Date::from_millis(5).unwrap()).unwrap();
    assert_eq!(world.alarm(), Some(world.now + 1));
    world.lose_alarm();
    world.wake();
    assert_eq!(world.alarm(), Some(world.now + 1));
    // From within a call, where it is set when the round ends.
    world.pass(1, |world, argument| {
        if argument == 1 {
            world.call(WORK, 2).after(millis(0)).unwrap();
        }
        Does::Succeed
    });
    world.pass(1, fine);
    assert_eq!(world.calls.iter().map(|call| call.1).collect::<Vec<_>>(), [1, 2]);
}

/// agents#484, and F6 of what people ask for: a deploy that renames a method leaves its timers without one.
#[test]
fn timers_wait_for_a_method_of_their_name() {
    let mut world = World::new(METHODS);
    world.call(WORK, 1).after(millis(SECOND)).unwrap();
    world.call(OTHER, 2).after(millis(2 * SECOND)).unwrap();
    const RENAMED: &[ScheduledMethod] = &[ScheduledMethod::new("other")];
    world.deploy(RENAMED);
    world.pass(HOUR, fine);
    assert_eq!(world.calls.iter().map(|call| call.1).collect::<Vec<_>>(), [2]);
    let kept = world.list();
    assert_eq!(
        (kept.len(), kept[0].state, kept[0].recurrence.clone()),
        (1, TimerState::Unknown, Recurrence::Once)
    );
    assert_eq!(world.alarm(), None, "nothing to wake for");
    world.deploy(METHODS);
    world.pass(SECOND, fine);
    assert_eq!(world.calls.len(), 2);
    assert_eq!(world.list(), []);
}

#[test]
fn a_timer_beyond_the_times_of_the_platform_keeps_its_time_and_lets_the_others_go_off() {
    let mut world = World::new(METHODS);
    let (far, latest) = (Date::from_millis(9_999_999_999_000).unwrap(), Some(9_223_372_036_854));
    world.call(WORK, 1).at(far).unwrap();
    assert_eq!(world.alarm(), latest);
    world.wake();
    assert_eq!(world.alarm(), latest);
    world.call(OTHER, 2).after(millis(SECOND)).unwrap();
    world.pass(HOUR, fine);
    assert_eq!(world.calls.len(), 1);
    assert_eq!((world.list()[0].due, world.alarm()), (far, latest));
}

#[test]
fn a_clock_that_steps_makes_nothing_late_for_ever() {
    let mut world = World::new(METHODS);
    world.call(WORK, 1).every(millis(HOUR)).unwrap();
    // Two days ahead: once, not 48 times.
    world.set_clock(world.now + 48 * HOUR);
    world.pass(SECOND, fine);
    assert_eq!(world.calls.len(), 1);
    // And back: the next start that sets it finds it too far away.
    world.set_clock(world.now - 48 * HOUR);
    world.wake();
    world.call(WORK, 1).every(millis(HOUR)).unwrap();
    world.pass(2 * HOUR, fine);
    assert_eq!(world.calls.len(), 3);
}

/// The clock of the machine is behind that of the platform's alarms; in tests, alarms are run hours before their time.
#[test]
fn an_alarm_that_is_early_calls_each_timer_once() {
    for (does, attempts) in [(Does::Succeed, 0), (Does::Fail, 1), (Does::Pass, 1), (Does::Crash, 1)] {
        let mut world = World::new(METHODS);
        let begin = world.now;
        world.call(WORK, 1).every(millis(HOUR)).unwrap();
        world.ring(|_, _| does);
        assert_eq!(world.calls, [(begin, 1)], "{does:?}");
        let timer = &world.list()[0];
        assert_eq!(timer.attempts, attempts);
        let first = begin + HOUR;
        assert!(timer.due.as_millis() > first, "{does:?}");
        assert!(does != Does::Succeed || timer.due.as_millis() == first + HOUR);
    }
}
