//! Whatever happens in whatever order: no timer is lost, none comes early, too often or after it was cancelled,
//! and the alarm is never late.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::method::ScheduledMethod;
use super::super::timer::{TimerId, TimerState};
use super::world::{Does, HOUR, SECOND, World, argument, millis};
use crate::Date;

const METHODS: &[ScheduledMethod] =
    &[ScheduledMethod::new("work"), ScheduledMethod::new("other").attempts(2)];
const RENAMED: &[ScheduledMethod] = &[ScheduledMethod::new("work")];

#[derive(Debug, Clone)]
enum Step {
    /// Schedules a call once: method, key, and when, from the past on.
    Once(usize, Option<u8>, i64),
    /// Schedules a recurring call: method, key and period.
    Every(usize, u8, i64),
    /// Cancels one of the timers.
    Cancel(usize),
    CancelKey(u8),
    Retry(usize),
    /// Lets time go by, during which calls do this in turn.
    Pass(i64, Vec<Does>),
    /// The clock steps.
    Clock(i64),
    /// The object is evicted, its alarm lost, and it wakes again.
    Lose,
    /// The code is replaced by one that lacks a method, or has it.
    Deploy(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let does = prop_oneof![
        4 => Just(Does::Succeed),
        2 => Just(Does::Fail),
        1 => Just(Does::Pass),
        2 => Just(Does::Crash),
    ];
    let time = prop_oneof![-SECOND..SECOND, 0..HOUR];
    prop_oneof![
        4 => (0..2_usize, proptest::option::of(0..3_u8), time.clone())
            .prop_map(|(method, key, time)| Step::Once(method, key, time)),
        2 => (0..2_usize, 0..3_u8, 60 * SECOND..HOUR).prop_map(|(method, key, period)| Step::Every(method, key, period)),
        1 => any::<usize>().prop_map(Step::Cancel),
        1 => (0..3_u8).prop_map(Step::CancelKey),
        1 => any::<usize>().prop_map(Step::Retry),
        6 => (prop_oneof![0..10 * SECOND, 0..HOUR], proptest::collection::vec(does, 1..6))
            .prop_map(|(time, does)| Step::Pass(time, does)),
        1 => (-HOUR..HOUR).prop_map(Step::Clock),
        1 => Just(Step::Lose),
        1 => any::<bool>().prop_map(Step::Deploy),
    ]
}

/// What somebody who only reads the documentation expects of a timer.
#[derive(Debug)]
struct Expected {
    id: TimerId,
    method: usize,
    key: Option<u8>,
    period: Option<i64>,
    /// For when it was scheduled first.
    start: i64,
    /// It must not go off before.
    due: i64,
    /// Attempts that count, since it was scheduled, retried or successful.
    failures: u32,
    successes: u32,
}

/// The timers there should be, by the argument that tells their calls apart.
#[derive(Debug, Default)]
struct Model {
    timers: BTreeMap<u64, Expected>,
    scheduled: u64,
}

impl Model {
    fn add(&mut self, world: &World, method: usize, key: Option<u8>, period: Option<i64>, time: i64) {
        let method = method % world.methods.len();
        // A recurring timer keeps its argument, so that setting it again changes nothing.
        let argument = match (period, key) {
            (Some(_), Some(key)) => u64::from(key) + 1_000 * (method as u64 + 1),
            _ => {
                self.scheduled += 1;
                1_000_000 + self.scheduled
            }
        };
        let call = world.call(method, argument);
        let call = if let Some(key) = key { call.key(key.to_string()) } else { call };
        let id = match period {
            Some(period) => call.every(millis(period)),
            None => call.at(Date::from_millis(world.now + time).unwrap()),
        };
        let id = id.unwrap();
        if self.timers.get(&argument).is_some_and(|timer| timer.id == id) {
            assert_eq!(self.timers[&argument].period, period, "a new period is a new timer");
            return;
        }
        self.timers.retain(|_, timer| timer.key.is_none() || (timer.key, timer.method) != (key, method));
        let due = world.now + period.unwrap_or(time);
        self.timers.insert(
            argument,
            Expected { id, method, key, period, start: due, due, failures: 0, successes: 0 },
        );
    }

