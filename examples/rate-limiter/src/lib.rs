//! How often somebody may do something, and who may do it now.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /` with an `Authorization` header | 200, or 429 with `Retry-After` after a hundred in a minute |
//! | `POST /lock/<name>` | does something that only one at a time may do |

mod bucket;
mod limiter;
mod lock;

use durable_object::prelude::*;
use worker::{Context, Headers, Method, event};

pub use limiter::{RateLimiter, RateLimiterStub, Verdict};
pub use lock::{Lease, Lock, LockStub};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    route(request, &env).await
}

async fn route(request: Request, env: &Env) -> Result<Response> {
    let Some(user) = request.headers().get("authorization")? else {
        return Ok(Response::error("who are you?", 401)?);
    };
    if let Verdict::Refused { wait } = RateLimiter::named(env, &user)?.ask().await? {
        let headers = Headers::new();
        headers.set("retry-after", &wait.div_ceil(1000).to_string())?;
        return Ok(Response::error("too many requests", 429)?.with_headers(headers));
    }
    match (request.method(), request.path().strip_prefix("/lock/")) {
        (Method::Post, Some(name)) => {
            let lock = Lock::named(env, name)?;
            let lease = lock.acquire(10_000).await?;
            // The work for one holder at a time comes here. `lease.token` is for services that compare
            // tokens.
            lock.release(lease.token).await?;
            Ok(Response::ok(format!("done as number {}\n", lease.token))?)
        }
        _ => Ok(Response::ok("welcome\n")?),
    }
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
