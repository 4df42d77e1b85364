//! The timers of one object.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use super::decision::{self, Arming, Wanted};
use super::method::{ScheduledMethod, unknown};
use super::methods::Methods;
use super::payload::PayloadWriter;
use super::recurrence::Recurrence;
use super::table::Table;
use super::timer::{Timer, TimerId};
use crate::alarm::{When, taken};
use crate::storage::Sql;
use crate::{Date, Result, sys};

/// The timers of an object. The generated `schedule()` of an object returns it, with one more method for each
/// `#[scheduled]` one.
///
/// All of its methods are synchronous, and their writes are part of the transaction in which they are called.
#[derive(Clone)]
pub struct Schedule {
    state: Rc<sys::State>,
    methods: Methods,
    /// The index of the first method that this schedule itself calls.
    first: usize,
}

/// A described call that still needs its time.
#[must_use = "nothing is scheduled before `after`, `at`, `every` or `cron` says when"]
pub struct Scheduling {
    schedule: Schedule,
    // The method's name and its arguments, or the reason why they cannot be written.
    call: Result<(Cow<'static, str>, String)>,
    key: Option<String>,
}

impl Schedule {
    /// Creates the timers of an object, with the methods they can call.
    pub(crate) fn new(state: Rc<sys::State>, methods: impl Into<Methods>) -> Self {
        Self { state, methods: methods.into(), first: 0 }
    }

    /// Creates the timers of a part of the object.
    pub(crate) fn of_part(state: Rc<sys::State>, methods: Methods, part: usize) -> Self {
        Self { state, methods, first: methods.first_of(part) }
    }

    /// Describes a call of the method with this index, with the arguments that `write` adds.
    #[doc(hidden)]
    pub fn call(&self, method: usize, write: impl FnOnce(&mut PayloadWriter)) -> Scheduling {
        let call = self.methods.get(self.first + method).ok_or_else(|| unknown(method));
        let call = call.and_then(|(name, method)| {
            let mut payload = PayloadWriter::new(method.name);
            write(&mut payload);
            Ok((name, payload.finish()?))
        });
        Scheduling { schedule: self.clone(), call, key: None }
    }

    /// Returns all timers, including those that were given up, which come last. The others are in the order
    /// in which they are due.
    ///
    /// # Errors
    /// [`Error::Sql`](crate::Error::Sql) when the object has no SQLite storage.
    pub fn list(&self) -> Result<Vec<Timer>> {
        let table = self.table();
        if table.exists()? { table.list() } else { Ok(Vec::new()) }
    }

    /// Cancels a timer in any state, and returns whether it existed. A running call finishes and is not
    /// repeated.
    ///
    /// The function reads every timer. With many timers, [`Schedule::cancel_key`] reads fewer rows.
    ///
    /// # Errors
    /// As [`Schedule::list`].
    pub fn cancel(&self, id: TimerId) -> Result<bool> {
        let table = self.table();
        Ok(table.exists()? && self.change(|| table.cancel(id))?)
    }

    /// Cancels all timers with this key, of any method, and returns their number.
    ///
    /// # Errors
    /// As [`Schedule::list`].
    pub fn cancel_key(&self, key: &str) -> Result<usize> {
        let table = self.table();
        if table.exists()? { self.change(|| table.cancel_key(key)) } else { Ok(0) }
    }

    /// Makes a timer that was given up go off at once, as if it had never failed. Returns whether there is
    /// such a timer.
    ///
    /// # Errors
    /// As [`Schedule::list`].
    pub fn retry(&self, id: TimerId) -> Result<bool> {
        let table = self.table();
        Ok(table.exists()? && self.change(|| table.revive(id, Date::now()))?)
    }

    fn add(&self, method: &str, key: Option<String>, wanted: Wanted) -> Result<TimerId> {
        let table = self.table();
        table.create()?;
        if let Some(key) = &key
            && let Some(existing) = table.keyed(method, key)?
            && decision::is_kept(&existing, &wanted)
        {
            return Ok(TimerId(existing.id));
        }
        self.change(|| table.add(method, key.as_deref(), wanted)).map(TimerId)
    }

