//! The timers of one object.

use std::rc::Rc;
use std::time::Duration;

use super::decision::{self, Arming, Wanted};
use super::method::{Method, unknown};
use super::payload::PayloadWriter;
use super::recurrence::Recurrence;
use super::table::Table;
use super::timer::{Timer, TimerId};
use crate::alarm::When;
use crate::storage::Sql;
use crate::{Date, Result, sys};

/// The timers of an object. The generated `schedule()` of an object gives it, with one more method for each
/// `#[scheduled]` one.
///
/// All of its methods are synchronous, and what they write is part of the transaction they are called in.
#[derive(Clone)]
pub struct Schedule {
    state: Rc<sys::State>,
    methods: &'static [Method],
}

/// A call that has been described, and gets its time now.
#[must_use = "nothing is scheduled before `after`, `at`, `every` or `cron` says when"]
pub struct Scheduling {
    schedule: Schedule,
    // The method and its arguments, or why there are none.
    call: Result<(&'static Method, String)>,
    key: Option<String>,
}

impl Schedule {
    /// The timers of an object, and the methods they can call.
    pub(crate) fn new(state: Rc<sys::State>, methods: &'static [Method]) -> Self {
        Self { state, methods }
    }

    /// A call of the method with this index, with the arguments that `write` adds.
    #[doc(hidden)]
    pub fn call(&self, method: usize, write: impl FnOnce(&mut PayloadWriter)) -> Scheduling {
        let call = self.methods.get(method).ok_or_else(|| unknown(method)).and_then(|method| {
            let mut payload = PayloadWriter::new(method.name);
            write(&mut payload);
            Ok((method, payload.finish()?))
        });
        Scheduling { schedule: self.clone(), call, key: None }
    }

    /// All timers, those that were given up among them: first the others, in the order in which they are due.
    ///
    /// # Errors
    /// [`Error::Sql`](crate::Error::Sql) when the object has no SQLite storage.
    pub fn list(&self) -> Result<Vec<Timer>> {
        let table = self.table();
        if table.exists()? { table.list() } else { Ok(Vec::new()) }
    }

    /// Takes a timer back, in whatever state it is; whether it was there. A call that is running comes to its
    /// end and is not repeated.
    ///
    /// It looks at every timer there is; with many of them, [`Schedule::cancel_key`] reads fewer rows.
    ///
    /// # Errors
    /// As [`Schedule::list`].
    pub fn cancel(&self, id: TimerId) -> Result<bool> {
        let table = self.table();
        Ok(table.exists()? && self.change(|| table.cancel(id))?)
    }

    /// Takes all timers back that have this key, whichever method they call; how many there were.
    ///
    /// # Errors
    /// As [`Schedule::list`].
    pub fn cancel_key(&self, key: &str) -> Result<usize> {
        let table = self.table();
        if table.exists()? { self.change(|| table.cancel_key(key)) } else { Ok(0) }
    }

    /// Has a timer that was given up go off at once, as if it had never failed; whether there is one.
    ///
    /// # Errors
    /// As [`Schedule::list`].
    pub fn retry(&self, id: TimerId) -> Result<bool> {
        let table = self.table();
        Ok(table.exists()? && self.change(|| table.revive(id, Date::now()))?)
    }

    fn add(&self, method: &Method, key: Option<String>, wanted: Wanted) -> Result<TimerId> {
        let table = self.table();
        table.create()?;
        if let Some(key) = &key
            && let Some(existing) = table.keyed(method.name, key)?
            && decision::is_kept(&existing, &wanted)
        {
            return Ok(TimerId(existing.id));
        }
        self.change(|| table.add(method.name, key.as_deref(), wanted)).map(TimerId)
    }

    /// Changes timers, and the alarm with them.
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

    /// The method of a name, and its index.
    pub(super) fn method(&self, name: &str) -> Option<(usize, &'static Method)> {
        self.methods.iter().enumerate().find(|(_, method)| method.name == name)
    }

    pub(super) fn arm(&self, arming: Arming) -> Result<()> {
        match arming {
            Arming::Keep => Ok(()),
            Arming::Set(date) => self.state.arm(Some(date)),
            Arming::Clear => self.state.arm(None),
        }
    }
}

impl Scheduling {
    /// Gives the timer a key: if the method has one with this key already, it is replaced. Without a key, each
    /// call adds another timer, except for recurring ones.
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Has it go off once, so much later than now.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when an argument cannot be JSON,
    /// [`Error::Value`](crate::Error::Value) when the time is beyond what a [`Date`] holds,
    /// [`Error::Limit`](crate::Error::Limit) when the arguments or the key are longer than 2 MB, and
    /// [`Error::Sql`](crate::Error::Sql) when the object has no SQLite storage.
    pub fn after(self, duration: Duration) -> Result<TimerId> {
        self.add(When::After(duration), Recurrence::Once)
    }

    /// Has it go off once, at that time; at once if it is past.
    ///
    /// # Errors
    /// As [`Scheduling::after`].
    pub fn at(self, date: Date) -> Result<TimerId> {
        self.add(When::At(date), Recurrence::Once)
    }

    /// Has it go off again and again, first after one `period`. What is shorter than a millisecond is cut off.
    ///
    /// The times keep their distance however long the calls take, and those that pass while the object cannot
    /// run are left out: afterwards it goes off once. Without a key, its arguments are the key, and one that is
    /// there already with the same arguments and period is left as it is: so it can be scheduled in `#[init]`.
    ///
    /// # Errors
    /// As [`Scheduling::after`]; [`Error::Value`](crate::Error::Value) when the period is shorter than a
    /// millisecond.
    pub fn every(self, period: Duration) -> Result<TimerId> {
        let recurrence = Recurrence::every(period)?;
        self.add(When::After(period), recurrence)
    }

    /// Has it go off at all times that match a cron expression, in UTC: minute, hour, day of the month, month,
    /// day of the week. In all other respects it is as [`Scheduling::every`].
    ///
    /// # Errors
    /// As [`Scheduling::after`]; [`Error::Value`](crate::Error::Value) when it is no cron expression, or none
    /// that ever matches.
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
        self.schedule.add(method, key, Wanted { arguments, start, recurrence })
    }
}
