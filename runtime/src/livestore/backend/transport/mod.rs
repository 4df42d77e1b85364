//! How clients reach a store.
//!
//! A transport reads requests, has the store decide them, and writes the answers. It also knows who
//! listens over it, and tells them what the others store.

pub(super) mod http;
mod subscription;
pub(super) mod ws;

pub(super) use subscription::Connection;

use super::publication::Publication;
use crate::Ctx;

/// Tells everybody who listens; whether anybody does.
fn publish(ctx: &Ctx, publication: &Publication<'_>) -> bool {
    ws::publish(ctx, publication)
}
