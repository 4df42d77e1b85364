use std::time::Duration;

use durable_object::prelude::*;

use crate::time::pause;

/// Counts, in the ways in which counting can go right or wrong.
#[durable_object]
pub struct Counter {
    ctx: Ctx,
    order: Vec<i64>,
}

#[durable_object]
impl Counter {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)", ())?;
        Ok(Self { ctx, order: Vec::new() })
    }

    /// Adds `by` and gives the new total.
    #[rpc]
    pub fn increment(&self, by: i64) -> Result<i64> {
        let add = "INSERT INTO n VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET v = v + ?1 RETURNING v";
        self.ctx.sql().query(add, (by,))?.one()
    }

    /// The total.
    #[rpc]
    pub fn total(&self) -> Result<i64> {
        let total = self.ctx.sql().query("SELECT v FROM n", ())?.optional()?;
        Ok(total.unwrap_or_default())
    }

    /// Reads, waits, then writes what was read plus `by`. Alone.
    #[rpc]
    pub async fn add_slowly(&mut self, by: i64, ms: u32) -> Result<i64> {
        self.read_wait_write(by, ms).await
    }

    /// The same among others.
    #[rpc]
    pub async fn add_slowly_shared(&self, by: i64, ms: u32) -> Result<i64> {
        self.read_wait_write(by, ms).await
    }

    /// Waits for the timer that the worker crate has.
    #[rpc]
    pub async fn delay(&self, ms: u32) -> u32 {
        worker::Delay::from(Duration::from_millis(ms.into())).await;
        ms
    }

    /// Waits, then fails.
    #[rpc]
    pub async fn fail_slowly(&mut self, ms: u32) -> Result<()> {
        pause(ms).await;
        Err(Error::new("failed after a while"))
    }

    /// Notes that it ran, alone, and gives all notes so far.
    #[rpc]
    pub async fn note(&mut self, number: i64, ms: u32) -> Vec<i64> {
        pause(ms).await;
        self.order.push(number);
        self.order.clone()
    }

    /// The notes once `ms` have passed, among others.
    #[rpc]
    pub async fn notes(&self, ms: u32) -> Vec<i64> {
        pause(ms).await;
        self.order.clone()
    }

    /// Answers now; adds `by` later.
    #[rpc]
    pub fn increment_in_background(&self, by: i64, ms: u32) {
        let ctx = self.ctx.clone();
        self.ctx.wait_until::<Error>(async move {
            pause(ms).await;
            ctx.sql()
                .execute("INSERT INTO n VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET v = v + ?1", (by,))?;
            Ok(())
        });
    }

    async fn read_wait_write(&self, by: i64, ms: u32) -> Result<i64> {
        let total = self.total()? + by;
        pause(ms).await;
        self.ctx.sql().execute("INSERT OR REPLACE INTO n VALUES (1, ?1)", (total,))?;
        Ok(total)
    }
}
