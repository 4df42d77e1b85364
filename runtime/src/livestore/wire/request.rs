//! The requests of a client.

use std::borrow::Cow;

use super::event::{Event, sequence_number};
use super::json::{self, Reader, required, set};

/// A request whose payload has been read.
#[derive(Debug)]
pub(crate) enum Request<'a> {
    Pull(PullRequest<'a>),
    Push(PushRequest<'a>),
}

/// A request for the events after a cursor, and with `live` for all later ones as they come.
#[derive(Debug)]
pub(crate) struct PullRequest<'a> {
    pub(crate) store_id: Cow<'a, str>,
    /// The payload, as JSON.
    pub(crate) payload: Option<&'a str>,
    /// Whether the pull is live. Clients on sockets always send this field, and others never do.
    pub(crate) live: Option<bool>,
    pub(crate) cursor: Option<Cursor>,
}

/// The last event that a client has, and the backend from which it came.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) backend_id: String,
    pub(crate) event_sequence_number: i64,
}

/// A request that brings new events.
#[derive(Debug)]
pub(crate) struct PushRequest<'a> {
    pub(crate) store_id: Cow<'a, str>,
    /// The payload, as JSON.
    pub(crate) payload: Option<&'a str>,
    pub(crate) batch: Vec<Event<'a>>,
    /// `None` for a client that has never pulled.
    pub(crate) backend_id: Option<String>,
}

impl<'a> Request<'a> {
    /// Reads the payload of a request, or returns its mistake. Each transport has a `service` of its own,
    /// whose methods have the same names.
    pub(crate) fn parse(service: &str, method: &str, payload: Option<&'a str>) -> Result<Self, String> {
        let json = payload.unwrap_or("null");
        let parsed = match method.strip_prefix(service) {
            Some(".Pull") => json::parse(json, PullRequest::read).map(Self::Pull),
            Some(".Push") => json::parse(json, PushRequest::read).map(Self::Push),
            _ => return Err(format!("unknown request tag: {}", method.escape_default())),
        };
        parsed.map_err(|why| format!("the payload of {method} is invalid: {why}"))
    }
}

impl<'a> PullRequest<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let (mut store_id, mut payload, mut live, mut cursor) = (None, None, None, None);
        reader.object(&mut |reader, name| match name {
            "storeId" => set(&mut store_id, name, reader.text()?),
            "payload" => set(&mut payload, name, reader.nullable(Reader::raw)?),
            "live" => set(&mut live, name, reader.nullable(Reader::boolean)?),
            "cursor" => set(&mut cursor, name, reader.option(Cursor::read)?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            store_id: required(store_id, "storeId")?,
            payload: payload.flatten(),
            live: live.flatten(),
            cursor: required(cursor, "cursor")?,
        })
    }
}

impl Cursor {
    fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut backend_id, mut number) = (None, None);
        reader.object(&mut |reader, name| match name {
            "backendId" => set(&mut backend_id, name, reader.text()?.into_owned()),
            "eventSequenceNumber" => set(&mut number, name, sequence_number(reader)?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            backend_id: required(backend_id, "backendId")?,
            event_sequence_number: required(number, "eventSequenceNumber")?,
        })
    }
}

