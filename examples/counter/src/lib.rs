//! Counts, in an object for each name.
//!
//! | request | what it does |
//! |---|---|
//! | `POST /<name>` | counts one more in the object of that name |
//! | `GET /<name>` | how many it counted |

use durable_object::prelude::*;
use worker::{Context, Method, event};

/// Counts.
#[durable_object]
pub struct Counter {
    ctx: Ctx,
}

#[durable_object]
impl Counter {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Adds `by` and gives the new total.
    #[rpc]
    pub fn increment(&self, by: i64) -> Result<i64> {
        let total = self.total()?.checked_add(by).ok_or_else(|| Error::new("that is too much to count"))?;
        self.ctx.kv().put("total", &total)?;
        Ok(total)
    }

    /// Returns the count. A second call does no harm, so the stub repeats a call that fails on its way.
    #[rpc(idempotent)]
    pub fn total(&self) -> Result<i64> {
        self.ctx.kv().get_or("total", 0)
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let path = request.path();
    let total = match (request.method(), path.trim_matches('/')) {
        (_, "") => return Ok(Response::error("GET or POST /<name>", 400)?),
        (Method::Get, name) => Counter::named(&env, name)?.total().await?,
        (Method::Post, name) => Counter::named(&env, name)?.increment(1).await?,
        _ => return Ok(Response::error("use GET or POST", 405)?),
    };
    Ok(Response::ok(format!("{total}\n"))?)
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
