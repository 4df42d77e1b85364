//! The TodoMVC worker: a LiveStore sync backend, and a durable object that is one of its clients. The pages in `web/` are
//! static assets.

mod schema;

use durable_object::livestore::backend::{SyncBackend, SyncWorker};
use durable_object::livestore::client::ClientDO;
use durable_object::livestore::store_id;
use durable_object::prelude::*;
use worker::{Context, event};

pub use schema::{Todo, TodoEvent, Todos};

export_object! {
    /// Keeps the events of one todo list, and passes them on between its clients.
    pub SyncBackendDO = SyncBackend<()>
}

export_object! {
    /// A client on the server: it has one todo list in its own SQLite.
    pub LiveStoreClientDO = ClientDO<Todos>, binding = "CLIENT_DO"
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    if request.path() == "/client-do" {
        // The object answers with the list, or with an error if the address names none.
        let name = store_id(&request).unwrap_or_default();
        return LiveStoreClientDO::named(&env, &name)?.fetch(request).await;
    }
    SyncWorker::<SyncBackendDO>::new().fetch(request, &env).await
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
