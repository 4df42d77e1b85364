//! Chat rooms: `GET /rooms/<name>?user=<name>` is a WebSocket, and everything else the page in `web/`.

mod room;

use durable_object::prelude::*;
use worker::{Context, event};

pub use room::{Line, Presence, Room, RoomStub, Topic};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    route(request, &env).await
}

async fn route(request: Request, env: &Env) -> Result<Response> {
    let path = request.path();
    match path.strip_prefix("/rooms/").filter(|name| !name.is_empty()) {
        Some(name) => Room::named(env, name)?.fetch(request).await,
        None => Ok(Response::error("not found", 404)?),
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
