//! Methods that run later: timers, or the single alarm of the platform.
//!
//! Begin with timers. A method with `#[scheduled]` gets a counterpart on `self.schedule()`, which returns a
//! [`Scheduling`]: it says when the method runs, and under which key. [`Schedule`] lists, cancels and retries
//! the [`Timer`]s of the object. An object has any number of them on its one alarm.
//!
//! A method with `#[alarm]` is the platform's alarm itself: `ctx.alarm()` returns the [`Alarm`] that sets it.
//! An object has either this method or timers.
//!
//! ```
//! use std::time::Duration;
//!
//! use durable_object::alarm::TimerId;
//! use durable_object::{Ctx, Result, durable_object};
//!
//! /// Reminds of notes.
//! #[durable_object]
//! pub struct Reminder {
//!     ctx: Ctx,
//! }
//!
//! #[durable_object]
//! impl Reminder {
//!     # #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
//!     /// Reminds of a note in an hour.
//!     #[rpc]
//!     pub fn remind(&self, note: String) -> Result<TimerId> {
//!         self.schedule().due(note).after(Duration::from_secs(3600))
//!     }
//!
//!     #[scheduled]
//!     fn due(&self, note: String) -> Result<()> {
//!         self.ctx.sql().execute("INSERT INTO due VALUES (?1)", (note,)).map(drop)
//!     }
//! }
//! ```

mod scheduler;

use std::rc::Rc;
use std::time::Duration;

pub(crate) use self::scheduler::{Methods, call_due, recover};
pub use self::scheduler::{Recurrence, Schedule, Scheduling, Timer, TimerId, TimerState};
use crate::value::Options;
use crate::{Date, Error, Result, sys};

/// The names that generated code uses.
pub(crate) mod generated {
    pub use super::scheduler::{Group, PayloadReader, ScheduledMethod, TimerArgument, unknown};
}

/// The latest time for which the platform takes an alarm, in milliseconds since 1970: it counts nanoseconds in 64 bits
/// (workerd `jsg/value.h`, `toKjDate`, whose error says 2189).
const LATEST: i64 = i64::MAX / 1_000_000;

/// The alarm of an object. The platform calls the object's `#[alarm]` method when the time has come, even if
/// the object is not in memory.
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

/// The time at which an alarm goes off. A [`Date`] and a [`Duration`] convert into it.
// Not `#[non_exhaustive]`: a time is a point or a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At that time, or at once if it is past.
    At(Date),
    /// This long from now.
    After(Duration),
}

/// The platform's information about the alarm that went off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlarmInfo {
    /// The time for which it was set, if the platform gives it.
    pub scheduled: Option<Date>,
    /// The number of earlier failures of the handler for this alarm. The platform retries up to six times,
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

    /// Lets other events run while the object waits for an operation.
    #[must_use]
    pub fn allow_concurrency(mut self) -> Self {
        self.options.allow_concurrency = true;
        self
    }

    /// Lets answers leave the object before the change of the alarm is on disk.
    #[must_use]
    pub fn allow_unconfirmed(mut self) -> Self {
        self.options.allow_unconfirmed = true;
        self
    }

    /// Sets the alarm, and replaces an earlier one.
    ///
    /// The platform takes times up to 2262-04-11T23:47:16.854Z. An alarm for a later time is set for this one, which
    /// [`get`](Self::get) then returns.
    ///
    /// # Errors
    /// [`Error::Value`] when the time is beyond the range of a [`Date`]; [`Error::Remote`] when the platform
    /// refuses, as it does for a class without an `#[alarm]`.
    pub async fn set(&self, when: impl Into<When>) -> Result<()> {
        self.state.set_alarm(taken(when.into().date(Date::now())?), self.options).await
    }

    /// Returns the time for which the alarm is set. It is not set in the handler of the alarm that went off.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform cannot tell.
    pub async fn get(&self) -> Result<Option<Date>> {
        self.state.alarm(self.options).await
    }

    /// Cancels the alarm. In the handler, this prevents retries by the platform.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses.
    pub async fn delete(&self) -> Result<()> {
        self.state.delete_alarm(self.options).await
    }
}

/// Returns the nearest time that the platform takes. It refuses 1970 and earlier too, and those are past.
pub(crate) fn taken(date: Date) -> Date {
    Date::from_millis(date.as_millis().clamp(1, LATEST)).unwrap_or(date)
}

impl When {
    fn date(self, now: Date) -> Result<Date> {
        match self {
            Self::At(date) => Ok(date),
            // The message leaves out the duration: formatting one takes two kilobytes of code.
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
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

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

    #[test]
    fn a_time_beyond_those_of_the_platform_becomes_the_nearest_one() {
        let state = Rc::new(sys::State::in_memory());
        let alarm = Alarm::new(Rc::clone(&state));
        let set = |date: Date| {
            let mut future = pin!(async {
                alarm.set(date).await?;
                alarm.get().await
            });
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(set) => set.unwrap().unwrap().to_string(),
                Poll::Pending => panic!("it waits for something"),
            }
        };
        let date = |millis| Date::from_millis(millis).unwrap();
        for far in [date(9_999_999_999_000), Date::MAX, date(LATEST + 1), date(LATEST)] {
            assert_eq!(set(far), "2262-04-11T23:47:16.854Z");
        }
        for past in [date(0), date(-1), date(-Date::MAX.as_millis()), date(1)] {
            assert_eq!(set(past), "1970-01-01T00:00:00.001Z");
        }
        assert_eq!(set(date(LATEST - 1)), "2262-04-11T23:47:16.853Z");
    }
}
