//! The object's one alarm.

mod scheduler;

use std::rc::Rc;
use std::time::Duration;

pub use self::scheduler::{
    Method, Payload, PayloadReader, Recurrence, Schedule, Scheduling, Timer, TimerId, TimerState, unknown,
};
pub(crate) use self::scheduler::{call_due, recover};
use crate::value::Options;
use crate::{Date, Error, Result, sys};

/// The alarm of an object: the platform calls its `#[alarm]` method once the time has come, also when the
/// object is not in memory then.
///
/// ```
/// # use durable_object::prelude::*;
/// # use std::time::Duration;
/// # #[durable_object] pub struct Reminder { ctx: Ctx }
/// #[durable_object]
/// impl Reminder {
///     # #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
///     #[rpc]
///     pub async fn remind(&self) -> Result<()> {
///         self.ctx.alarm().set(Duration::from_secs(3600)).await
///     }
///
///     #[alarm]
///     async fn alarm(&self, info: AlarmInfo) -> Result<()> {
///         if info.retry_count < 3 { Ok(()) } else { self.ctx.alarm().set(Duration::from_secs(60)).await }
///     }
/// }
/// ```
pub struct Alarm {
    state: Rc<sys::State>,
    options: Options,
}

/// When an alarm goes off. A [`Date`] and a [`Duration`] convert into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At that time; at once if it is past.
    At(Date),
    /// So much later than now.
    After(Duration),
}

/// What the platform says of the alarm that went off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmInfo {
    /// For when it was set, if the platform says so.
    pub scheduled: Option<Date>,
    /// How often the handler has failed for this alarm before. The platform tries up to six times again,
    /// first after two seconds and then after twice as long each time (Cloudflare, Durable Objects,
    /// "Alarms").
    pub retry_count: u32,
    /// Whether the handler has failed before.
    pub is_retry: bool,
}

impl Alarm {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state, options: Options::default() }
    }

    /// Lets other events run while an operation is waited for.
    #[must_use]
    pub fn allow_concurrency(mut self) -> Self {
        self.options.allow_concurrency = true;
        self
    }

    /// Lets answers leave the object before it is on disk that the alarm was set or taken back.
    #[must_use]
    pub fn allow_unconfirmed(mut self) -> Self {
        self.options.allow_unconfirmed = true;
        self
    }

    /// Sets the alarm, in place of the one that was set before.
    ///
    /// # Errors
    /// [`Error::Value`] when the time is beyond what a [`Date`] holds; [`Error::Remote`] when the platform
    /// refuses, as it does for a class without an `#[alarm]`.
    pub async fn set(&self, when: impl Into<When>) -> Result<()> {
        self.state.set_alarm(when.into().date(Date::now())?, self.options).await
    }

    /// The time for which it is set. In the handler of the alarm that went off it is not set.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform cannot say.
    pub async fn get(&self) -> Result<Option<Date>> {
        self.state.alarm(self.options).await
    }

    /// Takes it back. In the handler, this keeps the platform from retrying.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses.
    pub async fn delete(&self) -> Result<()> {
        self.state.delete_alarm(self.options).await
    }
}

impl When {
    fn date(self, now: Date) -> Result<Date> {
        match self {
            Self::At(date) => Ok(date),
            // Without the duration itself: how to write one is two kilobytes of code.
            Self::After(duration) => now
                .checked_add(duration)
                .ok_or_else(|| Error::Value("that much later than now is beyond all dates".to_owned())),
        }
    }
}

impl From<Date> for When {
    fn from(date: Date) -> Self {
        Self::At(date)
    }
}

impl From<Duration> for When {
    fn from(duration: Duration) -> Self {
        Self::After(duration)
    }
}

impl std::fmt::Debug for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Alarm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_points_or_distances() {
        let now = Date::from_millis(1_000).unwrap();
        let date = |when: When| when.date(now).map(Date::as_millis);
        assert_eq!(date(now.into()).unwrap(), 1_000);
        assert_eq!(date(Duration::from_millis(1).into()).unwrap(), 1_001);
        assert_eq!(date(Duration::from_nanos(1).into()).unwrap(), 1_000);
        for endless in [Duration::MAX, Duration::from_millis(8_640_000_000_000_000)] {
            assert!(matches!(date(endless.into()), Err(Error::Value(_))));
        }
    }
}
