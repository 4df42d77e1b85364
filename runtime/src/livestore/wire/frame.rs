//! The messages that a client sends over its socket.

use std::borrow::Cow;

use super::json::{self, JsonError, Reader, required, set};

/// The limit of messages in one list. Clients send one at a time, or all messages of one turn.
const MAX_MESSAGES: usize = 1_000;

/// One message of a client.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    /// A request.
    Request { id: RequestId, method: Cow<'a, str>, payload: Option<&'a str> },
    /// The client has received a chunk.
    Ack { id: RequestId },
    /// The client cancels a request.
    Interrupt { id: RequestId },
    /// A ping that differs from the one that the runtime answers by itself.
    Ping,
    /// The client is done. Socket clients never send it.
    Eof,
}

/// The reason why a text is not a message. The answer to it cannot name a request id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FrameError(pub(crate) String);

/// The JSON token that a client chose for its request. The answer repeats it unchanged: clients of LiveStore
/// 0.4.0 use strings (`"5"`), later ones numbers (`5`), and each compares the id in the answer by type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The limit of an id in bytes. Ids are kept in the socket's attachment, which is small.
    const MAX_BYTES: usize = 64;

    fn parse(token: Option<&str>, field: &str) -> Result<Self, FrameError> {
        let token = token.ok_or_else(|| FrameError(format!("the message has no `{field}`")))?;
        let is_id = token.starts_with('"') || token.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        if !is_id {
            return Err(FrameError(format!("`{field}` is neither a string nor a number")));
        }
        if token.len() > Self::MAX_BYTES {
            return Err(FrameError(format!("`{field}` is longer than {} bytes", Self::MAX_BYTES)));
        }
        Ok(Self(token.to_owned()))
    }

    /// Creates an id from its stored token.
    pub(crate) fn stored(token: String) -> Self {
        Self(token)
    }

    /// Returns the token.
    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }

    /// Returns whether the client is of the generation after 0.4.0 (Effect 4), whose exits look different.
    pub(crate) fn is_number(&self) -> bool {
        !self.0.starts_with('"')
    }

    /// Returns the id as text, in JSON. Where objects call each other it is text for either generation.
    pub(super) fn as_json_text(&self) -> Cow<'_, str> {
        if self.is_number() { format!("\"{}\"", self.0).into() } else { Cow::Borrowed(&self.0) }
    }

    /// Returns whether it equals this id, given as text.
    pub(crate) fn reads(&self, text: &str) -> bool {
        json::parse(&self.as_json_text(), Reader::text).is_ok_and(|own| own == text)
    }
}

/// A message's fields. Each kind of message has some of them.
struct Fields<'a> {
    kind: Cow<'a, str>,
    id: Option<&'a str>,
    request_id: Option<&'a str>,
    method: Option<Cow<'a, str>>,
    payload: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let (mut kind, mut id, mut request_id, mut method, mut payload) = (None, None, None, None, None);
        reader.object(&mut |reader, name| match name {
            "_tag" => set(&mut kind, name, reader.text()?),
            "id" => set(&mut id, name, reader.nullable(Reader::raw)?),
            "requestId" => set(&mut request_id, name, reader.nullable(Reader::raw)?),
            "tag" => set(&mut method, name, reader.nullable(Reader::text)?),
            "payload" => set(&mut payload, name, reader.nullable(Reader::raw)?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            kind: required(kind, "_tag")?,
            id: id.flatten(),
            request_id: request_id.flatten(),
            method: method.flatten(),
            payload: payload.flatten(),
        })
    }
}

impl<'a> Frame<'a> {
    /// Returns all messages of a text, each with its part of the text. The text is one message, or a list of
    /// them, which some clients put into another list.
    pub(crate) fn parse_all(text: &'a str) -> Result<Vec<(Self, &'a str)>, FrameError> {
        if !is_list(text) {
            return Ok(vec![(Self::parse(text)?, text)]);
        }
        let mut messages = list(text)?;
        if let [only] = *messages
            && is_list(only)
        {
            messages = list(only)?;
        }
        messages.into_iter().map(|message| Ok((Self::parse(message)?, message))).collect()
    }

    /// Returns the id of the request, or of the request that the message is about.
    pub(crate) fn id(&self) -> Option<&RequestId> {
        match self {
            Self::Request { id, .. } | Self::Ack { id } | Self::Interrupt { id } => Some(id),
            Self::Ping | Self::Eof => None,
        }
    }

    pub(crate) fn parse(text: &'a str) -> Result<Self, FrameError> {
        let fields = json::parse(text, Fields::read).map_err(|why| FrameError(why.to_string()))?;
        Ok(match &*fields.kind {
            "Request" => Self::Request {
                id: RequestId::parse(fields.id, "id")?,
                method: fields.method.ok_or_else(|| FrameError("the request has no `tag`".to_owned()))?,
                payload: fields.payload,
            },
            "Ack" => Self::Ack { id: RequestId::parse(fields.request_id, "requestId")? },
            "Interrupt" => Self::Interrupt { id: RequestId::parse(fields.request_id, "requestId")? },
            "Ping" => Self::Ping,
            "Eof" => Self::Eof,
            other => return Err(FrameError(format!("unknown message `{}`", other.escape_default()))),
        })
    }
}

