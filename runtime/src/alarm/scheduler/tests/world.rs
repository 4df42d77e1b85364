//! One object, and a platform that calls its alarm as workerd does.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::super::method::ScheduledMethod;
use super::super::round::{call_due, recover};
use super::super::schedule::{Schedule, Scheduling};
use super::super::timer::Timer;
use crate::alarm::AlarmInfo;
use crate::error::RemoteError;
use crate::value::Options;
use crate::{Date, Error, Result, sys};

/// Retries of one alarm before the platform drops it.
const RETRIES: u32 = 6;

/// What a call of a method does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Succeed,
    Fail,
    /// Meets trouble of the platform that passes.
    Pass,
    /// Never comes to its end: the object crashes, is reset or is out of memory.
    Crash,
    /// Deletes everything the object has.
    Destroy,
}

/// A call: when it was made and its only argument.
pub(super) type Call = (i64, u64);

pub(super) struct World {
    state: Rc<sys::State>,
    pub(super) methods: &'static [ScheduledMethod],
    pub(super) now: i64,
    /// The latest time the clock has shown.
    pub(super) latest: i64,
    /// The alarm that failed, and is tried again: when, and after how many failures.
    retry: Option<(i64, u32)>,
    /// Whether the last round was interrupted, so that what is due may have to wait a little.
    pub(super) interrupted: bool,
    pub(super) calls: Vec<Call>,
    /// How often the alarm went off.
    pub(super) rounds: usize,
}

pub(super) const SECOND: i64 = 1_000;
pub(super) const HOUR: i64 = 3_600_000;

pub(super) fn millis(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}

impl World {
    pub(super) fn new(methods: &'static [ScheduledMethod]) -> Self {
        let state = Rc::new(sys::State::in_memory());
        let mut world = Self {
            state,
            methods,
            now: 0,
            latest: 0,
            retry: None,
            interrupted: false,
            calls: Vec::new(),
            rounds: 0,
        };
        world.set_clock(1_000_000);
        world
    }

    pub(super) fn set_clock(&mut self, now: i64) {
        self.now = now;
        self.latest = self.latest.max(now);
        sys::set_now(now);
    }

    pub(super) fn schedule(&self) -> Schedule {
        Schedule::new(Rc::clone(&self.state), self.methods)
    }

    /// A call of the method with this index, which is told by its argument.
    pub(super) fn call(&self, method: usize, argument: u64) -> Scheduling {
        use super::super::payload::TimerArgument;
        self.schedule().call(method, |payload| argument.write(payload, "argument"))
    }

    pub(super) fn list(&self) -> Vec<Timer> {
        self.schedule().list().unwrap()
    }

    pub(super) fn alarm(&self) -> Option<i64> {
        done(self.state.alarm(Options::default())).unwrap().map(Date::as_millis)
    }

    pub(super) fn lose_alarm(&mut self) {
        self.state.arm(None).unwrap();
        self.retry = None;
    }

    /// New code, which the platform starts at once.
    pub(super) fn deploy(&mut self, methods: &'static [ScheduledMethod]) {
        self.methods = methods;
        self.wake();
    }

    /// The object starts.
    pub(super) fn wake(&mut self) {
        self.interrupted = false;
        done(recover(&self.schedule())).unwrap();
    }

    /// Lets that much time go by. `does` says what each call does.
    pub(super) fn pass(&mut self, millis: i64, mut does: impl FnMut(&Self, u64) -> Does) {
        let until = self.now + millis;
        loop {
            let set = self.alarm().map(|alarm| (alarm, 0));
            // An alarm that was set takes the place of one that failed.
            let Some((time, failures)) = set.or(self.retry).filter(|(time, _)| *time <= until) else { break };
            self.set_clock(self.now.max(time));
            self.go_off(time, failures, &mut does);
        }
        self.set_clock(until);
    }

    /// The alarm that is set goes off now, however early that is.
    pub(super) fn ring(&mut self, mut does: impl FnMut(&Self, u64) -> Does) {
        let time = self.alarm().unwrap();
        self.go_off(time, 0, &mut does);
    }

    fn go_off(&mut self, time: i64, failures: u32, does: &mut dyn FnMut(&Self, u64) -> Does) {
        self.rounds += 1;
        self.state.arm(None).unwrap();
        self.retry = None;
        if failures > 0 {
            // It crashed, so it starts again.
            self.wake();
            self.state.arm(None).unwrap();
        }
        let info =
            AlarmInfo { scheduled: Date::from_millis(time), retry_count: failures, is_retry: failures > 0 };
        let calls = RefCell::new(Vec::new());
        let (schedule, world) = (self.schedule(), &*self);
        let does = RefCell::new(does);
        let call = |_, arguments: String| {
            let argument = argument(&arguments);
            calls.borrow_mut().push((world.now, argument));
            let does = (*does.borrow_mut())(world, argument);
            async move { world.perform(does).await }
        };
        let ended = poll(call_due(&schedule, info, call));
        let calls = calls.into_inner();
        self.calls.extend(calls);
        self.interrupted = ended.is_none();
        match ended {
            Some(outcome) => outcome.unwrap(),
            None if self.alarm().is_none() && failures < RETRIES => {
                self.retry = Some((self.now + 2 * SECOND * (1 << failures), failures + 1));
            }
            None => {}
        }
    }

    async fn perform(&self, does: Does) -> Result<()> {
        match does {
            Does::Succeed => Ok(()),
            Does::Fail => Err(Error::new("it fails")),
            Does::Pass => Err(RemoteError { retryable: true, ..RemoteError::default() }.into()),
            Does::Crash => std::future::pending().await,
            Does::Destroy => self
                .state
                .execute(&"DROP TABLE _schedule".into(), Vec::new(), false)
                .map(drop)
                .map_err(Error::Message),
        }
    }
}

/// The only argument of a call.
pub(super) fn argument(arguments: &str) -> u64 {
    serde_json::from_str::<(u64,)>(arguments).unwrap().0
}

/// What a future that never waits comes to.
fn done<T>(future: impl Future<Output = T>) -> T {
    poll(future).unwrap()
}

/// What a future comes to, or `None` when it waits.
fn poll<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
