use std::time::Duration;

use durable_object::Date;
use durable_object::alarm::{TimerId, TimerState};
use durable_object::error::RemoteError;
use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

use crate::time::pause;

/// A timer, as the tests see it.
#[derive(Serialize, Deserialize)]
pub struct Listed {
    id: TimerId,
    method: String,
    arguments: String,
    key: Option<String>,
    due: Date,
    recurrence: String,
    attempts: u32,
    failures: u32,
    error: Option<String>,
    state: String,
}

/// A payload with fields.
#[derive(Serialize, Deserialize)]
struct Note {
    text: String,
    seen: Option<Date>,
}

/// Writes down when its timers go off.
#[durable_object]
pub struct Scheduling {
    ctx: Ctx,
    wakes: i64,
}

#[durable_object]
impl Scheduling {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS wakes (id INTEGER PRIMARY KEY)", ())?;
        sql.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT, time INTEGER)", ())?;
        sql.execute("CREATE TABLE IF NOT EXISTS failures (left INTEGER)", ())?;
        let wakes = sql.query("INSERT INTO wakes DEFAULT VALUES RETURNING id", ())?.one()?;
        // As objects do that keep house: the same timer with each wake.
        if ctx.name().is_some_and(|name| name.starts_with("ticking")) {
            SchedulingSchedule::new(&ctx).tick("init".to_owned()).every(Duration::from_secs(3600))?;
        }
        Ok(Self { ctx, wakes })
    }

    #[scheduled]
    async fn note(&self, note: Note) -> Result<()> {
        self.write(&note.text)
    }

    #[scheduled]
    fn tick(&mut self, name: String) -> Result<()> {
        self.write(&name)
    }

    /// Takes its time, during which others may come.
    #[scheduled]
    async fn linger(&self, text: String, ms: u32) -> Result<()> {
        self.write(&format!("{text} begins"))?;
        pause(ms).await;
        self.write(&format!("{text} ends"))
    }

    /// Fails as often as it was told to.
    #[scheduled(attempts = 3, backoff = Duration::from_millis(20))]
    fn fail(&self, text: String) -> Result<()> {
        self.write(&text)?;
        let left = "UPDATE failures SET left = left - 1 RETURNING left";
        let left = self.ctx.sql().query::<i64>(left, ())?.optional()?;
        if left.is_some_and(|left| left >= 0) { Err(Error::new(format!("{text} fails"))) } else { Ok(()) }
    }

    /// Meets trouble of the platform that passes, as often as it was told to.
    #[scheduled(attempts = 1, backoff = Duration::from_millis(5))]
    fn pass(&self) -> Result<()> {
        self.write("pass")?;
        let left = "UPDATE failures SET left = left - 1 RETURNING left";
        match self.ctx.sql().query::<i64>(left, ())?.optional()? {
            Some(0..) => {
                let mut lost = RemoteError::default();
                lost.retryable = true;
                Err(lost.into())
            }
            _ => Ok(()),
        }
    }

    /// Crashes, and the wasm instance with it.
    #[scheduled(attempts = 2, backoff = Duration::from_millis(50))]
    #[allow(clippy::panic, reason = "the test is about what happens then")]
    fn crash(&self) {
        let _ = self.write("crash");
        panic!("a scheduled crash");
    }

    /// Has itself go off again, a few times.
    #[scheduled]
    fn count(&self, left: u32) -> Result<()> {
        self.write(&format!("count {left}"))?;
        if let Some(left) = left.checked_sub(1) {
            self.schedule().count(left).key("count").after(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Takes itself back.
    #[scheduled]
    fn stop(&self) -> Result<()> {
        self.write("stop")?;
        self.schedule().cancel_key("stop").map(drop)
    }

    #[scheduled]
    async fn forget(&self) -> Result<()> {
        match self.ctx.destroy().await? {}
    }

    /// Its timers have the name that the method had before.
    #[scheduled(name = "previously")]
    fn renamed(&self) -> Result<()> {
        self.write("renamed")
    }

    fn write(&self, text: &str) -> Result<()> {
        let now = Date::now().as_millis();
        self.ctx.sql().execute("INSERT INTO notes VALUES (?1, ?2)", (text, now)).map(drop)
    }

    /// Has a note written after a while, under a key if there is one.
    #[rpc]
    pub fn note_after(&self, text: String, ms: u64, key: Option<String>) -> Result<TimerId> {
        let note = self.schedule().note(Note { text, seen: Some(Date::now()) });
        let note = if let Some(key) = key { note.key(key) } else { note };
        note.after(Duration::from_millis(ms))
    }

    /// Has a note written at that time.
    #[rpc]
    pub fn note_at(&self, text: String, date: Date) -> Result<TimerId> {
        self.schedule().note(Note { text, seen: None }).at(date)
    }

    /// Has a note written again and again.
    #[rpc]
    pub fn tick_every(&self, name: String, ms: u64, key: Option<String>) -> Result<TimerId> {
        let tick = self.schedule().tick(name);
        let tick = if let Some(key) = key { tick.key(key) } else { tick };
        tick.every(Duration::from_millis(ms))
    }

    /// Has a note written when the expression matches.
    #[rpc]
    pub fn tick_cron(&self, name: String, pattern: String) -> Result<TimerId> {
        self.schedule().tick(name).cron(&pattern)
    }

    /// Has something done that takes so long.
    #[rpc]
    pub fn linger_now(&self, text: String, ms: u32) -> Result<TimerId> {
        self.schedule().linger(text, ms).after(Duration::ZERO)
    }

    /// Has a method fail that many times.
    #[rpc]
    pub fn fail_after(&self, text: String, ms: u64, failures: u32) -> Result<TimerId> {
        self.failures(failures)?;
        self.schedule().fail(text).after(Duration::from_millis(ms))
    }

    /// Has the platform fail that many times.
    #[rpc]
    pub fn pass_now(&self, failures: u32) -> Result<TimerId> {
        self.failures(failures)?;
        self.schedule().pass().after(Duration::ZERO)
    }

    fn failures(&self, failures: u32) -> Result<()> {
        self.ctx.sql().execute("DELETE FROM failures", ())?;
        self.ctx.sql().execute("INSERT INTO failures VALUES (?1)", (failures,)).map(drop)
    }

    /// Has the object crash.
    #[rpc]
    pub fn crash_after(&self, ms: u64) -> Result<TimerId> {
        self.schedule().crash().after(Duration::from_millis(ms))
    }

    /// Has a call go off that schedules the next one.
    #[rpc]
    pub fn count_now(&self, left: u32) -> Result<TimerId> {
        self.schedule().count(left).key("count").after(Duration::ZERO)
    }

    /// Has a recurring call go off that takes itself back.
    #[rpc]
    pub fn stop_every(&self, ms: u64) -> Result<TimerId> {
        self.schedule().stop().key("stop").every(Duration::from_millis(ms))
    }

    /// Has everything deleted.
    #[rpc]
    pub fn forget_after(&self, ms: u64) -> Result<TimerId> {
        self.schedule().forget().after(Duration::from_millis(ms))
    }

    /// Schedules, and thinks better of it.
    #[rpc]
    pub fn note_and_fail(&self, text: String, ms: u64) -> Result<TimerId> {
        self.ctx.transaction(|_| {
            self.schedule().note(Note { text, seen: None }).after(Duration::from_millis(ms))?;
            Err(Error::new("changed its mind"))
        })
    }

    /// Takes a timer back.
    #[rpc]
    pub fn cancel(&self, id: TimerId) -> Result<bool> {
        self.schedule().cancel(id)
    }

    /// Takes timers back.
    #[rpc]
    pub fn cancel_key(&self, key: String) -> Result<usize> {
        self.schedule().cancel_key(&key)
    }

    /// Has a dead timer try again.
    #[rpc]
    pub fn retry(&self, id: TimerId) -> Result<bool> {
        self.schedule().retry(id)
    }

    /// Renames a method under its timers.
    #[rpc]
    pub fn redeploy(&self, from: String, to: String) -> Result<u64> {
        self.ctx.sql().execute("UPDATE _schedule SET method = ?2 WHERE method = ?1", (from, to))
    }

    /// Deletes the alarm, which the platform should not do.
    #[rpc]
    pub async fn lose_alarm(&self) -> Result<()> {
        self.ctx.alarm().delete().await
    }

    /// Returns the time for which the alarm is set.
    #[rpc]
    pub async fn alarm_time(&self) -> Result<Option<Date>> {
        self.ctx.alarm().get().await
    }

    /// Returns the tables of the schedule.
    #[rpc]
    pub fn tables(&self) -> Result<Vec<String>> {
        self.ctx.sql().query("SELECT name FROM sqlite_schema WHERE name LIKE '\\_s%' ESCAPE '\\'", ())?.all()
    }

    /// Returns the entries with their times.
    #[rpc]
    pub fn notes(&self) -> Result<Vec<(String, f64)>> {
        self.ctx.sql().query("SELECT text, time FROM notes ORDER BY rowid", ())?.all()
    }

    /// How often the object was woken.
    #[rpc]
    pub fn wakes(&self) -> i64 {
        self.wakes
    }

    /// Gives up.
    #[rpc]
    pub async fn abort(&self) -> Result<()> {
        match self.ctx.abort("to be woken").await {}
    }

    /// All timers.
    #[rpc]
    pub fn list(&self) -> Result<Vec<Listed>> {
        let listed = self.schedule().list()?.into_iter().map(|timer| Listed {
            id: timer.id,
            method: timer.method,
            arguments: timer.arguments,
            key: timer.key,
            due: timer.due,
            recurrence: timer.recurrence.to_string(),
            attempts: timer.attempts,
            failures: timer.failures,
            error: timer.error,
            state: match timer.state {
                TimerState::Waiting => "waiting",
                TimerState::Dead => "dead",
                TimerState::Unknown => "unknown",
                _ => "another state",
            }
            .to_owned(),
        });
        Ok(listed.collect())
    }
}
