use std::time::Duration;

use durable_object::Date;
use durable_object::prelude::*;

/// In which instance an alarm went off, for when it was set, which retry it is, and whether it is one.
type Seen = (i64, f64, u32, bool);

/// Keeps what it is told when its alarm goes off.
#[durable_object]
pub struct Alarming {
    ctx: Ctx,
    boot: i64,
}

#[durable_object]
impl Alarming {
    #[init]
    async fn init(ctx: Ctx) -> Result<Self> {
        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS boots (id INTEGER PRIMARY KEY)", ())?;
        sql.execute("CREATE TABLE IF NOT EXISTS alarms (boot, scheduled, retries, again)", ())?;
        sql.execute("CREATE TABLE IF NOT EXISTS failures (left)", ())?;
        let boot = sql.query("INSERT INTO boots DEFAULT VALUES RETURNING id", ())?.one()?;
        crate::time::pause(20).await;
        Ok(Self { ctx, boot })
    }

    /// Sets the alarm, which fails that many times first.
    #[rpc]
    pub async fn set_after(&self, ms: u64, failures: u32) -> Result<Option<Date>> {
        self.ctx.sql().execute("DELETE FROM failures", ())?;
        self.ctx.sql().execute("INSERT INTO failures VALUES (?1)", (failures,))?;
        self.ctx.alarm().set(Duration::from_millis(ms)).await?;
        self.ctx.alarm().get().await
    }

    /// Sets it for a time.
    #[rpc]
    pub async fn set_at(&self, date: Date) -> Result<()> {
        self.ctx.alarm().set(date).await
    }

    /// The time for which it is set.
    #[rpc]
    pub async fn get(&self) -> Result<Option<Date>> {
        self.ctx.alarm().get().await
    }

    /// Takes it back.
    #[rpc]
    pub async fn delete(&self) -> Result<()> {
        self.ctx.alarm().delete().await
    }

    /// Which instance it is, and all alarms.
    #[rpc]
    pub fn seen(&self) -> Result<(i64, Vec<Seen>)> {
        let alarms = self.ctx.sql().query("SELECT * FROM alarms ORDER BY rowid", ())?.all()?;
        Ok((self.boot, alarms))
    }

    /// Gives up.
    #[rpc]
    pub async fn abort(&self) -> Result<()> {
        match self.ctx.abort("to be woken").await {}
    }

    /// Sets it in a transaction that is rolled back.
    #[rpc]
    pub async fn set_and_fail(&self, ms: u64) -> Result<()> {
        let ctx = self.ctx.clone();
        let set = async move |_| -> Result<()> {
            ctx.alarm().set(Duration::from_millis(ms)).await?;
            Err(Error::new("changed its mind"))
        };
        self.ctx.storage().transaction(set).await
    }

    /// Has the next alarm end the object, and be tried again or not.
    #[rpc]
    pub async fn end_with(&self, retry: bool) -> Result<()> {
        self.ctx.kv().put("retry", &retry)?;
        self.ctx.alarm().allow_unconfirmed().allow_concurrency().set(Duration::ZERO).await
    }

    #[alarm]
    async fn alarm(&self, info: AlarmInfo) -> Result<()> {
        let sql = self.ctx.sql();
        #[expect(clippy::cast_precision_loss, reason = "dates are exact")]
        let scheduled = info.scheduled.map(|date| date.as_millis() as f64);
        let seen = (self.boot, scheduled, info.retry_count, info.is_retry);
        sql.execute("INSERT INTO alarms VALUES (?1, ?2, ?3, ?4)", seen)?;
        match self.ctx.kv().get("retry")? {
            Some(true) => match self.ctx.abort("in an alarm").await {},
            Some(false) => match self.ctx.abort_without_retry("in an alarm").await {},
            None => {}
        }
        let left = sql.query::<i64>("UPDATE failures SET left = left - 1 RETURNING left", ())?.optional()?;
        if left.is_some_and(|left| left >= 0) { Err(Error::new("not yet")) } else { Ok(()) }
    }
}
