//! Against the messages of the official client and backend, and against our own backend's reader.

mod property;

use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::answer::{Answer, AnswerError, Exit, Message};
use super::page::{CallbackError, More, callback, callback_json};
use super::request::{self, MAX_BATCH_BYTES, Store, batch_length};
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::seq::Seq;
use crate::livestore::wire::msgpack::{self, MsgpackError};
use crate::livestore::wire::{
    Caller, Cursor, Frame, PageInfo, Request, RequestId, Unsubscription, call_chunk, caller,
};

const VECTORS: &str = include_str!("../../../../../../tests/sync/vectors/do-rpc.json");
/// The size of the pieces in which workerd hands a stream over, in bytes.
const PIECE: usize = 4_096;

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// A call of the official client and the official backend's answer.
struct Vector {
    name: String,
    request: Vec<u8>,
    answer: Vec<u8>,
    decoded: Json,
}

fn vectors() -> Vec<Vector> {
    let file: serde_json::Map<String, Json> = serde_json::from_str(VECTORS).unwrap();
    let vectors = file.into_iter().filter(|(_, vector)| vector["req"].is_string());
    let vectors = vectors.map(|(name, vector)| {
        let answer = match &vector["stream"] {
            Json::Array(pieces) => pieces.iter().map(|piece| piece.as_str().unwrap()).collect(),
            _ => vector["res"].as_str().unwrap().to_owned(),
        };
        Vector {
            name,
            request: bytes(vector["req"].as_str().unwrap()),
            answer: bytes(&answer),
            decoded: vector["decoded"].clone(),
        }
    });
    vectors.collect()
}

/// Reads an answer that comes in these pieces.
fn read<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<Vec<Message>, AnswerError> {
    let mut answer = Answer::default();
    let mut messages = Vec::new();
    for piece in pieces {
        answer.push(piece);
        while let Some(message) = answer.next_message()? {
            messages.push(message);
        }
    }
    answer.finish()?;
    Ok(messages)
}

/// Returns a message in the form of the vectors, as far as a client reads it.
fn shown(message: &Message) -> Json {
    match message {
        Message::Page(page) => {
            let event = |event: &LogEvent| {
                let mut json = String::new();
                event.to_global().write_json(&mut json);
                serde_json::from_str::<Json>(&json).unwrap()
            };
            let more = match page.more {
                More::Nothing => json!({ "_tag": "NoMore" }),
                More::Known(remaining) => json!({ "_tag": "MoreKnown", "remaining": remaining }),
                More::Unknown => json!({ "_tag": "MoreUnknown" }),
            };
            let events: Vec<_> = page.events.iter().map(event).collect();
            json!({ "backendId": page.backend_id, "pageInfo": more, "batch": events })
        }
        Message::Exit(Exit::Success) => json!("success"),
        Message::Exit(Exit::ServerAhead { minimum_expected, provided }) => json!({
            "_tag": "ServerAheadError", "minimumExpectedNum": minimum_expected, "providedNum": provided
        }),
        Message::Exit(Exit::BackendIdMismatch { expected, received }) => {
            json!({ "_tag": "BackendIdMismatchError", "expected": expected, "received": received })
        }
        Message::Exit(Exit::Unknown { name, message }) => json!([name, message]),
    }
}

/// Returns the same of what msgpackr decoded.
fn expected(decoded: &Json) -> Vec<Json> {
    let messages = decoded.as_array().unwrap().iter().flat_map(|list| list.as_array().unwrap());
    let shown = messages.map(|message| {
        if message["_tag"] == "Exit" {
            let failed = message["exit"]["_tag"] == "Failure";
            return if failed { message["exit"]["cause"]["error"].clone() } else { json!("success") };
        }
        let page = &message["values"][0];
        let events: Vec<_> =
            page["batch"].as_array().unwrap().iter().map(|item| &item["eventEncoded"]).collect();
        json!({ "backendId": page["backendId"], "pageInfo": page["pageInfo"], "batch": events })
    });
    shown.collect()
}

