//! A sync backend and nothing else.

use durable_object::livestore::backend::{SyncBackend, SyncWorker};
use durable_object::prelude::*;
use worker::{Context, event};

export_object!(pub SyncBackendDO = SyncBackend<()>);

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> worker::Result<Response> {
    SyncWorker::<SyncBackendDO>::new()
        .fetch(request, &env)
        .await
        .map_err(|error| worker::Error::RustError(error.to_string()))
}