impl<'a> PushRequest<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let (mut store_id, mut payload, mut batch, mut backend_id) = (None, None, None, None);
        reader.object(&mut |reader, name| match name {
            "storeId" => set(&mut store_id, name, reader.text()?),
            "payload" => set(&mut payload, name, reader.nullable(Reader::raw)?),
            "batch" => set(&mut batch, name, reader.list(Event::read)?),
            "backendId" => {
                set(&mut backend_id, name, reader.option(|reader| Ok(reader.text()?.into_owned()))?)
            }
            _ => reader.skip(),
        })?;
        Ok(Self {
            store_id: required(store_id, "storeId")?,
            payload: payload.flatten(),
            batch: required(batch, "batch")?,
            backend_id: required(backend_id, "backendId")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(method: &str, json: &'static str) -> Result<Request<'static>, String> {
        Request::parse("SyncWsRpc", method, Some(json))
    }

    #[test]
    fn pulls() {
        let pull = r#"{"storeId":"s","live":true,"cursor":{"_tag":"None"}}"#;
        let Ok(Request::Pull(pull)) = parse("SyncWsRpc.Pull", pull) else { panic!() };
        assert!(pull.live == Some(true) && pull.cursor.is_none() && pull.payload.is_none());
        let once = r#"{"storeId":"s","cursor":{"_tag":"None"}}"#;
        assert!(matches!(parse("SyncWsRpc.Pull", once), Ok(Request::Pull(pull)) if pull.live.is_none()));

        let from = r#"{"storeId":"s","payload":{"a":1},"live":false,"cursor":{"_tag":"Some","value":{"backendId":"b","eventSequenceNumber":-4}}}"#;
        let Ok(Request::Pull(pull)) = parse("SyncWsRpc.Pull", from) else { panic!() };
        assert_eq!(pull.payload.unwrap(), r#"{"a":1}"#);
        let cursor = pull.cursor.unwrap();
        assert_eq!((cursor.backend_id.as_str(), cursor.event_sequence_number), ("b", -4));
    }

    #[test]
    fn invalid_payloads_are_explained() {
        for (method, json, why) in [
            ("SyncWsRpc.Ping", "{}", "unknown request tag: SyncWsRpc.Ping"),
            ("SyncHttpRpc.Pull", "{}", "unknown request tag: SyncHttpRpc.Pull"),
            ("SyncWsRpcPull", "{}", "unknown request tag: SyncWsRpcPull"),
            ("SyncWsRpc.Pull", r#"{"live":true,"cursor":{"_tag":"None"}}"#, "missing field `storeId`"),
            ("SyncWsRpc.Pull", r#"{"storeId":"s","live":true,"cursor":null}"#, "not null"),
            ("SyncWsRpc.Pull", r#"{"storeId":"s","live":true}"#, "missing field `cursor`"),
            ("SyncWsRpc.Pull", r#"{"storeId":"s","live":1,"cursor":{"_tag":"None"}}"#, "expected a boolean"),
            (
                "SyncWsRpc.Pull",
                r#"{"storeId":"s","live":true,"cursor":{"_tag":"Some"}}"#,
                "missing field `value`",
            ),
            (
                "SyncWsRpc.Pull",
                r#"{"storeId":"s","live":true,"cursor":{"_tag":"Maybe"}}"#,
                "`_tag` is `Maybe`",
            ),
            (
                "SyncWsRpc.Push",
                r#"{"storeId":"s","batch":{},"backendId":{"_tag":"None"}}"#,
                "expected an array at byte 23, not an object",
            ),
            ("SyncWsRpc.Push", r#"{"storeId":"s","batch":[]}"#, "missing field `backendId`"),
            ("SyncWsRpc.Push", "null", "not null"),
            ("SyncWsRpc.Push", "[]", "expected an object"),
            (
                "SyncWsRpc.Push",
                r#"{"storeId":"s","batch":[["n",{},1,0,"c","s"]],"backendId":{"_tag":"None"}}"#,
                "expected an object",
            ),
            ("SyncWsRpc.Pull", r#"{"storeId":"s","live":true,"cursor":["None",null]}"#, "expected an object"),
            (
                "SyncWsRpc.Pull",
                r#"{"storeId":"s","live":true,"cursor":{"_tag":{"None":null}}}"#,
                "expected a string",
            ),
            (
                "SyncWsRpc.Pull",
                r#"{"storeId":"s","live":true,"cursor":{"_tag":"Some","value":["b",1]}}"#,
                "expected an object",
            ),
        ] {
            let error = parse(method, json).unwrap_err();
            assert!(error.contains(why), "{json}: {error}");
        }
    }
}