#[test]
fn the_official_backends_answers_are_read_however_they_are_cut() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 18);
    for Vector { name, answer, decoded, .. } in vectors {
        for size in [1, 2, 3, 7, PIECE, usize::MAX] {
            let read = read(answer.chunks(size));
            if name.starts_with("plain msgpack maps") {
                // The official backend does not take maps for objects, and says nothing.
                assert!(matches!(read, Err(AnswerError::Incomplete)), "{name}");
            } else {
                let read: Vec<_> = read.unwrap().iter().map(shown).collect();
                assert_eq!(read, expected(&decoded), "{name} in pieces of {size}");
            }
        }
        let mut whole = Answer::of(answer);
        let mut count = 0;
        while whole.next_message().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, expected(&decoded).len());
    }
}

#[test]
fn the_official_backends_pages_say_what_follows() {
    let file: Json = serde_json::from_str(VECTORS).unwrap();
    let summary = file["paging of 257 events (summary)"].as_array().unwrap();
    let pages = summary.iter().filter(|message| message[0] == "Chunk");
    let pages = pages.map(|page| {
        let info = &page[2];
        let json =
            format!(r#"{{"_tag":"Chunk","values":[{{"batch":[],"pageInfo":{info},"backendId":"b"}}]}}"#);
        callback_json(&json).unwrap().pages[0].more
    });
    assert_eq!(pages.collect::<Vec<_>>(), [More::Known(156), More::Known(56), More::Nothing]);
}

/// Reads a call as our backend does: the id, the method and the payload.
fn call(bytes: &[u8]) -> (String, String, String) {
    let json = msgpack::to_json(bytes).unwrap();
    let frames = Frame::parse_all(&json).unwrap();
    let [(Frame::Request { id, method, payload }, _)] = &*frames else { panic!("{json}") };
    (id.as_json().trim_matches('"').to_owned(), method.to_string(), payload.unwrap().to_owned())
}

/// Writes a call again from what the backend's reader finds in it.
fn again(bytes: &[u8]) -> Vec<u8> {
    let (id, method, payload) = call(bytes);
    let number = id.parse().unwrap();
    if method == "SyncDoRpc.Ping" {
        let payload: Json = serde_json::from_str(&payload).unwrap();
        return request::ping(number, store(payload["storeId"].as_str().unwrap())).unwrap();
    }
    match Request::parse("SyncDoRpc", &method, Some(&payload)).unwrap() {
        Request::Pull(pull) => {
            let caller = caller(Some(&payload)).unwrap();
            request::pull(number, store(&pull.store_id), pull.cursor.as_ref(), caller.as_ref())
        }
        Request::Push(push) => {
            let events: Vec<_> = push.batch.into_iter().map(LogEvent::from_global).collect();
            request::push(number, store(&push.store_id), &events, push.backend_id.as_deref())
        }
    }
    .unwrap()
}

fn store(id: &str) -> Store<'_> {
    Store { id, mark: 0, payload: None }
}

#[test]
fn the_official_clients_calls_are_those_that_we_write() {
    for Vector { name, request, .. } in vectors() {
        let again = again(&request);
        let json = |bytes: &[u8]| {
            let (id, method, payload) = call(bytes);
            (id, method, serde_json::from_str::<Json>(&payload).unwrap())
        };
        assert_eq!(json(&again), json(&request), "{name}");
        if !name.starts_with("plain msgpack maps") {
            // msgpackr writes the same bytes for the same value.
            assert_eq!(msgpack::from_json(&msgpack::to_json(&request).unwrap()).unwrap(), request, "{name}");
        }
        assert!(again.starts_with(&bytes("91d47240")), "{name}: a list with a record");
    }
}

