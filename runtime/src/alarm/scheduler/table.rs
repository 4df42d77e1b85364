//! The timers in the object's own database.
//!
//! One table, ordered by the time at which its rows are due. Finding a due timer costs one row read, and
//! moving a row costs one row written.

use super::decision::{Pending, Progress, Wanted};
use super::method::ScheduledMethod;
use super::recurrence::Recurrence;
use super::timer::{Timer, TimerId, TimerState};
use crate::storage::{FromRow, FromSql, Row, Sql};
use crate::value::{ConversionError, Value};
use crate::{Date, Result};

/// The first timer creates it: an object that schedules nothing stores nothing.
const CREATE: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS _schedule (
        dead INTEGER NOT NULL,
        due INTEGER NOT NULL,
        id INTEGER NOT NULL,
        method TEXT NOT NULL,
        arguments TEXT NOT NULL,
        key TEXT,
        start INTEGER NOT NULL,
        recurrence TEXT,
        attempts INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        error TEXT,
        PRIMARY KEY (dead, due, id)
    ) WITHOUT ROWID",
    "CREATE UNIQUE INDEX IF NOT EXISTS _schedule_key ON _schedule (key, method) WHERE key IS NOT NULL",
];

/// The condition for rows that this version of the code can run. `?1` holds its methods' names.
const RUNNABLE: &str = if cfg!(feature = "cron") {
    "method IN (SELECT value FROM json_each(?1))"
} else {
    "method IN (SELECT value FROM json_each(?1)) AND (recurrence IS NULL OR recurrence NOT LIKE '% %')"
};

pub(super) struct Table {
    sql: Sql,
    methods: &'static [ScheduledMethod],
}

impl Table {
    pub(super) fn new(sql: Sql, methods: &'static [ScheduledMethod]) -> Self {
        Self { sql, methods }
    }

    pub(super) fn create(&self) -> Result<()> {
        CREATE.into_iter().try_for_each(|statement| self.sql.execute(statement, ()).map(drop))
    }

    pub(super) fn exists(&self) -> Result<bool> {
        let found = self.sql.query::<i64>("SELECT 1 FROM sqlite_schema WHERE name = '_schedule'", ())?;
        Ok(found.optional()?.is_some())
    }

    /// Returns the time of the first timer that this version of the code can run.
    pub(super) fn first(&self) -> Result<Option<Date>> {
        let first = format!("SELECT due FROM _schedule WHERE dead = 0 AND {RUNNABLE} ORDER BY due LIMIT 1");
        let due = self.sql.query::<i64>(&first, (self.names()?,))?.optional()?;
        Ok(due.map(date).transpose()?)
    }

    /// Returns the first timer that is due at `until`.
    pub(super) fn due(&self, until: Date) -> Result<Option<Pending>> {
        let due = format!(
            "SELECT {PENDING} FROM _schedule WHERE dead = 0 AND due <= ?2 AND {RUNNABLE} ORDER BY due, id LIMIT 1"
        );
        self.sql.query(&due, (self.names()?, until.as_millis()))?.optional()
    }

    /// Returns the methods of due timers that this version of the code cannot run.
    pub(super) fn stranded(&self, until: Date) -> Result<Vec<String>> {
        let stranded = format!(
            "SELECT DISTINCT method FROM _schedule WHERE dead = 0 AND due <= ?2 AND NOT ({RUNNABLE})"
        );
        self.sql.query(&stranded, (self.names()?, until.as_millis()))?.all()
    }

    /// Returns the timer with a key.
    pub(super) fn keyed(&self, method: &str, key: &str) -> Result<Option<Pending>> {
        let keyed = format!("SELECT {PENDING} FROM _schedule WHERE key = ?1 AND method = ?2");
        self.sql.query(&keyed, (key, method))?.optional()
    }

    /// Adds a timer, and replaces one with the same key. It always gets a new id, so that a running call does
    /// not record its success for the new timer.
    ///
    /// Timers for the same millisecond go off in the order in which they were added.
    pub(super) fn add(&self, method: &str, key: Option<&str>, wanted: Wanted) -> Result<i64> {
        let add = "
            INSERT INTO _schedule (dead, due, id, method, arguments, key, start, recurrence, attempts, failures)
            VALUES (
                0, ?1,
                coalesce(
                    (SELECT max(id) + 1 FROM _schedule WHERE dead = 0 AND due = ?1),
                    random() & 0xfffffffffffff
                ),
                ?2, ?3, ?4, ?1, ?5, 0, 0
            )
            ON CONFLICT (key, method) WHERE key IS NOT NULL DO UPDATE SET
                dead = 0, due = excluded.due, id = excluded.id, arguments = excluded.arguments,
                start = excluded.start, recurrence = excluded.recurrence, attempts = 0, failures = 0,
                error = NULL
            RETURNING id";
        let due = wanted.start.as_millis();
        self.sql.query(add, (due, method, wanted.arguments, key, wanted.recurrence.to_text()))?.one()
    }

