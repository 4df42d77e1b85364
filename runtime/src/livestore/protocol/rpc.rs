//! What is different between durable objects, where a message is msgpack and a live pull is a call back.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::Object;
use super::reply::chunk_with;
use super::{PageInfo, RequestId};
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

/// Who a pull with this payload is for, if it is to stay live.
pub(crate) fn caller(payload: Option<&RawValue>) -> Result<Option<Caller>, String> {
    let parsed = serde_json::from_str::<Object<Live>>(payload.map_or("{}", RawValue::get));
    let Object(live) = parsed.map_err(|why| format!("the payload of the pull is invalid: {why}"))?;
    Ok(live.rpc_context.map(|Object(Context { caller_context: Object(caller) })| caller))
}

/// An object wants to hear no more.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unsubscription {
    pub(crate) store_id: String,
    pub(crate) durable_object_id: String,
    /// The pull it listened with; a later one of the same object goes on.
    pub(crate) request_id: String,
}

impl Unsubscription {
    pub(crate) fn parse(payload: Option<&RawValue>) -> Result<Self, String> {
        let parsed = serde_json::from_str::<Object<Self>>(payload.map_or("{}", RawValue::get));
        parsed.map(|Object(it)| it).map_err(|why| format!("the payload is invalid: {why}"))
    }
}

/// A chunk of a pull's answer, which names the request twice.
pub(crate) fn answer_chunk(id: &RequestId, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    let again = format!(r#""rpcRequestId":{},"#, id.as_json_text());
    chunk_with(id.as_json(), &again, items, page, backend_id)
}

/// A chunk that an object is called with.
pub(crate) fn call_chunk(id: &RequestId, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    chunk_with(&id.as_json_text(), "", items, page, backend_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
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

    #[test]
    fn objects_know_their_pulls_by_text() {
        for (token, answered) in [("5", "5"), (r#""5""#, r#""5""#)] {
            let id = RequestId::stored(token.to_owned());
            let answer = answer_chunk(&id, &"".into(), PageInfo::NoMore, "b").to_string();
            let start = format!(
                r#"{{"_tag":"Chunk","requestId":{answered},"values":[{{"rpcRequestId":"5","batch":[]"#
            );
            assert!(answer.starts_with(&start), "{answer}");
            let call = call_chunk(&id, &"".into(), PageInfo::NoMore, "b").to_string();
            assert!(call.starts_with(r#"{"_tag":"Chunk","requestId":"5","values":[{"batch":[]"#), "{call}");
        }
    }

    #[test]
    fn an_unsubscription_says_which_pull() {
        let json = r#"{"storeId":"s","payload":null,"durableObjectId":"id","requestId":"5"}"#;
        let Unsubscription { store_id, durable_object_id, request_id } =
            Unsubscription::parse(Some(&payload(json))).unwrap();
        assert_eq!([&*store_id, &*durable_object_id, &*request_id], ["s", "id", "5"]);
        for broken in ["[]", "{}", r#"{"storeId":"s","durableObjectId":"id"}"#] {
            assert!(Unsubscription::parse(Some(&payload(broken))).unwrap_err().contains("invalid"));
        }
    }
}
