//! The answers of the backend.

use std::collections::VecDeque;

use super::page::Page;
use crate::livestore::wire::json::{self, JsonError, Reader, set};
use crate::livestore::wire::msgpack::{Members, MsgpackError};

/// The number of causes of a failure that are looked at. Effect nests them without a limit.
const MAX_CAUSES: usize = 16;
/// The size in bytes to which the text of an unknown failure is cut.
const MAX_TEXT: usize = 1_000;

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// A page of a pull.
    Page(Page),
    /// The end of the request.
    Exit(Exit),
}

/// The end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The request was carried out.
    Success,
    /// The push does not continue the log of the backend.
    ServerAhead {
        /// The last event of the backend.
        minimum_expected: i64,
        /// The parent of the first pushed event.
        provided: i64,
    },
    /// The backend is not the one that the request named.
    BackendIdMismatch {
        /// The id of the backend.
        expected: String,
        /// The id in the request.
        received: String,
    },
    /// Any other failure: also a defect or an interruption of the backend.
    Unknown {
        /// The kind of the failure, as far as the backend named it: for example `UnknownError` or `Die`.
        name: String,
        /// The reason in words, or the start of the failure as JSON.
        message: String,
    },
}

/// The reason why an answer cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    /// The bytes are not msgpack.
    #[error("the backend's answer is not readable; send the request again")]
    Msgpack(#[from] MsgpackError),
    /// A message has another form than it should have.
    #[error("the backend's answer has an unknown form; check the versions of client and backend")]
    Form(#[from] JsonError),
    /// The answer has ended before the request.
    #[error("the backend's answer ends too early; send the request again")]
    Incomplete,
}

/// An answer, read as it comes. It keeps one message at a time.
#[derive(Default)]
pub(crate) struct Answer {
    members: Members,
    /// The messages that were read together and not returned yet.
    ready: VecDeque<Message>,
    has_exit: bool,
}

impl Answer {
    /// Begins with these bytes, for example with all of the answer. They are not copied.
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self { members: Members::of(bytes), ..Self::default() }
    }

    /// Appends the next piece. The caller should take all messages before it appends another one, so that the
    /// answer needs little memory.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.members.push(piece);
    }

    /// Returns the next message, or `None` when it needs more bytes.
    ///
    /// # Errors
    /// Fails when the bytes are not an answer.
    pub(crate) fn next_message(&mut self) -> Result<Option<Message>, AnswerError> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                self.has_exit |= matches!(message, Message::Exit(_));
                return Ok(Some(message));
            }
            let Some(json) = self.members.next_json()? else { return Ok(None) };
            self.ready = json::parse(&json, read)?;
        }
    }

    /// Checks that the answer was complete. No bytes follow.
    ///
    /// # Errors
    /// Fails when the last message is cut, or the request has not ended.
    pub(crate) fn finish(self) -> Result<(), AnswerError> {
        if self.has_exit && self.members.is_complete() { Ok(()) } else { Err(AnswerError::Incomplete) }
    }
}

/// Reads a message. A message of an unknown kind gives nothing.
fn read(reader: &mut Reader<'_>) -> json::Result<VecDeque<Message>> {
    let (mut tag, mut pages, mut exit, mut defect) = (None, None, None, None);
    reader.object(&mut |reader, name| match name {
        "_tag" => set(&mut tag, name, reader.text()?),
        "values" => set(&mut pages, name, reader.list(Page::read)?),
        "exit" => set(&mut exit, name, read_exit(reader)?),
        "defect" => set(&mut defect, name, reader.raw()?),
        _ => reader.skip(),
    })?;
    Ok(match &*json::required(tag, "_tag")? {
        "Chunk" => json::required(pages, "values")?.into_iter().map(Message::Page).collect(),
        "Exit" => [Message::Exit(json::required(exit, "exit")?)].into(),
        "Defect" => [Message::Exit(unknown("Defect", defect.unwrap_or("null")))].into(),
        _ => VecDeque::new(),
    })
}

