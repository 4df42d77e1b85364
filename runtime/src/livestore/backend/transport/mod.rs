//! The ways in which clients reach a store.
//!
//! A transport reads requests, calls the service, and writes the answers. It keeps no state.

pub(super) mod http;
pub(super) mod rpc;
pub(super) mod ws;

use super::service::{Pushed, unknown};
use crate::livestore::wire::{self, RequestId};
use crate::sys;

/// Returns the answer to a push.
fn exit(pushed: Pushed, id: &RequestId) -> String {
    match pushed {
        Pushed::Stored | Pushed::Again => wire::push_done(id),
        Pushed::Behind(failure) | Pushed::Refused(failure) => wire::failed(id, &failure),
        Pushed::Failed(error) => {
            sys::log_error(&format!("SyncBackend: a push could not be stored: {error}"));
            wire::failed(id, &unknown(error))
        }
    }
}
