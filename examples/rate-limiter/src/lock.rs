//! A lock for one holder at a time.

use std::time::Duration;

use durable_object::Date;
use durable_object::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// Lets one at a time do something that lies outside of any object: call a slow service, or write a file.
///
/// The holder has a lease. A lease ends by itself, so nobody waits for a holder that crashed. A holder that was
/// only slow may go on after its lease has ended. So each lease has a greater number than those before, and the
/// locked service can compare the numbers (a "fencing token").
#[durable_object]
pub struct Lock {
    ctx: Ctx,
    /// Told when the lock becomes free. The waiting calls are in memory; if that is lost, they end with an
    /// error, and the callers ask again.
    freed: Notify,
}

/// The right to do it, until it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Greater than that of every earlier lease.
    pub token: u64,
    /// When it ends.
    pub until: Date,
}

#[durable_object]
impl Lock {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx, freed: Notify::new() }
    }

    /// Waits until nobody else holds the lock, and holds it for that many milliseconds. (`&self`: while one
    /// call waits, others come in, and one of them releases it.)
    #[rpc]
    pub async fn acquire(&self, millis: u32) -> Result<Lease> {
        loop {
            if let Some(lease) = self.try_acquire(millis).await? {
                return Ok(lease);
            }
            self.freed.notified().await;
        }
    }

    /// Holds the lock for that many milliseconds if nobody else does.
    #[rpc]
    pub async fn try_acquire(&self, millis: u32) -> Result<Option<Lease>> {
        let (now, last) = (Date::now(), self.last()?);
        if last.is_some_and(|lease| lease.until > now) {
            return Ok(None);
        }
        let until = now.checked_add(Duration::from_millis(millis.into()));
        let until = until.ok_or_else(|| Error::new("a lease cannot be that long"))?;
        let lease = Lease { token: last.map_or(1, |lease| lease.token + 1), until };
        self.ctx.kv().put("lease", &lease)?;
        self.ctx.alarm().set(until).await?;
        Ok(Some(lease))
    }

    /// Gives the lock back early; says whether this lease still held it.
    #[rpc(idempotent)]
    pub async fn release(&self, token: u64) -> Result<bool> {
        let now = Date::now();
        let Some(lease) = self.last()?.filter(|lease| lease.token == token && lease.until > now) else {
            return Ok(false);
        };
        // The token is kept, so that the next one is greater.
        self.ctx.kv().put("lease", &Lease { until: now, ..lease })?;
        self.ctx.alarm().delete().await?;
        self.freed.notify_one();
        Ok(true)
    }

    /// A lease has ended.
    #[alarm]
    fn alarm(&self) {
        self.freed.notify_one();
    }

    fn last(&self) -> Result<Option<Lease>> {
        self.ctx.kv().get("lease")
    }
}
