//! The codec against frames captured between official clients and the official backend.

use serde_json::Value as Json;

use super::failure::Failure;
use super::json;
use super::{Event, Frame, PageInfo, Request, RequestId, chunk, failed, pull_done, push_done};

const CAPTURES: [&str; 2] = [
    include_str!("../../../../tests/sync/frames/ws-basic.jsonl"),
    include_str!("../../../../tests/sync/frames/ws-real-store.jsonl"),
];

/// The text frames that went one way.
fn frames(direction: &str) -> Vec<String> {
    let lines = CAPTURES.iter().flat_map(|capture| capture.lines());
    let records = lines.map(|line| serde_json::from_str::<Json>(line).unwrap());
    let wanted = records.filter(|record| record["dir"] == direction && record["kind"] == "ws-text");
    wanted.map(|record| record["data"].as_str().unwrap().to_owned()).collect()
}

fn id_of(frame: &Json) -> RequestId {
    let ack = format!(r#"{{"_tag":"Ack","requestId":{}}}"#, frame["requestId"]);
    let Ok(Frame::Ack { id }) = Frame::parse(&ack) else { panic!("{frame}") };
    id
}

#[test]
fn every_frame_of_official_clients_is_understood() {
    let mut kinds = [0; 5];
    for text in frames("c>s") {
        match Frame::parse(&text).unwrap() {
            Frame::Ping => kinds[0] += 1,
            Frame::Ack { .. } => kinds[1] += 1,
            Frame::Interrupt { .. } => kinds[2] += 1,
            Frame::Eof => panic!("official clients do not send it"),
            Frame::Request { method, payload, .. } => match Request::parse("SyncWsRpc", &method, payload) {
                Ok(Request::Pull(_)) => kinds[3] += 1,
                Ok(Request::Push(_)) => kinds[4] += 1,
                Err(why) => panic!("{text}: {why}"),
            },
        }
    }
    assert!(kinds.iter().all(|&count| count > 0), "the captures have every kind: {kinds:?}");
}

#[test]
fn every_frame_of_the_official_backend_is_what_we_would_send() {
    let mut compared = 0;
    for text in frames("s>c") {
        let frame: Json = serde_json::from_str(&text).unwrap();
        let ours = match frame["_tag"].as_str().unwrap() {
            "Pong" => continue,
            // The end of an interrupted pull, whose client has forgotten it: we do not answer at all.
            "Exit" if frame["exit"]["cause"]["_tag"] == "Sequential" => continue,
            "Chunk" => again_chunk(&frame, &text),
            "Exit" => again_exit(&frame),
            other => panic!("{other}"),
        };
        assert_eq!(ours, text);
        compared += 1;
    }
    assert_eq!(compared, 46, "all of them were looked at");
}

fn again_chunk(frame: &Json, text: &str) -> String {
    let response = &frame["values"][0];
    let mut items = String::new();
    // From the text itself: a parsed value would have lost the order of its keys.
    for item in text.split(r#"{"eventEncoded":"#).skip(1) {
        let (event, rest) = item.split_once(r#","metadata":"#).unwrap();
        let event: Event<'_> = json::parse(event, Event::read).unwrap();
        let created_at = rest.split_once(r#""createdAt":""#).unwrap().1.split('"').next().unwrap();
        if !items.is_empty() {
            items.push(',');
        }
        event.write_item(created_at, &mut items);
    }
    let info = match &response["pageInfo"]["remaining"] {
        Json::Null => PageInfo::NoMore,
        remaining => PageInfo::MoreKnown(remaining.as_u64().unwrap()),
    };
    chunk(&id_of(frame), &items.into(), info, response["backendId"].as_str().unwrap()).to_string()
}

fn again_exit(frame: &Json) -> String {
    let id = id_of(frame);
    let exit = &frame["exit"];
    if exit["_tag"] == "Success" {
        return if exit.get("value").is_some() { push_done(&id) } else { pull_done(&id) };
    }
    let error = &exit["cause"]["error"];
    let text = |field: &str| error[field].as_str().unwrap().to_owned();
    let number = |field: &str| error[field].as_i64().unwrap();
    let failure = match error["_tag"].as_str().unwrap() {
        "ServerAheadError" => {
            Failure::ServerAhead { head: number("minimumExpectedNum"), provided: number("providedNum") }
        }
        "BackendIdMismatchError" => {
            Failure::BackendIdMismatch { expected: text("expected"), received: text("received") }
        }
        other => panic!("{other}"),
    };
    failed(&id, &failure)
}
