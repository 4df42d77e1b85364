//! A worker that calls objects of another one.

use durable_object::prelude::*;
use objects::Tally;
use worker::{Context, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    Ok(Response::ok(Tally::named(&env, &request.path())?.add(2).await?.to_string())?)
}
