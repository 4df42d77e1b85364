//! The worker that has the objects.

use durable_object::prelude::*;
use worker::{Context, event};

export_object!(pub Tally = objects::Tally);

#[event(fetch)]
async fn fetch(_request: Request, env: Env, _ctx: Context) -> Result<Response> {
    Ok(Response::ok(Tally::named(&env, "owned")?.add(1).await?.to_string())?)
}