    /// A call was made, and does this.
    fn called(&mut self, now: i64, argument: u64, does: Does) {
        let timer = self.timers.get_mut(&argument).expect("only timers that are there go off");
        assert!(now >= timer.due, "{timer:?} went off at {now}");
        timer.failures += u32::from(does != Does::Pass);
        // A crash may be taken for its last chance, and an interval gets a new one then.
        let budget = METHODS[timer.method].attempts;
        assert!(timer.failures <= budget || does == Does::Succeed, "{timer:?} had its attempts");
        match (does, timer.period) {
            (Does::Succeed, None) => drop(self.timers.remove(&argument)),
            (Does::Succeed, Some(period)) => {
                (timer.failures, timer.successes) = (0, timer.successes + 1);
                // The next of the times it has had from the beginning.
                timer.due = timer.start + ((now - timer.start).div_euclid(period) + 1).max(0) * period;
            }
            (Does::Fail, Some(_)) if timer.failures == budget => timer.failures = 0,
            _ => timer.due = now + 1,
        }
    }

    fn pass(&mut self, world: &mut World, time: i64, does: &[Does]) {
        let model = RefCell::new(self);
        let mut turn = does.iter().cycle();
        world.pass(time, |world, argument| {
            let does = *turn.next().unwrap();
            model.borrow_mut().called(world.now, argument, does);
            does
        });
    }

    /// Compares the table with what is expected.
    fn check(&self, world: &World) {
        let listed = world.list();
        let mut ids: Vec<u64> = listed.iter().map(|timer| argument(&timer.arguments)).collect();
        ids.sort_unstable();
        assert_eq!(ids, self.timers.keys().copied().collect::<Vec<_>>(), "{listed:?}");
        for timer in &listed {
            assert_eq!(timer.id, self.timers[&argument(&timer.arguments)].id);
        }
        let first = listed.iter().find(|timer| timer.state == TimerState::Waiting);
        if let Some(first) = first.filter(|_| !world.interrupted) {
            let alarm = world.alarm().expect("something waits");
            assert!(
                alarm <= first.due.as_millis().max(world.latest + 1),
                "{alarm} is too late for {first:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn nothing_is_lost_early_or_repeated(steps in proptest::collection::vec(step(), 1..40)) {
        let (mut world, mut model) = (World::new(METHODS), Model::default());
        for step in steps {
            let nth = |index: usize| model.timers.values().nth(index % model.timers.len().max(1)).map(|timer| timer.id);
            match step {
                Step::Once(method, key, time) => model.add(&world, method, key, None, time),
                Step::Every(method, key, period) => model.add(&world, method, Some(key), Some(period), 0),
                Step::Cancel(index) => {
                    if let Some(id) = nth(index) {
                        assert!(world.schedule().cancel(id).unwrap());
                        model.timers.retain(|_, timer| timer.id != id);
                    }
                }
                Step::CancelKey(key) => {
                    let before = model.timers.len();
                    model.timers.retain(|_, timer| timer.key != Some(key));
                    let cancelled = world.schedule().cancel_key(&key.to_string()).unwrap();
                    assert_eq!(cancelled, before - model.timers.len());
                }
                Step::Retry(index) => {
                    if let Some(id) = nth(index) && world.schedule().retry(id).unwrap() {
                        let timer = model.timers.values_mut().find(|timer| timer.id == id).unwrap();
                        (timer.failures, timer.due) = (0, world.now);
                    }
                }
                Step::Pass(time, does) => model.pass(&mut world, time, &does),
                Step::Clock(by) => {
                    world.set_clock(world.now + by);
                    // Whatever was due by the old clock is due by the platform's.
                    model.timers.values_mut().for_each(|timer| timer.due = timer.due.min(timer.due + by));
                }
                Step::Lose => {
                    world.lose_alarm();
                    world.wake();
                }
                Step::Deploy(renamed) => world.deploy(if renamed { RENAMED } else { METHODS }),
            }
            model.check(&world);
        }

        // In the end all is well again: whatever waits goes off.
        world.deploy(METHODS);
        model.pass(&mut world, 4 * HOUR, &[Does::Succeed]);
        model.check(&world);
        for timer in world.list().iter().filter(|timer| timer.state != TimerState::Dead) {
            let expected = &model.timers[&argument(&timer.arguments)];
            assert!(expected.period.is_some() && expected.successes > 0, "{timer:?} did not go off");
        }
    }
}
