//! What a client can ask for.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::{Event, sequence_number};
use super::object::{self, Object};
use super::optional;

/// A request whose payload has been read.
#[derive(Debug)]
pub(crate) enum Request<'a> {
    Pull(PullRequest<'a>),
    Push(PushRequest<'a>),
}

/// Asks for the events after a cursor, and with `live` for all later ones as they come.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PullRequest<'a> {
    #[serde(borrow)]
    pub(crate) store_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
    /// Sockets always say it, the others never.
    pub(crate) live: Option<bool>,
    #[serde(deserialize_with = "optional::object")]
    pub(crate) cursor: Option<Cursor>,
}

/// The last event a client has, and the backend it had it from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    pub(crate) backend_id: String,
    #[serde(deserialize_with = "sequence_number")]
    pub(crate) event_sequence_number: i64,
}

/// Brings new events.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PushRequest<'a> {
    #[serde(borrow)]
    pub(crate) store_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "object::list")]
    pub(crate) batch: Vec<Event<'a>>,
    /// `None` for a client that has never pulled.
    #[serde(deserialize_with = "optional::deserialize")]
    pub(crate) backend_id: Option<String>,
}

impl<'a> Request<'a> {
    /// Reads the payload of a request, or says what is wrong with it. Each transport has a `service` of its
    /// own, whose methods have the same names.
    pub(crate) fn parse(service: &str, method: &str, payload: Option<&'a RawValue>) -> Result<Self, String> {
        let json = payload.map_or("null", RawValue::get);
        let parsed = match method.strip_prefix(service) {
            Some(".Pull") => serde_json::from_str(json).map(|Object(pull)| Self::Pull(pull)),
            Some(".Push") => serde_json::from_str(json).map(|Object(push)| Self::Push(push)),
            _ => return Err(format!("unknown request tag: {}", method.escape_default())),
        };
        parsed.map_err(|why| format!("the payload of {method} is invalid: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(method: &str, json: &'static str) -> Result<Request<'static>, String> {
        let payload: &RawValue = serde_json::from_str(json).unwrap();
        Request::parse("SyncWsRpc", method, Some(payload))
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
        assert_eq!(pull.payload.unwrap().get(), r#"{"a":1}"#);
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
            ("SyncWsRpc.Pull", r#"{"storeId":"s","live":true,"cursor":null}"#, "invalid type: null"),
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
                "unknown variant `Maybe`",
            ),
            (
                "SyncWsRpc.Push",
                r#"{"storeId":"s","batch":{},"backendId":{"_tag":"None"}}"#,
                "expected a sequence",
            ),
            ("SyncWsRpc.Push", r#"{"storeId":"s","batch":[]}"#, "missing field `backendId`"),
            ("SyncWsRpc.Push", "null", "invalid type: null"),
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
