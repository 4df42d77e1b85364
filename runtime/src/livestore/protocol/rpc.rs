//! What is different between durable objects, where a message is msgpack and a live pull is a call back.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::Object;
use super::reply::chunk_with;
use super::{FrameError, PageInfo, RequestId};
use crate::Text;

/// The object that a live pull is for: it is called with every later chunk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Caller {
    /// Under which the backend's worker finds the object's class.
    pub(crate) binding_name: String,
    /// The object's id, as 64 hexadecimal digits.
    pub(crate) durable_object_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Live {
    rpc_context: Option<Object<Context>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    caller_context: Object<Caller>,
}

/// The messages that came together: a list of them, which some clients put into another one.
pub(crate) fn messages(json: &str) -> Result<Vec<&RawValue>, FrameError> {
    let list = |json| serde_json::from_str::<Vec<&RawValue>>(json).map_err(|why| FrameError(why.to_string()));
    match list(json)?.as_slice() {
        [only] if only.get().starts_with('[') => list(only.get()),
        messages => Ok(messages.to_vec()),
    }
}

/// Who a pull with this payload is for, if it is to stay live.
pub(crate) fn caller(payload: Option<&RawValue>) -> Result<Option<Caller>, String> {
    let parsed = serde_json::from_str::<Object<Live>>(payload.map_or("{}", RawValue::get));
    let Object(live) = parsed.map_err(|why| format!("the payload of the pull is invalid: {why}"))?;
    Ok(live.rpc_context.map(|Object(Context { caller_context: Object(caller) })| caller))
}

/// A chunk of a pull's answer, which names the request twice.
pub(crate) fn answer_chunk(id: &RequestId, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    chunk_with(id, &format!(r#""rpcRequestId":{},"#, id.as_json()), items, page, backend_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn messages_come_in_one_list_or_two() {
        for json in [r#"[{"a":1}]"#, r#"[[{"a":1}]]"#] {
            let messages: Vec<_> = messages(json).unwrap().iter().map(|message| message.get()).collect();
            assert_eq!(messages, [r#"{"a":1}"#]);
        }
        assert_eq!(messages("[1,2]").unwrap().len(), 2);
        assert_eq!(messages("[]").unwrap().len(), 0);
        assert!(messages("{}").is_err());
    }

    #[test]
    fn a_live_pull_says_who_it_is_for() {
        let live =
            r#"{"storeId":"s","rpcContext":{"callerContext":{"bindingName":"B","durableObjectId":"id"}}}"#;
        let expected = Caller { binding_name: "B".into(), durable_object_id: "id".into() };
        assert_eq!(caller(Some(&payload(live))), Ok(Some(expected)));
        assert_eq!(caller(Some(&payload(r#"{"storeId":"s"}"#))), Ok(None));
        for broken in
            [r#"{"rpcContext":{}}"#, r#"{"rpcContext":{"callerContext":{"bindingName":"B"}}}"#, "[]"]
        {
            assert!(caller(Some(&payload(broken))).unwrap_err().contains("invalid"));
        }
    }
}
