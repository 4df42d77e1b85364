//! Many timers on the object's single alarm.
//!
//! `decision` holds the decisions as pure functions; `table` keeps the timers; objects call `schedule`; the
//! alarm calls `round`.

#[cfg(feature = "cron")]
mod cron;
mod decision;
mod method;
mod methods;
mod payload;
mod recurrence;
mod round;
mod schedule;
mod table;
#[cfg(test)]
mod tests;
mod timer;

pub use method::{ScheduledMethod, unknown};
pub use methods::Group;
pub(crate) use methods::Methods;
pub use payload::{PayloadReader, TimerArgument};
pub use recurrence::Recurrence;
pub(crate) use round::{call_due, recover};
pub use schedule::{Schedule, Scheduling};
pub use timer::{Timer, TimerId, TimerState};
