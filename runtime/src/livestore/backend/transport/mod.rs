//! How clients reach a store.
//!
//! A transport reads requests, has the store decide them, and writes the answers. It also knows who
//! listens over it, and tells them what the others store.

mod broadcast;
mod closing;
mod flow;
pub(super) mod http;
mod push;
pub(super) mod rpc;
mod silence;
mod subscription;
pub(super) mod ws;

pub(super) use closing::Closing;
pub(super) use flow::Flows;
pub(super) use rpc::Subscribers;
pub(super) use silence::NewSockets;
pub(super) use subscription::Connection;

use super::hooks::Hooks;
use super::publication::Publication;
use super::store::Store;
use crate::Ctx;
use crate::livestore::wire::{self, Failure};

/// Makes clients start over, by closing the sockets of those that are `concerned`.
pub(super) fn pull_again(ctx: &Ctx, why: Closing, concerned: impl Fn(&Connection) -> bool) {
    for (socket, connection) in ctx.sockets::<Connection>().with_attachments() {
        if connection.map_or(true, |connection| concerned(&connection)) {
            // One that cannot be closed is gone.
            let _ = why.close(&socket);
        }
    }
}

/// Tells the live pulls of later clients why they end, which those act on. None of them pulls again when its socket is
/// closed, as earlier clients do.
pub(super) fn end_pulls(ctx: &Ctx, failure: &Failure) {
    for (socket, connection) in ctx.sockets::<Connection>().with_attachments() {
        for pull in connection.iter().flat_map(Connection::pulls).filter(|pull| pull.id.is_number()) {
            // One that takes nothing is gone.
            let _ = socket.send(wire::failed(&pull.id, failure));
        }
    }
}

/// Tells everybody who listens; whether anybody does, and over how many pulls of sockets. Nothing is awaited before that
/// is done.
async fn publish<H: Hooks>(store: &Store<H>, publication: &Publication<'_>) -> (bool, usize) {
    let sockets = broadcast::publish(store.ctx(), store.flows(), publication);
    // Where they are not served, their code is not even there.
    let objects = H::TRANSPORTS.rpc && store.subscribers().publish(&publication.log);
    for (socket, id) in sockets.behind {
        ws::resume(store, &socket, &id).await;
    }
    (sockets.listeners > 0 || objects, sockets.listeners)
}