fn read_exit(reader: &mut Reader<'_>) -> json::Result<Exit> {
    let (mut tag, mut cause) = (None, None);
    reader.object(&mut |reader, name| match name {
        "_tag" => set(&mut tag, name, reader.text()?),
        "cause" => set(&mut cause, name, reader.raw()?),
        _ => reader.skip(),
    })?;
    match &*json::required(tag, "_tag")? {
        "Success" => Ok(Exit::Success),
        "Failure" => Ok(failure(json::required(cause, "cause")?)),
        other => Err(JsonError::new(format!("the exit `{}` is not known", other.escape_default()))),
    }
}

/// Returns the failure in a cause.
///
/// A cause of Effect 3 is an object, which may join two causes. A cause of Effect 4 is a list. A failure that
/// was meant for clients says more than a defect or an interruption beside it.
fn failure(cause: &str) -> Exit {
    let mut causes = vec![cause];
    let mut other = None;
    for _ in 0..MAX_CAUSES {
        let Some(cause) = causes.pop() else { break };
        if let Ok(list) = json::parse(cause, |reader| reader.list(Reader::raw)) {
            causes.extend(list.into_iter().rev());
            continue;
        }
        match member_text(cause, "_tag").as_deref() {
            Some("Fail") => {
                return member(cause, "error").map_or_else(|| unknown("UnknownError", cause), error);
            }
            Some("Sequential" | "Parallel") => {
                causes.extend([member(cause, "right"), member(cause, "left")].into_iter().flatten());
            }
            Some("Empty") => {}
            Some("Die") => {
                other.get_or_insert_with(|| unknown("Die", member(cause, "defect").unwrap_or(cause)));
            }
            tag => {
                let tag = tag.unwrap_or("UnknownError");
                other.get_or_insert_with(|| unknown(tag, cause));
            }
        }
    }
    other.unwrap_or_else(|| unknown("UnknownError", cause))
}

/// Returns the failure that the backend meant for its clients.
fn error(error: &str) -> Exit {
    let tag = member_text(error, "_tag").unwrap_or_else(|| "UnknownError".to_owned());
    let number = |name: &str| json::parse(member(error, name)?, Reader::integer).ok();
    let known = match &*tag {
        "ServerAheadError" => number("minimumExpectedNum")
            .zip(number("providedNum"))
            .map(|(minimum_expected, provided)| Exit::ServerAhead { minimum_expected, provided }),
        "BackendIdMismatchError" => member_text(error, "expected")
            .zip(member_text(error, "received"))
            .map(|(expected, received)| Exit::BackendIdMismatch { expected, received }),
        _ => None,
    };
    known.unwrap_or_else(|| unknown(&tag, member(error, "cause").unwrap_or(error)))
}

/// Returns an unknown failure, with the words of the JSON that describes it.
fn unknown(tag: &str, json: &str) -> Exit {
    let name = member_text(json, "name").unwrap_or_else(|| tag.to_owned());
    let words = member_text(json, "message").or_else(|| text(json));
    let mut message = words.unwrap_or_else(|| json.to_owned());
    message.truncate(message.floor_char_boundary(MAX_TEXT));
    Exit::Unknown { name, message }
}

/// Returns the JSON of an object's member.
fn member<'a>(json: &'a str, wanted: &str) -> Option<&'a str> {
    let mut value = None;
    let read = |reader: &mut Reader<'a>| {
        reader.object(&mut |reader, name| {
            let raw = reader.raw()?;
            if name == wanted {
                value = Some(raw);
            }
            Ok(())
        })
    };
    json::parse(json, read).ok()?;
    value
}

/// Returns the text of an object's member.
fn member_text(json: &str, wanted: &str) -> Option<String> {
    text(member(json, wanted)?)
}

/// Returns the text that some JSON is.
fn text(json: &str) -> Option<String> {
    json::parse(json, |reader| Ok(reader.text()?.into_owned())).ok()
}
