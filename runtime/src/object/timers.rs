//! The timers of an object, with the methods of its contract.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::contract::{Contract, PartFuture, Reply};
use super::ctx::Ctx;
use super::host::Host;
use super::names;
use crate::alarm::generated::{Group, ScheduledMethod};
use crate::alarm::{self, Methods, Schedule};

/// Returns the timers of the object that owns `ctx`, and the methods they can call.
#[must_use]
pub fn schedule(ctx: &Ctx, own: &'static [ScheduledMethod], parts: &'static [Group]) -> Schedule {
    Schedule::new(Rc::clone(ctx.state()), Methods::new(own, parts))
}

/// Wakes the parts of an object that has just started. Repairs its alarm, and reports the timers that it
/// cannot run. Returns `None` when there is nothing to do, and then the object has none of this code.
pub(super) fn wake<'a, T: Contract>(object: &'a T, ctx: &'a Ctx) -> Option<PartFuture<'a>> {
    if const { T::PARTS.is_empty() && !names::has_timers::<T>() } {
        return None;
    }
    Some(Box::pin(async move {
        object.wake_parts(ctx).await?;
        if const { names::has_timers::<T>() } {
            alarm::recover(&schedule(ctx, T::SCHEDULED, T::TIMERS)).await?;
        }
        Ok(())
    }))
}

impl<T: Contract> Host<T> {
    /// Answers the alarm by calling the scheduled methods that are due.
    pub fn call_due(&self, args: ArgsReader) -> Reply {
        let host = self.clone();
        self.serve_alarm(async move {
            // When `#[init]` failed, the platform tries again; the timers do not.
            drop(host.shared().await?);
            let methods = names::timers::<T>();
            let schedule = Schedule::new(Rc::clone(host.state()), methods);
            let call = |method, arguments: String| {
                let host = host.clone();
                async move {
                    match methods.part_of(method) {
                        Some((part, method)) => T::run_part(host, part, method, &arguments).await,
                        None => T::run(host, method, &arguments).await,
                    }
                }
            };
            alarm::call_due(&schedule, args.alarm_info()?, call).await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}
