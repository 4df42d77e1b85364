//! Chat rooms, with a page in `web/`.
//!
//! | request | its answer |
//! |---|---|
//! | `GET /rooms/<name>?user=<name>` | a WebSocket into the room, which exists as soon as somebody enters |
//! | `POST /rooms` | the name of a new private room: nobody finds it who was not told |

mod limiter;
mod room;

use durable_object::prelude::*;
use worker::{Context, Method, event};

pub use limiter::{Limiter, LimiterStub};
pub use room::{Line, Presence, Room, RoomStub, Topic};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    route(request, &env).await
}

async fn route(request: Request, env: &Env) -> Result<Response> {
    let path = request.path();
    match (request.method(), path.strip_prefix("/rooms/")) {
        (Method::Post, None) if path == "/rooms" => Ok(Response::ok(Room::unique(env)?.id())?),
        (_, Some(name)) if !name.is_empty() => match room(env, name)? {
            Some(room) => room.fetch(request).await,
            None => Ok(Response::error("there is no such private room", 404)?),
        },
        _ => Ok(Response::error("not found", 404)?),
    }
}

/// Private rooms go by the id of their object, which only the platform can make. All others go by their name.
fn room(env: &Env, name: &str) -> Result<Option<RoomStub>> {
    let is_id = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let rooms = Room::namespace(env)?;
    if is_id { Ok(rooms.from_id(name).ok()) } else { rooms.named(name).map(Some) }
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
