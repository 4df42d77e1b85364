//! Counts the requests for each path, in a Durable Object of its own.

use durable_object::prelude::*;
use worker::{Context, event};

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

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let total = Counter::named(&env, &request.path())?.increment(1).await?;
    Ok(Response::ok(format!("{total}\n"))?)
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}
