//! The decisions that several inputs share.

use super::{
    Action, Applied, Failure, Halt, LogEvent, LostHistory, MAX_PUSH, More, PATIENCE, Page, Process, Pull,
    Push, delay,
};
use crate::value::MAX_SAFE_INTEGER;

impl Process {
    /// Makes a change, and then starts the calls that it allows.
    pub(super) fn step(&mut self, now: i64, change: impl FnOnce(&mut Self, &mut Vec<Action>)) -> Vec<Action> {
        let mut out = Vec::new();
        change(self, &mut out);
        self.go_on(now, &mut out);
        out
    }

    /// Starts the calls that are allowed. It is apart from [`step`](Self::step), of which each use is compiled.
    fn go_on(&mut self, now: i64, out: &mut Vec<Action>) {
        if self.is_applying {
            // The input that follows the page goes on, and tells what has changed.
            return;
        }
        if self.halted.is_none() {
            self.start_pull(now, out);
            self.start_push(now, out);
        }
        let status = self.status();
        if self.told.as_ref() != Some(&status) {
            self.told = Some(status);
            out.push(Action::Notify);
        }
        let wake = self.next_wake();
        if wake != self.wake {
            self.wake = wake;
            out.push(Action::Wake { at: wake });
        }
    }

    fn start_pull(&mut self, now: i64, out: &mut Vec<Action>) {
        if !self.wants_pull || self.pull != Pull::Idle {
            return;
        }
        let number = self.next_call();
        self.wants_pull = false;
        self.pulled_at = now;
        self.pull = Pull::Running { number, deadline: now + PATIENCE, has_events: false, is_complete: false };
        let is_live = self.config.is_live;
        if is_live {
            self.live_pull = Some(number);
        }
        let after = self.backend_id.clone().filter(|_| self.head > 0).map(|id| (id, self.head));
        out.push(Action::Pull { number, after, is_live });
    }

    fn start_push(&mut self, now: i64, out: &mut Vec<Action>) {
        let is_pulling = matches!(self.pull, Pull::Running { is_complete: false, .. });
        if self.push != Push::Idle || self.pending == 0 || self.is_behind || is_pulling {
            return;
        }
        let (number, after) = (self.next_call(), self.head);
        self.push = Push::InFlight { number, after, deadline: now + PATIENCE, rolled_back_from: None };
        out.push(Action::Push { number, after, limit: self.pending.min(MAX_PUSH) });
    }

    fn next_call(&mut self) -> u32 {
        self.calls = self.calls.wrapping_add(1);
        self.calls
    }

    /// Returns the first time at which there is something to do.
    fn next_wake(&self) -> Option<i64> {
        if self.halted.is_some() {
            return None;
        }
        let push = match self.push {
            Push::InFlight { deadline: at, .. } | Push::Backoff { until: at } => Some(at),
            Push::Idle | Push::Parked(_) => None,
        };
        let pull = match self.pull {
            // Every life of the object begins with a pull. With a timer for it, the timer of one life would
            // wake the next one, and the object would never sleep.
            Pull::Running { has_events: false, .. } if self.is_opening && self.pending == 0 => None,
            Pull::Running { deadline: at, .. } | Pull::Backoff { until: at } => Some(at),
            Pull::Idle | Pull::Parked(_) => None,
        };
        [push, pull, self.refresh_at].into_iter().flatten().min()
    }

    pub(super) fn next_refresh(&self, now: i64) -> Option<i64> {
        self.is_watched.then(|| now.checked_add(self.config.refresh)).flatten()
    }

    /// Ends the push with this number. Returns its head, and the first number that was rolled back since.
    pub(super) fn end_push(&mut self, number: u32) -> Option<(i64, Option<i64>)> {
        match self.push {
            Push::InFlight { number: running, after, rolled_back_from, .. } if running == number => {
                self.push = Push::Idle;
                Some((after, rolled_back_from))
            }
            _ => None,
        }
    }

    pub(super) fn push_trouble(&mut self, failure: Failure, now: i64, out: &mut Vec<Action>) {
        if !failure.is_retryable && !failure.is_overloaded {
            self.park(true, failure.message, out);
            return;
        }
        self.push_failures = failed_again(self.push_failures, &failure);
        self.push = Push::Backoff { until: now + delay::offline(self.push_failures) };
    }

    pub(super) fn pull_trouble(&mut self, failure: Failure, now: i64, out: &mut Vec<Action>) {
        self.wants_pull = true;
        self.is_opening = false;
        if !failure.is_retryable && !failure.is_overloaded {
            self.park(false, failure.message, out);
            return;
        }
        self.pull_failures = failed_again(self.pull_failures, &failure);
        self.pull = Pull::Backoff { until: now + delay::offline(self.pull_failures) };
    }

    /// Stops a call that the backend refuses.
    pub(super) fn park(&mut self, is_push: bool, reason: String, out: &mut Vec<Action>) {
        if is_push {
            self.push = Push::Parked(reason);
        } else {
            self.pull = Pull::Parked(reason);
        }
        out.extend(self.parked(is_push).map(Action::Park));
    }

