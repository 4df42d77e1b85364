use std::time::Duration;

use durable_object::Date;
use durable_object::prelude::*;
use durable_object::storage::{Bookmark, List};

/// An object of a class that was declared without SQLite.
#[durable_object]
pub struct Legacy {
    ctx: Ctx,
}

#[durable_object]
impl Legacy {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Puts values in a transaction, unless it is to fail, and gives what is there then.
    #[rpc]
    pub async fn store(&self, entries: Vec<(String, u32)>, fail: bool) -> Result<Vec<(String, u32)>> {
        let put = async move |inner: durable_object::storage::Transaction| {
            inner.put_many(entries).await?;
            if fail { Err(Error::new("changed its mind")) } else { Ok(()) }
        };
        let _ = self.ctx.storage().transaction(put).await;
        self.ctx.storage().list(List::default()).await
    }

    /// Deletes everything, in one way or the other.
    #[rpc]
    pub async fn clear(&self, destroy: bool) -> Result<()> {
        if destroy {
            match self.ctx.destroy().await? {}
        }
        self.ctx.storage().delete_all().await?;
        self.ctx.storage().sync().await
    }

    /// Sets the alarm; when it goes off now.
    #[rpc]
    pub async fn set_alarm(&self, ms: u64) -> Result<Option<Date>> {
        self.ctx.alarm().set(Duration::from_millis(ms)).await?;
        self.ctx.alarm().get().await
    }

    /// Whether the alarm has gone off.
    #[rpc]
    pub async fn rang(&self) -> Result<bool> {
        self.ctx.storage().get_or("rang", false).await
    }

    #[alarm]
    async fn alarm(&self) -> Result<()> {
        self.ctx.storage().put("rang", &true).await
    }

    /// Returns the errors of all operations that need SQLite.
    #[rpc]
    pub async fn without_sqlite(&self) -> Vec<(String, String)> {
        let (sql, kv, bookmarks) = (self.ctx.sql(), self.ctx.kv(), self.ctx.bookmarks());
        let mut outcomes = Vec::new();
        let mut note = |what: &str, outcome: Result<()>| outcomes.push((what.to_owned(), shown(outcome)));
        note("execute", sql.execute("CREATE TABLE t (v)", ()).map(drop));
        note("query", sql.query::<i64>("SELECT ?", (1,)).map(drop));
        note("migrate", sql.migrate(&[Migration::new("1", "CREATE TABLE t (v)")]).map(drop));
        note("transaction", self.ctx.transaction(|sql| sql.execute("CREATE TABLE t (v)", ()).map(drop)));
        note("get", kv.get::<u32>("a").map(drop));
        note("put", kv.put("a", &1));
        note("delete", kv.delete("a").map(drop));
        note("list", kv.list::<u32>(List::default()).next().transpose().map(drop));
        note("chunked get", kv.chunked("a").get().map(drop));
        note("chunked put", kv.chunked("a").put(b"bytes"));
        note("chunked delete", kv.chunked("a").delete().map(drop));
        note("current", bookmarks.current().await.map(drop));
        note("for time", bookmarks.for_time(Date::now()).await.map(drop));
        let bookmark = Bookmark::from("0".to_owned());
        note("restore", bookmarks.restore_on_next_session(&bookmark).await.map(drop));
        outcomes
    }

    /// The size of a database that it does not have.
    #[rpc]
    pub fn size(&self) -> u64 {
        self.ctx.sql().database_size()
    }
}

fn shown(outcome: Result<()>) -> String {
    outcome.map_or_else(|error| format!("{}: {error}", error.name()), |()| "ok".to_owned())
}

/// An object with timers but without a database for them.
#[durable_object]
pub struct LegacyTimers {
    ctx: Ctx,
}

#[durable_object]
impl LegacyTimers {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Sets a timer.
    #[rpc]
    pub fn later(&self) -> Result<()> {
        self.schedule().tick().after(Duration::ZERO).map(drop)
    }

    #[scheduled]
    fn tick(&self) -> Result<()> {
        Ok(())
    }
}
