//! Timers, as they are listed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::recurrence::Recurrence;
use crate::Date;

/// What tells one timer of an object from the others: a number below 2⁵³, which JavaScript takes as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimerId(pub(super) i64);

/// A call of a `#[scheduled]` method that is yet to be made, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// Which one it is.
    pub id: TimerId,
    /// The name of the method it calls.
    pub method: String,
    /// The method's arguments, a JSON array.
    pub arguments: String,
    /// The key it was scheduled with. A recurring timer without one has its arguments as the key.
    pub key: Option<String>,
    /// When it is due next. For one that failed, that is the next attempt; for one that runs right now, the
    /// attempt that follows if it is interrupted; for one that was given up, the time it would have had.
    pub due: Date,
    /// How often it goes off.
    pub recurrence: Recurrence,
    /// How many attempts were begun since the last success.
    pub attempts: u32,
    /// How many of them count against the method's `attempts`: all but those that the platform failed in
    /// passing.
    pub failures: u32,
    /// Why the last attempt failed. A recurring timer keeps it until it succeeds again.
    pub error: Option<String>,
    /// What becomes of it.
    pub state: TimerState,
}

/// What becomes of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerState {
    /// It goes off when it is due.
    Waiting,
    /// It failed too often and was given up. [`Schedule::retry`](super::Schedule::retry) has it try again.
    Dead,
    /// This version of the code has no method of that name, or none that knows cron expressions. It is kept,
    /// and goes off as soon as there is one.
    Unknown,
}

impl fmt::Display for TimerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
