//! The calls of the backend, as bytes.

use std::fmt::Write;

use super::call_id::CallId;
use crate::livestore::client::event::LogEvent;
use crate::livestore::wire::msgpack::{self, MsgpackError};
use crate::livestore::wire::{Caller, Cursor, push_json_string};

/// The largest number of events in a push. Backends of LiveStore 0.4.0 take no more.
pub(crate) const MAX_BATCH_EVENTS: usize = 100;
/// The largest size of a push in bytes of JSON. Backends of LiveStore 0.4.0 take no more.
pub(crate) const MAX_BATCH_BYTES: usize = 900_000;

/// The reason why a call cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// The payload, or the arguments of an event, are not JSON.
    #[error("the call cannot be written: pass JSON as the payload and as the arguments of events")]
    Json(#[from] MsgpackError),
}

/// The store that a call is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Store<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// The mark of the store among those of its object.
    pub(crate) mark: u32,
    /// The payload for the hooks of the backend, as JSON text: for example a token.
    pub(crate) payload: Option<&'a str>,
}

/// Returns the number of events at the front that fit into one push. It is 0 only for no events: an event
/// that is too large goes alone, and the backend says so.
pub(crate) fn batch_length(events: &[LogEvent]) -> usize {
    let mut bytes = 0_usize;
    let fitting = events.iter().take(MAX_BATCH_EVENTS).take_while(|event| {
        bytes = bytes.saturating_add(event.to_global().encoded_size());
        bytes <= MAX_BATCH_BYTES
    });
    fitting.count().max(1).min(events.len())
}

/// Returns a pull of the events after `cursor`, or of all events. With a `caller`, the backend calls that
/// object with all later events.
///
/// `number` identifies the pull in an [`unsubscribe`].
///
/// # Errors
/// Fails when the payload is not JSON.
pub(crate) fn pull(
    number: u32,
    store: Store<'_>,
    cursor: Option<&Cursor>,
    caller: Option<&Caller>,
) -> Result<Vec<u8>, RequestError> {
    let mut call = Call::new(number, store, "Pull");
    call.json.push_str(r#""cursor":"#);
    call.option(cursor, |json, cursor| {
        json.push_str(r#"{"backendId":"#);
        push_json_string(json, &cursor.backend_id);
        // A write to a string cannot fail.
        let _ = write!(json, r#","eventSequenceNumber":{}}}"#, cursor.event_sequence_number);
    });
    if let Some(caller) = caller {
        call.json.push_str(r#","rpcContext":{"callerContext":{"bindingName":"#);
        push_json_string(&mut call.json, &caller.binding_name);
        call.json.push_str(r#","durableObjectId":"#);
        push_json_string(&mut call.json, &caller.durable_object_id);
        call.json.push_str("}}");
    }
    call.end()
}

/// Returns a push of some pending events to the backend with this id. A client that has never pulled does not
/// know the id.
///
/// # Errors
/// Fails when the payload or the arguments of an event are not JSON.
pub(crate) fn push<'e>(
    number: u32,
    store: Store<'_>,
    events: impl IntoIterator<Item = &'e LogEvent>,
    backend_id: Option<&str>,
) -> Result<Vec<u8>, RequestError> {
    let mut call = Call::new(number, store, "Push");
    call.json.push_str(r#""batch":["#);
    for (index, event) in events.into_iter().enumerate() {
        if index > 0 {
            call.json.push(',');
        }
        event.to_global().write_json(&mut call.json);
    }
    call.json.push_str(r#"],"backendId":"#);
    call.option(backend_id, push_json_string);
    call.end()
}

/// Returns a question whether the backend is there.
///
/// # Errors
/// Fails when the payload is not JSON.
#[cfg(test)]
pub(crate) fn ping(number: u32, store: Store<'_>) -> Result<Vec<u8>, RequestError> {
    Call::new(number, store, "Ping").end()
}

/// Returns the message that the object with this id wants no more calls because of its pull `pull`.
///
/// A later pull of the same object keeps its calls.
///
/// # Errors
/// Fails when the payload is not JSON.
pub(crate) fn unsubscribe(
    number: u32,
    store: Store<'_>,
    durable_object_id: &str,
    pull: u32,
) -> Result<Vec<u8>, RequestError> {
    let mut call = Call::new(number, store, "Unsubscribe");
    call.json.push_str(r#""durableObjectId":"#);
    push_json_string(&mut call.json, durable_object_id);
    let pull = CallId { mark: store.mark, number: pull };
    let _ = write!(call.json, r#","requestId":"{pull}""#);
    call.end()
}

/// A call that is being written, as JSON.
struct Call<'a> {
    json: String,
    store: Store<'a>,
}

impl<'a> Call<'a> {
    /// Begins a call, up to the payload's members.
    fn new(number: u32, store: Store<'a>, method: &str) -> Self {
        let id = CallId { mark: store.mark, number };
        let json = format!(
            r#"[{{"_tag":"Request","id":"{id}","tag":"SyncDoRpc.{method}","headers":[],"payload":{{"#
        );
        Self { json, store }
    }

    /// Writes Effect's `Option`.
    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut String, T)) {
        match value {
            None => self.json.push_str(r#"{"_tag":"None"}"#),
            Some(value) => {
                self.json.push_str(r#"{"_tag":"Some","value":"#);
                write(&mut self.json, value);
                self.json.push('}');
            }
        }
    }

    /// Ends the call with the store, and returns its bytes.
    fn end(mut self) -> Result<Vec<u8>, RequestError> {
        if !self.json.ends_with('{') {
            self.json.push(',');
        }
        self.json.push_str(r#""storeId":"#);
        push_json_string(&mut self.json, self.store.id);
        if let Some(payload) = self.store.payload {
            self.json.push_str(r#","payload":"#);
            self.json.push_str(payload);
        }
        self.json.push_str("}}]");
        Ok(msgpack::from_json(&self.json)?)
    }
}