/// Returns the messages of a list. Those of a list that is too long are not counted or kept.
fn list<'a>(text: &'a str) -> Result<Vec<&'a str>, FrameError> {
    let mut count = 0;
    let message = |reader: &mut Reader<'a>| {
        count += 1;
        if count > MAX_MESSAGES {
            return Err(JsonError::new(format!("a list has more than {MAX_MESSAGES} messages")));
        }
        reader.raw()
    };
    json::parse(text, |reader| reader.list(message)).map_err(|why| FrameError(why.to_string()))
}

fn is_list(json: &str) -> bool {
    json.trim_start().starts_with('[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_limit() {
        let list = |count| format!("[{}]", vec![r#"{"_tag":"Ping"}"#; count].join(","));
        assert_eq!(Frame::parse_all(&list(MAX_MESSAGES)).unwrap().len(), MAX_MESSAGES);
        for list in [list(MAX_MESSAGES + 1), format!("[{}]", list(MAX_MESSAGES + 1))] {
            let why = Frame::parse_all(&list).unwrap_err();
            assert_eq!(why.0, "a list has more than 1000 messages");
        }
    }

    #[test]
    fn messages_come_one_by_one_or_in_lists() {
        let (ping, ack) = (r#"{"_tag":"Ping"}"#, r#"{"_tag":"Ack","requestId":1}"#);
        let parts = |text: &'static str| -> Vec<_> {
            Frame::parse_all(text).unwrap().into_iter().map(|(_, part)| part).collect()
        };
        assert_eq!(parts(r#"{"_tag":"Ping"}"#), [ping]);
        let two = r#" [{"_tag":"Ping"}, {"_tag":"Ack","requestId":1}]"#;
        assert_eq!(parts(two), [ping, ack]);
        assert_eq!(parts(r#"[[{"_tag":"Ping"},{"_tag":"Ack","requestId":1}]]"#), [ping, ack]);
        assert_eq!(parts("[]"), [""; 0]);
        for broken in ["", "[", "[{]", r#"[{"_tag":"Ping"},5]"#, r#"[[{"_tag":"Ping"}],[{"_tag":"Ping"}]]"#] {
            assert!(Frame::parse_all(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn ids_are_texts_between_objects() {
        for (token, text, named) in
            [("5", r#""5""#, "5"), (r#""5""#, r#""5""#, "5"), (r#""a\u0062""#, r#""a\u0062""#, "ab")]
        {
            let id = RequestId::stored(token.to_owned());
            assert_eq!(id.as_json_text(), text);
            assert!(id.reads(named) && !id.reads("6"));
        }
    }

    #[test]
    fn ids_are_kept_verbatim() {
        for (frame, token) in [
            (r#"{"_tag":"Ack","requestId":"5"}"#, r#""5""#),
            (r#"{"_tag":"Ack","requestId":5}"#, "5"),
            (r#"{ "requestId" : "0x10" , "_tag" : "Ack" }"#, r#""0x10""#),
        ] {
            let Ok(Frame::Ack { id }) = Frame::parse(frame) else { panic!("{frame}") };
            assert_eq!(id.as_json(), token);
            assert_eq!(id.is_number(), !token.starts_with('"'));
        }
    }

    #[test]
    fn every_malformed_frame_says_why() {
        for (frame, why) in [
            ("", "it ends at byte 0"),
            ("{", "it ends at byte 1, where a string was expected"),
            ("nope", "expected an object at byte 0"),
            ("null", "expected an object"),
            ("5", "expected an object"),
            ("[]", "expected an object"),
            (r#"["Request","1","1","SyncWsRpc.Pull",{}]"#, "expected an object"),
            ("{}", "missing field `_tag`"),
            (r#"{"_tag":5}"#, "expected a string"),
            (r#"{"_tag":"Nope"}"#, "unknown message `Nope`"),
            (r#"{"_tag":"Request","tag":"x"}"#, "no `id`"),
            (r#"{"_tag":"Request","id":"1"}"#, "no `tag`"),
            (r#"{"_tag":"Request","id":{},"tag":"x"}"#, "neither a string nor a number"),
            (r#"{"_tag":"Request","id":null,"tag":"x"}"#, "no `id`"),
            (r#"{"_tag":"Ack"}"#, "no `requestId`"),
            (r#"{"_tag":"Interrupt","requestId":true}"#, "neither a string nor a number"),
            ("{\"_tag\":\"Ack\",\"requestId\":\"1\"}trailing", "expected the end at byte 30"),
        ] {
            let error = Frame::parse(frame).unwrap_err();
            assert!(error.0.contains(why), "{frame}: {error:?}");
        }
        let long = format!(r#"{{"_tag":"Ack","requestId":"{}"}}"#, "9".repeat(100));
        assert!(Frame::parse(&long).unwrap_err().0.contains("longer than 64 bytes"));
    }
}
