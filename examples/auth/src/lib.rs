//! Signed tokens (JWT) in front of three kinds of objects. A token is for one store, and ends.
//!
//! | request | the token | what it reaches |
//! |---|---|---|
//! | a sync request of LiveStore | `syncPayload: { authToken }`, a header or a cookie | the sync backend of the store |
//! | `GET /client-do?storeId=<store>`, also as a WebSocket | a header, a cookie or a protocol | the store in an object |
//! | `GET /notices/<store>` as a WebSocket | the same | an object with sockets |
//!
//! The worker verifies the signature and decides; see [`verifier`] and [`claims`]. The objects are only reachable
//! through it. They read the expiry from the token once more, and close their sockets when it has come. A token is in
//! `Authorization: Bearer ..`, in the cookie `token`, or the protocol of a WebSocket after `bearer`.

mod claims;
mod credential;
mod keys;
mod list;
mod notices;
mod refusal;
mod signature;
mod sync;
mod token;
mod verifier;

use durable_object::livestore::backend::match_sync_request;
use durable_object::livestore::store_id;
use durable_object::prelude::*;
use worker::{Context, event};

pub use list::{LiveStoreClientDO, Todo, TodoEvent, Todos};
pub use notices::{Notices, NoticesStub};
pub use refusal::Refusal;
pub use sync::{Guarded, SyncBackendDO};

use verifier::Verifier;

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    route(request, &env).await
}

async fn route(request: Request, env: &Env) -> Result<Response> {
    if let Some(sync) = match_sync_request(&request) {
        return sync::answer(request, &sync, env).await;
    }
    let path = request.path();
    if path == "/client-do" {
        let store = store_id(&request).unwrap_or_default();
        return match authorize(&request, &store, env).await? {
            Ok(()) => LiveStoreClientDO::named(env, &store)?.fetch(request).await,
            Err(refusal) => refusal.response(),
        };
    }
    if let Some(store) = path.strip_prefix("/notices/").filter(|store| !store.is_empty()) {
        return match authorize(&request, store, env).await? {
            Ok(()) => Notices::named(env, store)?.fetch(request).await,
            Err(refusal) => refusal.response(),
        };
    }
    Ok(Response::error("not found", 404)?)
}

/// Lets the bearer of a token reach the objects of one store.
async fn authorize(request: &Request, store: &str, env: &Env) -> Result<Result<(), Refusal>> {
    let verifier = Verifier::new(env)?;
    Ok(match credential::of(request) {
        Ok(token) => verifier.verify(&token, store).await.map(drop),
        Err(refusal) => Err(refusal),
    })
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
