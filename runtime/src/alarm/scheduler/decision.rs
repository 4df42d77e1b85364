//! The decisions about a timer: pure functions of the table's rows and of the time.
//!
//! Three rules hold the scheduler together. An attempt is recorded before it is made, as if it had failed
//! already. A timer leaves the table only when its method has succeeded. The alarm is never later than the
//! first timer that is due.

use std::time::Duration;

use super::method::ScheduledMethod;
use super::recurrence::Recurrence;
use crate::{Date, Error};

/// The longest wait of a due timer when the alarm was interrupted more than once.
const GUARD: Duration = Duration::from_secs(10);

/// The progress of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// The time at which the call is due.
    pub(super) due: Date,
    /// The number of attempts begun since the last success.
    pub(super) attempts: u32,
    /// The number of attempts that count against the method's budget.
    pub(super) failures: u32,
}

/// A timer that is in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) id: i64,
    pub(super) method: String,
    pub(super) arguments: String,
    /// The time for which it was first scheduled.
    pub(super) start: Date,
    pub(super) recurrence: Recurrence,
    pub(super) progress: Progress,
    /// Whether the timer was given up.
    pub(super) is_dead: bool,
}

/// The schedule that a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) arguments: String,
    pub(super) start: Date,
    pub(super) recurrence: Recurrence,
}

/// Returns whether an existing timer with this key already is the wanted one.
///
/// A recurring timer is kept: `every` in an `#[init]` must neither delay it nor revive it with each wake. A
/// timer that goes off once is always scheduled anew.
pub(super) fn is_kept(existing: &Pending, wanted: &Wanted) -> bool {
    let same = existing.recurrence == wanted.recurrence && existing.arguments == wanted.arguments;
    // After the clock was set back, the timer's next time would be too far away.
    let in_time = existing.progress.due <= wanted.start || existing.progress.attempts > 0;
    wanted.recurrence != Recurrence::Once && same && (existing.is_dead || in_time)
}

/// The action for a timer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begin {
    /// Record this progress, then make the call.
    Run(Progress),
    /// Give the timer up: it has no attempt left, and the last attempt never came to an end.
    Bury(String),
}

/// Begins an attempt.
pub(super) fn begin(progress: Progress, method: &ScheduledMethod, now: Date) -> Begin {
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

/// The action for a timer after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finish {
    /// Remove the timer: it is done.
    Remove,
    /// Let the timer go off again.
    Wait(Progress, Option<String>),
    /// Give the timer up.
    Bury(String),
}

/// Ends an attempt whose progress was recorded as `begun`.
pub(super) fn finish(
    timer: &Pending,
    begun: Progress,
    outcome: Result<(), Error>,
    method: &ScheduledMethod,
    now: Date,
) -> Finish {
    let next = || timer.recurrence.next(timer.start, now);
    let fresh = |due| Progress { due, attempts: 0, failures: 0 };
    let Err(error) = outcome else {
        return next().map_or(Finish::Remove, |due| Finish::Wait(fresh(due), None));
    };
    // A temporary failure of the platform is not the method's fault, so it never makes the timer give up.
    let passing = matches!(&error, Error::Remote(remote) if remote.is_worth_retrying());
    let failures = begun.failures.saturating_sub(u32::from(passing));
    let error = error.to_string();
    if failures < method.attempts {
        let due = later(now, method.wait(begun.attempts.saturating_sub(1)));
        return Finish::Wait(Progress { due, failures, ..begun }, Some(error));
    }
    // A recurring timer gets a new chance at its next time.
    match next() {
        Some(due) => Finish::Wait(fresh(due), Some(error)),
        None => Finish::Bury(error),
    }
}

/// The action for the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arming {
    Keep,
    Set(Date),
    Clear,
}

/// Decides after a change of the table outside the alarm's own handler. The time of its first timer was
/// `before`, and is `after`.
///
/// The function does not change an alarm that is too early: one wake without work costs less than setting the
/// alarm with each change.
pub(super) fn changed(before: Option<Date>, after: Option<Date>, now: Date) -> Arming {
    match (before, after) {
        (None, None) => Arming::Keep,
        (Some(_), None) => Arming::Clear,
        (Some(before), Some(after)) if before <= after => Arming::Keep,
        (_, Some(after)) => Arming::Set(soon(after, now)),
    }
}

/// Decides when an object wakes. The alarm may be missing, or too late for the first timer that is due.
pub(super) fn woken(alarm: Option<Date>, first: Option<Date>, now: Date) -> Arming {
    match first {
        Some(first) if alarm.is_none_or(|alarm| alarm > first) => Arming::Set(soon(first, now)),
        _ => Arming::Keep,
    }
}

/// Decides when the alarm's handler begins. The platform counts interrupted alarms and drops one after six
/// retries. An alarm that the object sets itself does not depend on that count.
pub(super) fn went_off(is_retry: bool, now: Date) -> Arming {
    if is_retry { Arming::Set(later(now, GUARD)) } else { Arming::Keep }
}

/// Decides when the alarm's handler ends. The platform then removes the alarm, unless it was set meanwhile.
pub(super) fn settled(is_retry: bool, first: Option<Date>, now: Date) -> Arming {
    match first {
        Some(first) => Arming::Set(soon(first, now)),
        None if is_retry => Arming::Clear,
        None => Arming::Keep,
    }
}

/// Returns a time in the future. An alarm for a time that is not in the future may never go off (workerd
/// issue 6866).
fn soon(due: Date, now: Date) -> Date {
    due.max(later(now, Duration::from_millis(1)))
}

fn later(now: Date, by: Duration) -> Date {
    now.checked_add(by).unwrap_or(Date::MAX)
}
