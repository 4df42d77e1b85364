//! Timers, in the form in which they are listed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::recurrence::Recurrence;
use crate::Date;

/// The identity of a timer within its object: a number below 2⁵³, which JavaScript can hold as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimerId(pub(super) i64);

/// A call of a `#[scheduled]` method that is not made yet, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timer {
    /// The timer's id.
    pub id: TimerId,
    /// The name of the method that it calls.
    pub method: String,
    /// The method's arguments, a JSON array.
    pub arguments: String,
    /// The key with which it was scheduled. A recurring timer without one has its arguments as the key.
    pub key: Option<String>,
    /// The time at which it is due next. For a timer that failed, it is the next attempt. For a timer that
    /// runs now, it is the attempt that follows if this one is interrupted. For a timer that was given up, it
    /// is the time it would have had.
    pub due: Date,
    /// The timer's recurrence.
    pub recurrence: Recurrence,
    /// The number of attempts begun since the last success.
    pub attempts: u32,
    /// The number of attempts that count against the method's `attempts`: all but those that failed because
    /// of temporary trouble of the platform.
    pub failures: u32,
    /// The reason why the last attempt failed. A recurring timer keeps it until it succeeds again.
    pub error: Option<String>,
    /// The timer's state.
    pub state: TimerState,
}

/// The state of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimerState {
    /// It goes off when it is due.
    Waiting,
    /// It failed too often and was given up. [`Schedule::retry`](super::Schedule::retry) makes it try again.
    Dead,
    /// This version of the code has no method of that name, or does not know cron expressions. The timer is
    /// kept, and goes off as soon as the code can run it.
    Unknown,
}

impl fmt::Display for TimerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
