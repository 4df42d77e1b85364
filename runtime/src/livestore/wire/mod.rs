//! The sync protocol's messages, as `@effect/rpc` puts them on the wire. The functions read text and write
//! text.
//!
//! There are two generations of clients: those of LiveStore 0.4.0 (Effect 3), whose request ids are strings,
//! and later ones (Effect 4), whose ids are numbers. Each gets its own forms.
//!
//! This module never parses event arguments: they stay the JSON text that the client sent, so that numbers,
//! escapes and key order reach the other clients unchanged.

mod archive;
mod event;
mod failure;
mod frame;
pub(super) mod json;
pub(super) mod msgpack;
mod reply;
mod request;
mod rpc;
#[cfg(test)]
mod tests;

pub(super) use archive::{ArchivePage, archive_line};
pub use event::Event;
pub(super) use event::push_json_string;
pub(super) use failure::Failure;
pub(super) use frame::{Frame, RequestId};
pub(super) use reply::{
    PageInfo, chunk, defect, failed, live_chunk, object_ping_done, ping_done, pull_done, push_done,
};
pub(super) use request::{Cursor, PullRequest, PushRequest, Request};
pub(super) use rpc::{Caller, Unsubscription, answer_chunk, call_chunk, caller};

/// Returns whether JavaScript holds `number` exactly, as it must for all sequence numbers.
fn is_safe_integer(number: i64) -> bool {
    number.unsigned_abs() < 1 << 53
}
