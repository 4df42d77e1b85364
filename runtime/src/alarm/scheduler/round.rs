//! The round of an alarm: it calls all due methods, one after the other.

use super::decision::{self, Begin, Finish, Pending, Progress};
use super::schedule::Schedule;
use crate::alarm::AlarmInfo;
use crate::value::Options;
use crate::{Date, Result, sys};

/// The limit of calls in one round. The platform ends an alarm's handler after 15 minutes (Cloudflare,
/// Durable Objects, "Limits"), so the rest gets a round of its own.
const LONGEST: usize = 100;

/// Repairs the alarm of an object that wakes, and reports the timers that it cannot run.
pub(crate) async fn recover(schedule: &Schedule) -> Result<()> {
    let table = schedule.table();
    if !table.exists()? {
        return Ok(());
    }
    report_stranded(schedule)?;
    let alarm = schedule.state().alarm(Options::default()).await?;
    schedule.arm(decision::woken(alarm, table.first()?, Date::now()))
}

/// Calls the methods that are due, one after the other.
pub(crate) async fn call_due<F: Future<Output = Result<()>>>(
    schedule: &Schedule,
    info: AlarmInfo,
    call: impl Fn(usize, String) -> F,
) -> Result<()> {
    let table = schedule.table();
    if !table.exists()? {
        return Ok(());
    }
    report_stranded(schedule)?;
    schedule.arm(decision::went_off(info.is_retry, Date::now()))?;
    // The clock may say that the time has not come yet; the platform's time counts. A timer that becomes due
    // during the round waits for the next one, so that a round ends.
    let until = info.scheduled.map_or(Date::now(), |scheduled| scheduled.max(Date::now()));
    // A timer that recurs goes off after that time, even if the clock is behind it.
    let now = || Date::now().max(until);
    for _ in 0..LONGEST {
        let Some(timer) = table.due(until)? else { break };
        let Some((index, method)) = schedule.method(&timer.method) else { break };
        match decision::begin(timer.progress, method, now()) {
            Begin::Bury(why) => {
                table.bury(timer.id, timer.progress, &why)?;
                report_dead(&timer, &why);
            }
            Begin::Run(begun) => {
                table.advance(timer.id, timer.progress, begun, None)?;
                // On disk before the call: a call that ends the whole isolate must not be repeated for ever.
                schedule.state().sync().await?;
                // Another event may have cancelled the timer meanwhile.
                if table.holds(timer.id, begun)? {
                    let outcome = call(index, timer.arguments.clone()).await;
                    // The method may have deleted everything.
                    if !table.exists()? {
                        return Ok(());
                    }
                    let finish = decision::finish(&timer, begun, outcome, method, now());
                    settle(schedule, &timer, begun, finish)?;
                }
            }
        }
    }
    schedule.arm(decision::settled(info.is_retry, table.first()?, Date::now()))
}

/// Records the outcome of a call, in one transaction with the method's writes after its last `.await`.
fn settle(schedule: &Schedule, timer: &Pending, begun: Progress, finish: Finish) -> Result<()> {
    let table = schedule.table();
    match finish {
        Finish::Remove => table.remove(timer.id, begun),
        Finish::Wait(progress, error) => {
            if let Some(why) = &error {
                sys::log_error(&format!("the scheduled `{}` failed: {why}", timer.method));
            }
            table.advance(timer.id, begun, progress, error.as_deref())
        }
        Finish::Bury(why) => {
            report_dead(timer, &why);
            table.bury(timer.id, begun, &why)
        }
    }
}

fn report_dead(timer: &Pending, why: &str) {
    let (method, id) = (&timer.method, timer.id);
    sys::log_error(&format!("the scheduled `{method}` is given up: {why}; `retry({id})` has it try again"));
}

fn report_stranded(schedule: &Schedule) -> Result<()> {
    for method in schedule.table().stranded(Date::now())? {
        sys::log_error(&format!(
            "a timer is due for `{method}`, which this version of the code cannot run; it is kept: add the \
             method, give one its name with `#[scheduled(name = \"{method}\")]`, or cancel the timer"
        ));
    }
    Ok(())
}
