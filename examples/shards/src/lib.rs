//! One count in 16 objects, for what is counted more often than one object can.
//!
//! | request | what it does |
//! |---|---|
//! | `POST /<name>?by=<number>&for=<who>` | counts in one of the objects, always the same for the same person |
//! | `GET /<name>` | how many all of them counted |

mod shards;

use durable_object::prelude::*;
use worker::{Context, Method, event};

use crate::shards::Shards;

/// A part of a count.
#[durable_object]
pub struct Shard {
    ctx: Ctx,
}

#[durable_object]
impl Shard {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Adds `by` and gives the new total of this part.
    #[rpc]
    pub fn increment(&self, by: i64) -> Result<i64> {
        let total = self.total()?.checked_add(by).ok_or_else(|| Error::new("that is too much to count"))?;
        self.ctx.kv().put("total", &total)?;
        Ok(total)
    }

    /// Returns the count of this part.
    #[rpc(idempotent)]
    pub fn total(&self) -> Result<i64> {
        self.ctx.kv().get_or("total", 0)
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let by = request.query_param("by").map_or(Some(1), |by| by.parse().ok());
    let key = request.query_param("for").unwrap_or_default();
    let path = request.path();
    let shards = Shards::of(&path);
    let total = match (request.method(), by) {
        (Method::Get, _) => shards.total(&env).await?,
        (Method::Post, Some(by)) => shards.increment(&env, &key, by).await?,
        _ => return Ok(Response::error("GET or POST /<name>, with ?by=<number>", 400)?),
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
