//! A page of events.

use super::call_id::CallId;
use crate::livestore::client::event::LogEvent;
use crate::livestore::wire::Event;
use crate::livestore::wire::json::{self, JsonError, Reader, required, set};
use crate::livestore::wire::msgpack::{self, MsgpackError};

/// Events of the backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// The backend that has the events.
    pub(crate) backend_id: String,
    /// The events, as the backend sent them. Their order is not checked.
    pub(crate) events: Vec<LogEvent>,
    /// The events after them.
    pub(crate) more: More,
}

/// The events after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum More {
    /// There are none.
    Nothing,
    /// There are this many.
    Known(u64),
    /// There are some.
    Unknown,
}

/// A call of this object by a backend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    /// The id of the pull for which it comes, if it can be read.
    pub(crate) pull: Option<CallId>,
    /// The new events.
    pub(crate) pages: Vec<Page>,
}

/// The reason why a call of this object cannot be read. The client should pull instead.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallbackError {
    /// The bytes are not msgpack.
    #[error("the backend called with bytes that are not msgpack; pull instead")]
    Msgpack(#[from] MsgpackError),
    /// The argument has no form that is known.
    #[error("the backend called with an argument that cannot be read; pull instead")]
    Argument,
    /// The message is not a chunk of a pull.
    #[error("the backend called with something else than a chunk of a pull; pull instead")]
    Chunk(#[from] JsonError),
}

/// Returns the content of a call of `syncUpdateRpc`, whose argument is bytes. Later versions than 0.4.0 call
/// so.
///
/// # Errors
/// Fails when the bytes are not a chunk.
pub(crate) fn callback(bytes: &[u8]) -> Result<Callback, CallbackError> {
    callback_json(&msgpack::to_json(bytes)?)
}

/// Returns the content of a call of `syncUpdateRpc` whose argument was an object, given as its JSON text.
/// LiveStore 0.4.0 calls so.
///
/// # Errors
/// Fails when the text is not a chunk.
pub(crate) fn callback_json(json: &str) -> Result<Callback, CallbackError> {
    Ok(json::parse(json, |reader| {
        let (mut tag, mut pull, mut pages) = (None, None, None);
        reader.object(&mut |reader, name| match name {
            "_tag" => set(&mut tag, name, reader.text()?),
            "requestId" => set(&mut pull, name, CallId::parse(reader.raw()?)),
            "values" => set(&mut pages, name, reader.list(Page::read)?),
            _ => reader.skip(),
        })?;
        match &*required(tag, "_tag")? {
            "Chunk" => Ok(Callback { pull: pull.flatten(), pages: required(pages, "values")? }),
            other => {
                Err(JsonError::new(format!("`_tag` is `{}`, and must be `Chunk`", other.escape_default())))
            }
        }
    })?)
}

impl Page {
    /// Reads a page.
    pub(super) fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut backend_id, mut events, mut more) = (None, None, None);
        reader.object(&mut |reader, name| match name {
            "backendId" => set(&mut backend_id, name, reader.text()?.into_owned()),
            "batch" => set(&mut events, name, reader.list(item)?),
            "pageInfo" => set(&mut more, name, More::read(reader)?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            backend_id: required(backend_id, "backendId")?,
            events: required(events, "batch")?,
            more: required(more, "pageInfo")?,
        })
    }
}

/// Reads an item of a batch. Its metadata does not matter to a client.
fn item(reader: &mut Reader<'_>) -> json::Result<LogEvent> {
    let mut event = None;
    reader.object(&mut |reader, name| match name {
        "eventEncoded" => set(&mut event, name, LogEvent::from_global(Event::read(reader)?)),
        _ => reader.skip(),
    })?;
    required(event, "eventEncoded")
}

impl More {
    fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut tag, mut remaining) = (None, None);
        reader.object(&mut |reader, name| match name {
            "_tag" => set(&mut tag, name, reader.text()?),
            "remaining" => set(&mut remaining, name, reader.integer()?),
            _ => reader.skip(),
        })?;
        Ok(match &*required(tag, "_tag")? {
            "NoMore" => Self::Nothing,
            "MoreKnown" => Self::Known(required(remaining, "remaining")?.unsigned_abs()),
            // A later version may know more than this one.
            _ => Self::Unknown,
        })
    }
}
