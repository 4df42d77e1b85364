//! Sync backends with options, each under a path of its own.

mod hooked;
mod measured;
mod moody;
mod notes;
mod shared;

use durable_object::livestore::backend::{
    Hooks, SyncBackend, SyncRequest, SyncWorker, Transports, match_sync_request,
};
use durable_object::prelude::*;
use serde::Deserialize;
use worker::{Context, event};

use hooked::Hooked;
use measured::Measured;
use moody::Moody;
use shared::{InD1, Lost};

export_object!(pub Plain = SyncBackend<()>);
export_object!(pub Watched = SyncBackend<Hooked>);
export_object!(pub Metered = SyncBackend<Measured>);
export_object!(pub Wavering = SyncBackend<Moody>);
export_object!(pub SocketsOnly = SyncBackend<OnlySockets>);
export_object!(pub HttpOnly = SyncBackend<OnlyHttp>);
export_object!(pub Shared = SyncBackend<InD1>);
export_object!(pub Unbound = SyncBackend<Lost>);

/// Refuses HTTP.
pub struct OnlySockets;

impl Hooks for OnlySockets {
    const TRANSPORTS: Transports = Transports { http: false, ..Transports::ALL };

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }
}

/// Refuses sockets.
pub struct OnlyHttp;

impl Hooks for OnlyHttp {
    const TRANSPORTS: Transports = Transports { ws: false, ..Transports::ALL };

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }
}

/// The client's `syncPayload`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Auth {
    auth_token: String,
}

fn invalid() -> Error {
    Error::new("Invalid auth token")
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    match request.path().as_str() {
        "/hooked" => {
            let known = async |payload: serde_json::Value, _: &SyncRequest, _: &Request| {
                if payload["auth"] == "bad" { Err(invalid()) } else { Ok(()) }
            };
            SyncWorker::<Watched>::new().cors().validate(known).fetch(request, &env).await
        }
        "/schema" => {
            // Waits, as one does who asks another service.
            let known = async |auth: Auth, _: &SyncRequest, _: &Request| {
                worker::Delay::from(std::time::Duration::from_millis(1)).await;
                if auth.auth_token == "secret" { Ok(()) } else { Err(invalid()) }
            };
            SyncWorker::<Watched>::new().cors().validate(known).fetch(request, &env).await
        }
        "/members" => {
            let known = async |_: Option<Auth>, sync: &SyncRequest, request: &Request| {
                let member = request.headers().get("x-member-of")?;
                if member.as_deref() == Some(&sync.store_id) { Ok(()) } else { Err(invalid()) }
            };
            SyncWorker::<Plain>::new().validate(known).fetch(request, &env).await
        }
        "/admin" => SyncWorker::<Watched>::new().cors().admin().fetch(request, &env).await,
        "/noadmin" => SyncWorker::<Plain>::new().admin().fetch(request, &env).await,
        "/missing" => SyncWorker::<Plain>::new().binding("NOT_THERE").cors().fetch(request, &env).await,
        "/metered" => SyncWorker::<Metered>::new().fetch(request, &env).await,
        "/moody/" => SyncWorker::<Wavering>::new().cors().fetch(request, &env).await,
        "/mood" => moody::answer(&request),
        "/flaky" => SyncWorker::<Plain>::new().binding("FLAKY").cors().fetch(request, &env).await,
        "/other" => SyncWorker::<Plain>::new().binding("OTHER").fetch(request, &env).await,
        "/d1/" => SyncWorker::<Shared>::new().cors().admin().fetch(request, &env).await,
        "/unbound" => SyncWorker::<Unbound>::new().fetch(request, &env).await,
        "/wsonly" => SyncWorker::<SocketsOnly>::new().fetch(request, &env).await,
        "/httponly" => SyncWorker::<HttpOnly>::new().cors().fetch(request, &env).await,
        "/routes" => match match_sync_request(&request) {
            Some(sync) => SyncWorker::<Plain>::new().handle(request, &sync, &env).await,
            None => Ok(Response::ok("a page of the app")?),
        },
        _ => SyncWorker::<Plain>::new().fetch(request, &env).await,
    }
}
