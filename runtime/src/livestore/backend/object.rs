//! The durable object.

use std::rc::Rc;

use super::admin;
use super::hooks::Hooks;
use super::listeners::Connection;
use super::route::{self, Transport, refuse, refuse_transport};
use super::service::Service;
use super::transport::{http, rpc, ws};
use crate::prelude::*;

/// A durable object that keeps one LiveStore store's event log and serves it to the store's clients.
///
/// It replaces the class that `makeDurableObject` of `@livestore/sync-cf` 0.4.0 makes, with the same wire
/// format and the same tables. Export it from your worker, with [`Hooks`] of your own or with `()`, and pass
/// it the requests that [`match_sync_request`](super::match_sync_request) recognises:
///
/// ```
/// use durable_object::livestore::backend::SyncBackend;
///
/// durable_object::export_object! {
///     /// One LiveStore store.
///     pub SyncBackendDO = SyncBackend<()>
/// }
/// ```
///
/// Its memory holds only the head of its log, so it hibernates as soon as its clients are idle. It sets an alarm only for
/// sockets that end at a time ([`Hooks::OPEN_UNTIL`]).
#[durable_object]
pub struct SyncBackend<H> {
    pub(super) service: Rc<Service<H>>,
}

#[durable_object]
impl<H: Hooks> SyncBackend<H> {
    #[init]
    pub(super) fn init(ctx: Ctx, env: Env) -> Result<Self> {
        ws::answer_pings(&ctx)?;
        Ok(Self { service: Rc::new(Service::new(ctx, &env, H::new(&env)?)?) })
    }

    #[fetch]
    async fn fetch(&self, request: Request) -> Result<Response> {
        if H::ADMIN
            && let Some((store_id, operation)) = route::match_admin_request(&request)
        {
            return admin::answer(&self.service, &store_id, operation, &request).await;
        }
        let Some(sync) = route::match_sync_request(&request) else {
            return refuse(400, "Invalid path");
        };
        if !sync.transport.is_in(H::TRANSPORTS) {
            return refuse_transport(sync.transport);
        }
        let headers = match self.service.store().hooks().forward_headers(&request) {
            Ok(headers) => headers,
            Err(error) => return refuse(400, error.to_string()),
        };
        let opened = match sync.transport {
            // A client that is refused a socket tries again.
            Transport::WebSocket => self.service.open(&sync.store_id).await,
            Transport::Http => http::open(&self.service, &sync.store_id).await,
        };
        if let Err(refusal) = opened? {
            return refuse(400, refusal);
        }
        match sync.transport {
            Transport::WebSocket => {
                let until = match ws::open_until(&self.service, &request) {
                    Ok(until) => until,
                    Err(refusal) => return refuse(400, refusal),
                };
                let response = ws::accept(&self.service, &request, headers, until)?;
                if H::OPEN_UNTIL.is_some()
                    && let Some(until) = until
                {
                    self.service.listeners().sockets().close_at(until).await?;
                }
                Ok(response)
            }
            Transport::Http => http::respond(&self.service, request, &headers).await,
        }
    }

    /// Answers a message of another durable object, for clients of `@livestore/adapter-cloudflare`. The
    /// message is msgpack, as `makeDoRpcSync` writes and reads it.
    #[rpc]
    pub(super) async fn rpc(&self, message: Vec<u8>) -> Result<Vec<u8>> {
        rpc::answer(&self.service, &message).await
    }

    #[websocket(message)]
    pub(super) async fn message(&self, socket: Socket<Connection>, message: Message) {
        ws::receive(&self.service, &socket, message).await;
    }

    #[alarm]
    pub(super) async fn alarm(&self) -> Result<()> {
        if H::OPEN_UNTIL.is_some() { self.service.listeners().sockets().close_due().await } else { Ok(()) }
    }
}