    /// Returns whether the timer is still there, unchanged since `progress` was written.
    pub(super) fn holds(&self, id: i64, progress: Progress) -> Result<bool> {
        let holds = "SELECT 1 FROM _schedule WHERE dead = 0 AND due = ?1 AND id = ?2";
        let found = self.sql.query::<i64>(holds, (progress.due.as_millis(), id))?;
        Ok(found.optional()?.is_some())
    }

    /// Writes the progress of a timer, unless the timer has gone or changed.
    pub(super) fn advance(&self, id: i64, from: Progress, to: Progress, error: Option<&str>) -> Result<()> {
        let advance = "
            UPDATE _schedule SET due = ?3, attempts = ?4, failures = ?5, error = ?6
            WHERE dead = 0 AND due = ?1 AND id = ?2";
        let (from, due) = (from.due.as_millis(), to.due.as_millis());
        self.sql.execute(advance, (from, id, due, to.attempts, to.failures, error)).map(drop)
    }

    /// Removes a timer, unless it has gone or changed.
    pub(super) fn remove(&self, id: i64, from: Progress) -> Result<()> {
        let remove = "DELETE FROM _schedule WHERE dead = 0 AND due = ?1 AND id = ?2";
        self.sql.execute(remove, (from.due.as_millis(), id)).map(drop)
    }

    /// Gives a timer up, unless it has gone or changed.
    pub(super) fn bury(&self, id: i64, from: Progress, error: &str) -> Result<()> {
        let bury = "UPDATE _schedule SET dead = 1, error = ?3 WHERE dead = 0 AND due = ?1 AND id = ?2";
        self.sql.execute(bury, (from.due.as_millis(), id, error)).map(drop)
    }

    /// Makes a timer that was given up go off at `now`, and returns whether there is such a timer.
    pub(super) fn revive(&self, id: TimerId, now: Date) -> Result<bool> {
        let revive = "
            UPDATE _schedule SET dead = 0, due = ?2, attempts = 0, failures = 0
            WHERE dead = 1 AND id = ?1 RETURNING id";
        Ok(!self.sql.query::<i64>(revive, (id.0, now.as_millis()))?.all()?.is_empty())
    }

    /// Removes a timer in any state, and returns whether there was one.
    pub(super) fn cancel(&self, id: TimerId) -> Result<bool> {
        let cancel = "DELETE FROM _schedule WHERE id = ?1 RETURNING id";
        Ok(!self.sql.query::<i64>(cancel, (id.0,))?.all()?.is_empty())
    }

    /// Removes the timers with a key, and returns their number.
    pub(super) fn cancel_key(&self, key: &str) -> Result<usize> {
        let cancel = "DELETE FROM _schedule WHERE key = ?1 RETURNING id";
        Ok(self.sql.query::<i64>(cancel, (key,))?.all()?.len())
    }

    /// Returns all timers: first those that wait, in the order in which they are due.
    pub(super) fn list(&self) -> Result<Vec<Timer>> {
        let list = format!(
            "SELECT id, method, arguments, key, due, recurrence, attempts, failures, error,
                CASE WHEN dead THEN 1 WHEN {RUNNABLE} THEN 0 ELSE 2 END
             FROM _schedule ORDER BY dead, due, id"
        );
        self.sql.query(&list, (self.names()?,))?.all()
    }

    fn names(&self) -> Result<String> {
        let names: Vec<&str> = self.methods.iter().map(|method| method.name).collect();
        Ok(serde_json::to_string(&names)?)
    }
}

/// The columns of a [`Pending`], in the order in which they are read.
const PENDING: &str = "id, method, arguments, start, recurrence, due, attempts, failures, dead";

impl FromRow for Pending {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        let mut values = row.into_values();
        Ok(Self {
            id: next(&mut values)?,
            method: next(&mut values)?,
            arguments: next(&mut values)?,
            start: date(next(&mut values)?)?,
            recurrence: Recurrence::from_text(next(&mut values)?),
            progress: Progress {
                due: date(next(&mut values)?)?,
                attempts: next(&mut values)?,
                failures: next(&mut values)?,
            },
            is_dead: next(&mut values)?,
        })
    }
}

impl FromRow for Timer {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        let mut values = row.into_values();
        Ok(Self {
            id: TimerId(next(&mut values)?),
            method: next(&mut values)?,
            arguments: next(&mut values)?,
            key: next(&mut values)?,
            due: date(next(&mut values)?)?,
            recurrence: Recurrence::from_text(next(&mut values)?),
            attempts: next(&mut values)?,
            failures: next(&mut values)?,
            error: next(&mut values)?,
            state: match next::<u32>(&mut values)? {
                0 => TimerState::Waiting,
                1 => TimerState::Dead,
                _ => TimerState::Unknown,
            },
        })
    }
}

/// Reads the next value of a row. There is one function for each type; a tuple would need one for each
/// column.
#[inline(never)]
fn next<T: FromSql>(values: &mut impl Iterator<Item = Value>) -> Result<T, ConversionError> {
    T::from_sql(values.next().unwrap_or(Value::Null))
}

fn date(millis: i64) -> Result<Date, ConversionError> {
    Date::from_millis(millis).ok_or_else(|| "a timer is due beyond all dates".into())
}
