//! What to do with a timer: pure functions of what the table holds and of the time.
//!
//! The rules that hold the whole together: an attempt is written down before it is made, as if it had failed
//! already; a timer leaves the table only when its method has succeeded; and the alarm is never later than
//! the first timer that is due.

use std::time::Duration;

use super::method::Method;
use super::recurrence::Recurrence;
use crate::{Date, Error};

/// How long what is due may have to wait where the alarm was interrupted more than once.
const GUARD: Duration = Duration::from_secs(10);

/// How far a call has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// When it is due.
    pub(super) due: Date,
    /// Attempts begun since the last success.
    pub(super) attempts: u32,
    /// How many of these count against the method's budget.
    pub(super) failures: u32,
}

/// A timer that is in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) id: i64,
    pub(super) method: String,
    pub(super) arguments: String,
    /// The time for which it was scheduled first.
    pub(super) start: Date,
    pub(super) recurrence: Recurrence,
    pub(super) progress: Progress,
    /// It was given up.
    pub(super) is_dead: bool,
}

/// What a timer is scheduled for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) arguments: String,
    pub(super) start: Date,
    pub(super) recurrence: Recurrence,
}

/// Whether a timer with this key that is there already is what is wanted.
///
/// One that recurs is: `every` in an `#[init]` must neither put it off nor revive it with each wake. What
/// goes off once is always scheduled anew.
pub(super) fn is_kept(existing: &Pending, wanted: &Wanted) -> bool {
    let same = existing.recurrence == wanted.recurrence && existing.arguments == wanted.arguments;
    // After the clock was set back, its next time would be too far away.
    let in_time = existing.progress.due <= wanted.start || existing.progress.attempts > 0;
    wanted.recurrence != Recurrence::Once && same && (existing.is_dead || in_time)
}

/// What to do with a timer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begin {
    /// Write this down, then make the call.
    Run(Progress),
    /// Give it up: it has no attempt left, and the last one never came to an end.
    Bury(String),
}

/// Begins an attempt.
pub(super) fn begin(progress: Progress, method: &Method, now: Date) -> Begin {
    if progress.failures >= method.attempts {
        return Begin::Bury(format!(
            "interrupted: the object crashed or was reset in attempt {}",
            progress.attempts
        ));
    }
    Begin::Run(Progress {
        due: later(now, method.wait(progress.attempts)),
        attempts: progress.attempts.saturating_add(1),
        failures: progress.failures.saturating_add(1),
    })
}

/// What becomes of a timer after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finish {
    /// It is done.
    Remove,
    /// It goes off again.
    Wait(Progress, Option<String>),
    /// It is given up.
    Bury(String),
}

/// Ends an attempt whose progress was written down as `begun`.
pub(super) fn finish(
    timer: &Pending,
    begun: Progress,
    outcome: Result<(), Error>,
    method: &Method,
    now: Date,
) -> Finish {
    let next = || timer.recurrence.next(timer.start, now);
    let fresh = |due| Progress { due, attempts: 0, failures: 0 };
    let Err(error) = outcome else {
        return next().map_or(Finish::Remove, |due| Finish::Wait(fresh(due), None));
    };
    // What the platform fails in passing is not the method's fault, so it is never given up for that.
    let passing = matches!(&error, Error::Remote(remote) if remote.is_worth_retrying());
    let failures = begun.failures.saturating_sub(u32::from(passing));
    let error = error.to_string();
    if failures < method.attempts {
        let due = later(now, method.wait(begun.attempts.saturating_sub(1)));
        return Finish::Wait(Progress { due, failures, ..begun }, Some(error));
    }
    // The next time is a new chance for what recurs.
    match next() {
        Some(due) => Finish::Wait(fresh(due), Some(error)),
        None => Finish::Bury(error),
    }
}

/// What to do with the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arming {
    Keep,
    Set(Date),
    Clear,
}

/// After the table has changed outside the alarm's own handler: the time its first timer is due was
/// `before`, and is `after`.
///
/// An alarm that is too early is left alone: it costs less to wake once for nothing than to set it with each
/// change.
pub(super) fn changed(before: Option<Date>, after: Option<Date>, now: Date) -> Arming {
    match (before, after) {
        (None, None) => Arming::Keep,
        (Some(_), None) => Arming::Clear,
        (Some(before), Some(after)) if before <= after => Arming::Keep,
        (_, Some(after)) => Arming::Set(soon(after, now)),
    }
}

/// When an object wakes: the alarm may be missing, or too late for the first timer that is due.
pub(super) fn woken(alarm: Option<Date>, first: Option<Date>, now: Date) -> Arming {
    match first {
        Some(first) if alarm.is_none_or(|alarm| alarm > first) => Arming::Set(soon(first, now)),
        _ => Arming::Keep,
    }
}

/// When the alarm's handler begins. The platform counts interrupted alarms and drops one after six retries;
/// with an alarm of its own, the object does not depend on that.
pub(super) fn went_off(is_retry: bool, now: Date) -> Arming {
    if is_retry { Arming::Set(later(now, GUARD)) } else { Arming::Keep }
}

/// When the alarm's handler ends, with which the platform takes the alarm back unless it was set meanwhile.
pub(super) fn settled(is_retry: bool, first: Option<Date>, now: Date) -> Arming {
    match first {
        Some(first) => Arming::Set(soon(first, now)),
        None if is_retry => Arming::Clear,
        None => Arming::Keep,
    }
}

/// An alarm for a time that is not in the future may never go off (workerd issue 6866).
fn soon(due: Date, now: Date) -> Date {
    due.max(later(now, Duration::from_millis(1)))
}

fn later(now: Date, by: Duration) -> Date {
    now.checked_add(by).unwrap_or(Date::MAX)
}