#[test]
fn an_unsubscription_names_the_object_and_its_pull() {
    let payload = r#"{"token":"t"}"#;
    let bytes =
        request::unsubscribe(8, Store { id: "s", mark: 0, payload: Some(payload) }, "object", 7).unwrap();
    let (id, method, payload) = call(&bytes);
    assert_eq!((&*id, &*method), ("8", "SyncDoRpc.Unsubscribe"));
    let expected =
        Unsubscription { store_id: "s".into(), durable_object_id: "object".into(), request_id: "7".into() };
    assert_eq!(Unsubscription::parse(Some(&payload)), Ok(expected));
    assert!(payload.ends_with(r#""payload":{"token":"t"}}"#));
}

#[test]
fn a_call_whose_payload_is_not_json_says_so() {
    let error = request::ping(0, Store { id: "s", mark: 0, payload: Some("{") }).unwrap_err();
    assert!(error.to_string().contains("pass JSON as the payload"));
}

fn event(number: i64, args: &str) -> LogEvent {
    LogEvent {
        seq: Seq::synced(number),
        parent: Seq::synced(number - 1),
        is_client_only: false,
        content: Rc::new(Content {
            name: "v1.TodoCreated".into(),
            args: Some(args.into()),
            client_id: "c".into(),
            session_id: "s".into(),
        }),
    }
}

#[test]
fn a_batch_has_as_many_events_as_fit() {
    let small: Vec<_> = (1..=150).map(|number| event(number, "{}")).collect();
    assert_eq!((batch_length(&small), batch_length(&small[..7]), batch_length(&[])), (100, 7, 0));
    let large = format!("\"{}\"", "x".repeat(MAX_BATCH_BYTES / 3));
    let large: Vec<_> = (1..=5).map(|number| event(number, &large)).collect();
    assert_eq!(batch_length(&large), 2);
    let huge = format!("\"{}\"", "x".repeat(MAX_BATCH_BYTES));
    assert_eq!(batch_length(&[event(1, &huge), event(2, "{}")]), 1, "the backend refuses it");
}

/// Returns the exit of an answer whose failure has this cause.
fn exit(cause: &str) -> Exit {
    let json = format!(r#"[{{"_tag":"Exit","requestId":"0","exit":{{"_tag":"Failure","cause":{cause}}}}}]"#);
    let bytes = msgpack::from_json(&json).unwrap();
    match read([&*bytes]).unwrap().pop() {
        Some(Message::Exit(exit)) => exit,
        other => panic!("{cause}: {other:?}"),
    }
}

#[test]
fn every_failure_is_an_exit() {
    let unknown = |name: &str, message: &str| Exit::Unknown { name: name.into(), message: message.into() };
    let ahead =
        r#"{"_tag":"Fail","error":{"_tag":"ServerAheadError","minimumExpectedNum":4,"providedNum":2}}"#;
    let is_ahead = Exit::ServerAhead { minimum_expected: 4, provided: 2 };
    let interrupt = r#"{"_tag":"Interrupt","fiberId":{"_tag":"None"}}"#;
    for (cause, expected) in [
        (ahead.to_owned(), is_ahead.clone()),
        (format!("[{ahead}]"), is_ahead.clone()),
        (format!(r#"{{"_tag":"Sequential","left":{interrupt},"right":{ahead}}}"#), is_ahead.clone()),
        (format!("[{interrupt},{ahead}]"), is_ahead),
        (interrupt.to_owned(), unknown("Interrupt", interrupt)),
        (r#"{"_tag":"Die","defect":"boom"}"#.to_owned(), unknown("Die", "boom")),
        (
            r#"{"_tag":"Die","defect":{"name":"TypeError","message":"x is not y"}}"#.to_owned(),
            unknown("TypeError", "x is not y"),
        ),
        (
            r#"{"_tag":"Fail","error":{"cause":{"name":"SqlError","message":"full"},"_tag":"UnknownError"}}"#
                .to_owned(),
            unknown("SqlError", "full"),
        ),
        (
            r#"{"_tag":"Fail","error":{"_tag":"UnknownError","cause":"no","note":"n"}}"#.to_owned(),
            unknown("UnknownError", "no"),
        ),
        (
            r#"{"_tag":"Fail","error":{"_tag":"ServerAheadError","minimumExpectedNum":"4"}}"#.to_owned(),
            unknown("ServerAheadError", r#"{"_tag":"ServerAheadError","minimumExpectedNum":"4"}"#),
        ),
        (r#"{"_tag":"Fail"}"#.to_owned(), unknown("UnknownError", r#"{"_tag":"Fail"}"#)),
        ("null".to_owned(), unknown("UnknownError", "null")),
        (r#"{"_tag":"Empty"}"#.to_owned(), unknown("UnknownError", r#"{"_tag":"Empty"}"#)),
    ] {
        assert_eq!(exit(&cause), expected, "{cause}");
    }
    let deep = format!("{}null{}", "[".repeat(5_000), "]".repeat(5_000));
    let Exit::Unknown { message, .. } = exit(&deep) else { panic!("deep causes are unknown") };
    assert_eq!(message.len(), 1_000);
}

#[test]
fn a_defect_ends_a_request() {
    let bytes =
        msgpack::from_json(r#"[{"_tag":"Defect","defect":{"name":"E","message":"m"}},{"_tag":"Later"}]"#);
    let messages = read([&*bytes.unwrap()]).unwrap();
    assert_eq!(messages, [Message::Exit(Exit::Unknown { name: "E".into(), message: "m".into() })]);
}

#[test]
fn an_answer_in_one_list_is_read_member_by_member() {
    let page = |number: i64| {
        let json = format!(
            r#"{{"_tag":"Chunk","requestId":"0","values":[{{"batch":[{{"eventEncoded":{{"name":"n","args":{{"k{number}":{number}}},"seqNum":{number},"parentSeqNum":0,"clientId":"c","sessionId":"s"}}}}],"pageInfo":{{"_tag":"MoreUnknown"}},"backendId":"b"}}]}}"#
        );
        json
    };
    // One value, whose later members use the records of the first.
    let json = format!(
        r#"[{},{{"_tag":"Exit","requestId":"0","exit":{{"_tag":"Success"}}}}]"#,
        (1..=200).map(page).collect::<Vec<_>>().join(",")
    );
    let bytes = msgpack::from_json(&json).unwrap();
    for size in [1, 100, PIECE] {
        let messages = read(bytes.chunks(size)).unwrap();
        assert_eq!(messages.len(), 201);
        for (message, number) in messages.iter().zip(1..=200) {
            let Message::Page(page) = message else { panic!("{message:?}") };
            assert_eq!(page.events[0].seq, Seq::synced(number));
            let args = format!(r#"{{"k{number}":{number}}}"#);
            assert_eq!((page.events[0].content.args.as_deref(), page.more), (Some(&*args), More::Unknown));
        }
    }
}

#[test]
fn an_answer_has_limits() {
    let fails = |bytes: &[u8]| match read(bytes.chunks(PIECE)) {
        Err(AnswerError::Msgpack(why)) => why,
        other => panic!("{other:?}"),
    };
    // A text of 16 MiB is refused before it comes.
    assert_eq!(fails(&bytes("91db01000000")), MsgpackError::Oversize);
    assert_eq!(fails(&bytes("91c6ffffffff")), MsgpackError::Oversize);
    let mut small = bytes("91dd00ffffff");
    small.extend(vec![0; 9 * 1024 * 1024]);
    assert_eq!(fails(&small), MsgpackError::Oversize);
    assert_eq!(fails(&vec![0x91; 20_000]), MsgpackError::TooDeep);
    // Each of 64 records keeps many keys.
    let mut keys = vec![0xdc, 0xff, 0xff];
    for id in 0x40..0x80 {
        keys.extend([0xd4, b'r', id, 0x92, 0xa4]);
        keys.extend(b"_tag\xdb\x00\x10\x00\x00");
        keys.extend(vec![b'k'; 0x10_0000]);
        keys.extend(b"\xa1x\x00");
    }
    assert_eq!(fails(&keys), MsgpackError::Oversize);
    assert!(matches!(read([]), Err(AnswerError::Incomplete)));
    let message = |json: &str| read([&*msgpack::from_json(json).unwrap()]);
    assert!(matches!(message("[1]"), Err(AnswerError::Form(_))));
    assert!(matches!(message(r#"[{"_tag":"Chunk"}]"#), Err(AnswerError::Form(_))));
}

#[test]
fn calls_of_both_generations_of_backends_are_read() {
    let mut items = String::new();
    event(5, r#"{"n":1}"#).to_global().write_item("2026-11-20T14:35:21.701Z", &mut items);
    let id = RequestId::stored("\"3\"".to_owned());
    let json = call_chunk(&id, &items.into(), PageInfo::NoMore, "b").to_string();
    let call = callback_json(&json).unwrap();
    assert_eq!(call.pull.unwrap().to_string(), "3");
    let pages = &call.pages;
    assert_eq!((&*pages[0].backend_id, pages[0].more), ("b", More::Nothing));
    assert_eq!(pages[0].events, [event(5, r#"{"n":1}"#)]);
    assert_eq!(callback(&msgpack::from_json(&json).unwrap()).unwrap(), call);

    for json in ["null", "{}", "[]", r#"{"_tag":"Chunk"}"#, r#"{"_tag":"Exit","values":[]}"#] {
        assert!(matches!(callback_json(json), Err(CallbackError::Chunk(_))), "{json}");
    }
    let error = callback(&[0xc1]).unwrap_err();
    assert_eq!(error.to_string(), "the backend called with bytes that are not msgpack; pull instead");
}