    /// Handles a backend that says it has this id, and not the one that the call named.
    pub(super) fn meet(&mut self, backend_id: &str, now: i64, out: &mut Vec<Action>) {
        if self.backend_id.as_deref() == Some(backend_id) {
            // The answer contradicts the call. A pull will tell.
            let message = "the backend refused its own id".to_owned();
            let failure = Failure { is_retryable: true, is_overloaded: false, message };
            self.is_behind = true;
            self.pull_trouble(failure, now, out);
        } else {
            self.replaced_by(backend_id, out);
        }
    }

    /// Handles another backend than the one that the store knows.
    pub(super) fn replaced_by(&mut self, backend_id: &str, out: &mut Vec<Action>) {
        if self.head > 0 {
            self.lose_history(out);
            return;
        }
        // The other one had confirmed nothing, so nothing is lost. The pending events go to this one, which has
        // refused nothing yet. A halt stays.
        if self.halted.is_none() && !self.status().parked.is_empty() {
            out.push(Action::Resumed);
        }
        self.is_behind = true;
        self.wants_pull = true;
        self.deferred = None;
        (self.push, self.pull) = (Push::Idle, Pull::Idle);
        self.backend_head = None;
        self.backend_id = Some(backend_id.to_owned());
        out.push(Action::Learn { backend_id: backend_id.to_owned() });
    }

    /// Handles a backend that does not have the confirmed events.
    pub(super) fn lose_history(&mut self, out: &mut Vec<Action>) {
        self.is_behind = true;
        self.wants_pull = true;
        self.is_opening = false;
        self.deferred = None;
        // An answer to an earlier call does not count any more.
        (self.push, self.pull) = (Push::Idle, Pull::Idle);
        match self.config.on_lost_history {
            LostHistory::Halt => {
                self.halted = Some(Halt::LostHistory);
                out.push(Action::Halt(Halt::LostHistory));
            }
            LostHistory::Reset => {
                (self.head, self.pending, self.losses) = (0, 0, 0);
                (self.backend_id, self.backend_head) = (None, None);
                out.push(Action::Reset);
            }
        }
    }

    /// Confirms the pending events up to a number.
    pub(super) fn confirm(&mut self, through: i64, out: &mut Vec<Action>) {
        let count = through - self.head;
        if count > 0 && count <= self.pending {
            self.head = through;
            self.pending -= count;
            self.know_head(through);
            out.push(Action::Confirm { through });
        }
    }

    /// Notes that the backend has an event.
    fn know_head(&mut self, number: i64) {
        self.backend_head = Some(self.backend_head.map_or(number, |known| known.max(number)));
    }

    /// Takes over the log after a page.
    pub(super) fn take(&mut self, applied: Applied) {
        self.is_applying = false;
        (self.head, self.pending) = (applied.head, applied.pending);
        self.know_head(applied.head);
        if let (Push::InFlight { rolled_back_from, .. }, Some(from)) =
            (&mut self.push, applied.rolled_back_from)
        {
            *rolled_back_from = Some(rolled_back_from.map_or(from, |earlier| earlier.min(from)));
        }
    }

    /// Decides about a page with which the backend has called.
    pub(super) fn consider(&mut self, page: Page, out: &mut Vec<Action>) {
        if self.halted.is_some() {
            return;
        }
        if self.backend_id.as_ref() != Some(&page.backend_id) || page.more != More::Nothing {
            self.wants_pull = true;
            return;
        }
        if !Self::is_ascending(&page.events) {
            self.wants_pull = true;
            return;
        }
        let mut new = page.events.iter().filter(|event| event.seq.global > self.head).peekable();
        let Some(first) = new.peek() else { return };
        let follows_head = first.parent.global == self.head;
        // Events may lack between those of the page as well.
        let mut last = first.parent.global;
        let is_chain = new.all(|event| {
            let follows = event.parent.global == last;
            last = event.seq.global;
            follows
        });
        self.know_head(last);
        if follows_head && is_chain {
            self.apply(page.events, out);
        } else if matches!(self.push, Push::InFlight { .. }) && self.deferred.is_none() {
            self.deferred = Some(page);
        } else {
            self.wants_pull = true;
        }
    }

    /// Returns whether events have numbers that follow each other, and that a log can have.
    pub(super) fn is_ascending(events: &[LogEvent]) -> bool {
        let is_possible = |event: &LogEvent| (1..MAX_SAFE_INTEGER).contains(&event.seq.global);
        events.is_sorted_by(|a, b| b.seq.is_after(a.seq)) && events.iter().all(is_possible)
    }

    /// Pulls instead of a page that was deferred, once no push is running.
    pub(super) fn give_up_deferred(&mut self) {
        if self.deferred.take().is_some() {
            self.wants_pull = true;
        }
    }

    /// Asks for the events after the head to be applied.
    pub(super) fn apply(&mut self, mut events: Vec<LogEvent>, out: &mut Vec<Action>) {
        events.retain(|event| event.seq.global > self.head);
        if !events.is_empty() && self.halted.is_none() {
            self.is_applying = true;
            out.push(Action::Apply { events });
        }
    }
}

/// Returns the number of failures after another one. A backend with too much to do counts as three.
fn failed_again(failures: u32, failure: &Failure) -> u32 {
    if failure.is_overloaded { failures.saturating_add(1).max(3) } else { failures.saturating_add(1) }
}
