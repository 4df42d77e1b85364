//! The differences between durable objects, where a message is msgpack and the backend calls the object of a
//! live pull.

use super::json::{self, Reader, required, set};
use super::reply::chunk_with;
use super::{PageInfo, RequestId};
use crate::value::Text;

/// The object of a live pull. The backend calls it with every later chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The binding under which the backend's worker finds the object's class.
    pub(crate) binding_name: String,
    /// The object's id, as 64 hexadecimal digits.
    pub(crate) durable_object_id: String,
}

impl Caller {
    /// Reads the object from the context of its pull.
    fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut binding_name, mut durable_object_id) = (None, None);
        member(reader, "callerContext", |reader| {
            reader.object(&mut |reader, name| match name {
                "bindingName" => set(&mut binding_name, name, reader.text()?.into_owned()),
                "durableObjectId" => set(&mut durable_object_id, name, reader.text()?.into_owned()),
                _ => reader.skip(),
            })
        })
        .and_then(|context| required(context, "callerContext"))?;
        Ok(Self {
            binding_name: required(binding_name, "bindingName")?,
            durable_object_id: required(durable_object_id, "durableObjectId")?,
        })
    }
}

/// Reads the only member of an object that matters.
fn member<'a, T>(
    reader: &mut Reader<'a>,
    wanted: &str,
    mut read: impl FnMut(&mut Reader<'a>) -> json::Result<T>,
) -> json::Result<Option<T>> {
    let mut value = None;
    reader.object(&mut |reader, name| {
        if name == wanted { set(&mut value, name, read(reader)?) } else { reader.skip() }
    })?;
    Ok(value)
}

/// Returns the object of a pull with this payload, if the pull is to stay live.
pub(crate) fn caller(payload: Option<&str>) -> Result<Option<Caller>, String> {
    let context =
        |reader: &mut Reader<'_>| member(reader, "rpcContext", |reader| reader.nullable(Caller::read));
    json::parse(payload.unwrap_or("{}"), context)
        .map(Option::flatten)
        .map_err(|why| format!("the payload of the pull is invalid: {why}"))
}

/// A message of an object that wants no more chunks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsubscription {
    pub(crate) store_id: String,
    pub(crate) durable_object_id: String,
    /// The pull with which it listened. A later pull of the same object continues.
    pub(crate) request_id: String,
}

impl Unsubscription {
    pub(crate) fn parse(payload: Option<&str>) -> Result<Self, String> {
        json::parse(payload.unwrap_or("{}"), Self::read)
            .map_err(|why| format!("the payload is invalid: {why}"))
    }

    fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut store_id, mut durable_object_id, mut request_id) = (None, None, None);
        reader.object(&mut |reader, name| match name {
            "storeId" => set(&mut store_id, name, reader.text()?.into_owned()),
            "durableObjectId" => set(&mut durable_object_id, name, reader.text()?.into_owned()),
            "requestId" => set(&mut request_id, name, reader.text()?.into_owned()),
            _ => reader.skip(),
        })?;
        Ok(Self {
            store_id: required(store_id, "storeId")?,
            durable_object_id: required(durable_object_id, "durableObjectId")?,
            request_id: required(request_id, "requestId")?,
        })
    }
}

/// Returns a chunk of a pull's answer, which names the request twice.
pub(crate) fn answer_chunk(id: &RequestId, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    let again = format!(r#""rpcRequestId":{},"#, id.as_json_text());
    chunk_with(id.as_json(), &again, items, page, backend_id)
}

/// Returns a chunk with which an object is called.
pub(crate) fn call_chunk(id: &RequestId, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    chunk_with(&id.as_json_text(), "", items, page, backend_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_pull_says_who_it_is_for() {
        let live =
            r#"{"storeId":"s","rpcContext":{"callerContext":{"bindingName":"B","durableObjectId":"id"}}}"#;
        let expected = Caller { binding_name: "B".into(), durable_object_id: "id".into() };
        assert_eq!(caller(Some(live)), Ok(Some(expected)));
        assert_eq!(caller(Some(r#"{"storeId":"s"}"#)), Ok(None));
        for broken in
            [r#"{"rpcContext":{}}"#, r#"{"rpcContext":{"callerContext":{"bindingName":"B"}}}"#, "[]"]
        {
            assert!(caller(Some(broken)).unwrap_err().contains("invalid"));
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
            Unsubscription::parse(Some(json)).unwrap();
        assert_eq!([&*store_id, &*durable_object_id, &*request_id], ["s", "id", "5"]);
        for broken in ["[]", "{}", r#"{"storeId":"s","durableObjectId":"id"}"#] {
            assert!(Unsubscription::parse(Some(broken)).unwrap_err().contains("invalid"));
        }
    }
}
