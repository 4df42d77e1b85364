//! The answers of the backend.

use super::event::push_json_string;
use super::{Failure, RequestId};
use crate::value::Text;

/// The information in a page of a pull about the pages after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageInfo {
    NoMore,
    /// This many events are still to come.
    MoreKnown(u64),
}

/// Returns a chunk of a pull. `items` holds the batch's items, already JSON and separated by commas. They may
/// still live on the JavaScript side and are not copied.
pub(crate) fn chunk(id: &RequestId, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    chunk_with(id.as_json(), "", items, page, backend_id)
}

/// Returns such a chunk for an id that is JSON already, with further fields, written as JSON with a comma
/// after each.
pub(super) fn chunk_with(id: &str, fields: &str, items: &Text, page: PageInfo, backend_id: &str) -> Text {
    let mut head = String::with_capacity(96);
    push_head(&mut head, id, fields);
    let mut tail = String::with_capacity(96);
    push_tail(&mut tail, page, backend_id);
    Text::from(head).concat(items).concat(&Text::from(tail))
}

/// Returns a chunk with the events that were just stored. No more events follow it.
pub(crate) fn live_chunk(id: &RequestId, items: &str, backend_id: &str) -> String {
    let mut chunk = String::with_capacity(items.len() + 192);
    push_head(&mut chunk, id.as_json(), "");
    chunk.push_str(items);
    push_tail(&mut chunk, PageInfo::NoMore, backend_id);
    chunk
}

/// Writes the text before the items.
fn push_head(out: &mut String, id: &str, fields: &str) {
    for part in [r#"{"_tag":"Chunk","requestId":"#, id, r#","values":[{"#, fields, r#""batch":["#] {
        out.push_str(part);
    }
}

/// Writes the text behind the items.
fn push_tail(out: &mut String, page: PageInfo, backend_id: &str) {
    out.push_str(r#"],"pageInfo":"#);
    match page {
        PageInfo::NoMore => out.push_str(r#"{"_tag":"NoMore"}"#),
        PageInfo::MoreKnown(remaining) => {
            out.push_str(r#"{"_tag":"MoreKnown","remaining":"#);
            out.push_str(&remaining.to_string());
            out.push('}');
        }
    }
    out.push_str(r#","backendId":"#);
    push_json_string(out, backend_id);
    out.push_str("}]}");
}

/// Returns the end of a request without a result, such as a pull that has given all requested events.
pub(crate) fn pull_done(id: &RequestId) -> String {
    success(id, if id.is_number() { r#","value":null"# } else { "" })
}

/// Returns the answer to a push that was stored.
pub(crate) fn push_done(id: &RequestId) -> String {
    success(id, r#","value":{}"#)
}

/// Returns the answer to a ping.
pub(crate) fn ping_done(id: &RequestId) -> String {
    success(id, r#","value":{"_tag":"SyncMessage.Pong"}"#)
}

/// Returns the answer to a ping of an object: a result for clients of 0.4.0, none for later ones.
pub(crate) fn object_ping_done(id: &RequestId) -> String {
    if id.is_number() { pull_done(id) } else { ping_done(id) }
}

fn success(id: &RequestId, value: &str) -> String {
    format!(r#"{{"_tag":"Exit","requestId":{},"exit":{{"_tag":"Success"{value}}}}}"#, id.as_json())
}

/// Returns the answer to a request that failed.
pub(crate) fn failed(id: &RequestId, failure: &Failure) -> String {
    let mut out = String::with_capacity(160);
    out.push_str(r#"{"_tag":"Exit","requestId":"#);
    out.push_str(id.as_json());
    out.push_str(r#","exit":{"_tag":"Failure","cause":"#);
    failure.write_cause(id.is_number(), &mut out);
    out.push_str("}}");
    out
}

/// Returns the answer to a text that is not a message, so that it names no request.
pub(crate) fn defect(name: &str, message: &str) -> String {
    let mut out = String::from(r#"{"_tag":"Defect","defect":{"name":"#);
    push_json_string(&mut out, name);
    out.push_str(r#","message":"#);
    push_json_string(&mut out, message);
    out.push_str("}}");
    out
}

#[cfg(test)]
mod tests {
    use super::super::Frame;
    use super::*;

    fn id(token: &str) -> RequestId {
        let frame = format!(r#"{{"_tag":"Ack","requestId":{token}}}"#);
        let Ok(Frame::Ack { id }) = Frame::parse(&frame) else { panic!("{token}") };
        id
    }

    #[test]
    fn chunks_and_exits_are_the_captured_ones() {
        let id = id("\"5\"");
        assert_eq!(
            chunk(&id, &"".into(), PageInfo::NoMore, "HolmKhoEpvnjKxlgymRty").to_string(),
            r#"{"_tag":"Chunk","requestId":"5","values":[{"batch":[],"pageInfo":{"_tag":"NoMore"},"backendId":"HolmKhoEpvnjKxlgymRty"}]}"#
        );
        assert_eq!(live_chunk(&id, "1,2", "b"), chunk(&id, &"1,2".into(), PageInfo::NoMore, "b").to_string());
        assert!(
            chunk(&id, &"1,2".into(), PageInfo::MoreKnown(500), "b")
                .to_string()
                .contains(r#"[1,2],"pageInfo":{"_tag":"MoreKnown","remaining":500}"#)
        );
        assert_eq!(push_done(&id), r#"{"_tag":"Exit","requestId":"5","exit":{"_tag":"Success","value":{}}}"#);
        assert_eq!(pull_done(&id), r#"{"_tag":"Exit","requestId":"5","exit":{"_tag":"Success"}}"#);
        assert_eq!(
            ping_done(&id),
            r#"{"_tag":"Exit","requestId":"5","exit":{"_tag":"Success","value":{"_tag":"SyncMessage.Pong"}}}"#
        );
        assert_eq!(
            failed(&id, &Failure::ServerAhead { head: 4, provided: 2 }),
            r#"{"_tag":"Exit","requestId":"5","exit":{"_tag":"Failure","cause":{"_tag":"Fail","error":{"minimumExpectedNum":4,"providedNum":2,"_tag":"ServerAheadError"}}}}"#
        );
        let mismatch = Failure::BackendIdMismatch { expected: "M9".into(), received: "wrong".into() };
        assert!(
            failed(&id, &mismatch)
                .contains(r#"{"expected":"M9","received":"wrong","_tag":"BackendIdMismatchError"}"#)
        );
    }

    #[test]
    fn clients_with_number_ids_get_the_later_form() {
        let id = id("5");
        assert_eq!(pull_done(&id), r#"{"_tag":"Exit","requestId":5,"exit":{"_tag":"Success","value":null}}"#);
        assert_eq!(
            failed(&id, &Failure::Die("no".into())),
            r#"{"_tag":"Exit","requestId":5,"exit":{"_tag":"Failure","cause":[{"_tag":"Die","defect":"no"}]}}"#
        );
    }
}