    /// Changes timers, and adjusts the alarm.
    fn change<T>(&self, change: impl FnOnce() -> Result<T>) -> Result<T> {
        let table = self.table();
        let before = table.first()?;
        let changed = change()?;
        self.arm(decision::changed(before, table.first()?, Date::now()))?;
        Ok(changed)
    }

    pub(super) fn table(&self) -> Table {
        Table::new(Sql::new(Rc::clone(&self.state)), self.methods)
    }

    pub(super) fn state(&self) -> &sys::State {
        &self.state
    }

    /// Returns the method with a name, and its index.
    pub(super) fn method(&self, name: &str) -> Option<(usize, &'static ScheduledMethod)> {
        self.methods.find(name)
    }

    pub(super) fn arm(&self, arming: Arming) -> Result<()> {
        match arming {
            Arming::Keep => Ok(()),
            Arming::Set(date) => self.state.arm(Some(taken(date))),
            Arming::Clear => self.state.arm(None),
        }
    }
}

impl Scheduling {
    /// Gives the timer a key. If the method has a timer with this key already, the new one replaces it.
    /// Without a key, each call adds another timer, except for recurring ones.
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Schedules one call, this long from now.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when an argument cannot be JSON,
    /// [`Error::Value`](crate::Error::Value) when the time is beyond the range of a [`Date`],
    /// [`Error::Limit`](crate::Error::Limit) when the arguments or the key are longer than 2 MB, and
    /// [`Error::Sql`](crate::Error::Sql) when the object has no SQLite storage.
    pub fn after(self, duration: Duration) -> Result<TimerId> {
        self.add(When::After(duration), Recurrence::Once)
    }

    /// Schedules one call at that time, or at once if it is past.
    ///
    /// The timer keeps its time. The platform takes alarms up to 2262-04-11T23:47:16.854Z: the object wakes no later than
    /// that.
    ///
    /// # Errors
    /// As [`Scheduling::after`].
    pub fn at(self, date: Date) -> Result<TimerId> {
        self.add(When::At(date), Recurrence::Once)
    }

    /// Schedules a call again and again, first after one `period`. A fraction of a millisecond is cut off.
    ///
    /// The times keep their distance, however long the calls take. Times that pass while the object cannot
    /// run are left out: the timer goes off once afterwards. Without a key, the arguments are the key. An
    /// existing timer with the same arguments and period stays as it is, so it can be scheduled in `#[init]`.
    ///
    /// # Errors
    /// As [`Scheduling::after`]; [`Error::Value`](crate::Error::Value) when the period is shorter than a
    /// millisecond.
    pub fn every(self, period: Duration) -> Result<TimerId> {
        let recurrence = Recurrence::every(period)?;
        self.add(When::After(period), recurrence)
    }

    /// Schedules calls at all times that match a cron expression, in UTC: minute, hour, day of the month,
    /// month, day of the week. In all other respects it works as [`Scheduling::every`].
    ///
    /// # Errors
    /// As [`Scheduling::after`]; [`Error::Value`](crate::Error::Value) when the text is not a cron
    /// expression, or never matches.
    #[cfg(feature = "cron")]
    pub fn cron(self, pattern: &str) -> Result<TimerId> {
        let recurrence = Recurrence::cron(pattern)?;
        let never = || crate::Error::Value(format!("no date matches the cron expression `{pattern}`"));
        let first = super::cron::next(pattern, Date::now()).ok_or_else(never)?;
        self.add(When::At(first), recurrence)
    }

    fn add(self, when: When, recurrence: Recurrence) -> Result<TimerId> {
        let (method, arguments) = self.call?;
        let start = when.date(Date::now())?;
        let recurs = recurrence != Recurrence::Once;
        let key = self.key.or_else(|| recurs.then(|| arguments.clone()));
        self.schedule.add(&method, key, Wanted { arguments, start, recurrence })
    }
}
