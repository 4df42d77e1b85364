//! Objects that one worker has, and that others call.

use durable_object::prelude::*;

/// Adds numbers up.
#[durable_object(export = false)]
pub struct Tally {
    ctx: Ctx,
}

#[durable_object]
impl Tally {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Adds `by` and gives the new total.
    #[rpc]
    pub fn add(&self, by: u32) -> Result<u32> {
        let total = self.ctx.kv().get_or("total", 0)? + by;
        self.ctx.kv().put("total", &total)?;
        Ok(total)
    }
}
