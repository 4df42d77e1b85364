//! The TodoMVC worker: a LiveStore sync backend, beside the page in `web/` that wrangler serves as static
//! assets.

use durable_object::livestore::backend::{SyncBackend, SyncWorker};
use durable_object::prelude::*;
use worker::{Context, event};

export_object! {
    /// Keeps one todo list and passes its changes on between the browsers that show it.
    pub SyncBackendDO = SyncBackend<()>
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> worker::Result<Response> {
    SyncWorker::<SyncBackendDO>::new()
        .fetch(request, &env)
        .await
        .map_err(|error| worker::Error::RustError(error.to_string()))
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("../../wrangler.toml")
}
