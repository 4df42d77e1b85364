//! The timers of an object, with the methods of its contract.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::contract::{Contract, Reply};
use super::ctx::Ctx;
use super::host::Host;
use crate::Result;
use crate::alarm::generated::ScheduledMethod;
use crate::alarm::{self, Schedule};

/// Returns the timers of the object that owns `ctx`, and the methods they can call.
#[must_use]
pub fn schedule(ctx: &Ctx, methods: &'static [ScheduledMethod]) -> Schedule {
    Schedule::new(Rc::clone(ctx.state()), methods)
}

/// Repairs the alarm of an object that wakes, and reports the timers that it cannot run.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) when the object has no SQLite storage,
/// [`Error::Remote`](crate::Error::Remote) when the platform refuses the alarm.
pub async fn recover(ctx: &Ctx, methods: &'static [ScheduledMethod]) -> Result<()> {
    alarm::recover(&schedule(ctx, methods)).await
}

impl<T: Contract> Host<T> {
    /// Answers the alarm by calling the scheduled methods that are due.
    pub fn call_due(&self, args: ArgsReader) -> Reply {
        let host = self.clone();
        self.serve_alarm(async move {
            // When `#[init]` failed, the platform tries again; the timers do not.
            drop(host.shared().await?);
            let schedule = Schedule::new(Rc::clone(host.state()), T::SCHEDULED);
            let call = |method, arguments: String| {
                let host = host.clone();
                async move { T::run(host, method, &arguments).await }
            };
            alarm::call_due(&schedule, args.alarm_info()?, call).await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}
