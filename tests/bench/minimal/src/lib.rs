//! The README's counter, and nothing else.

use durable_object::prelude::*;

/// Counts.
#[durable_object]
pub struct Counter {
    ctx: Ctx,
}

#[durable_object]
impl Counter {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)", ())?;
        Ok(Self { ctx })
    }

    /// Adds `by` and gives the new total.
    #[rpc]
    pub fn increment(&self, by: i64) -> Result<i64> {
        let add = "INSERT INTO n VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET v = v + ?1 RETURNING v";
        self.ctx.sql().query(add, (by,))?.one()
    }
}
