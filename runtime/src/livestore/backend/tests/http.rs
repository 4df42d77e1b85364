//! Conversations of one message each.

use serde_json::json;

use super::super::headers::ForwardedHeaders;
use super::super::transport::http::answer;
use super::*;

impl Server {
    /// Posts a message and gives what the whole body says.
    fn post(&self, body: &str) -> Json {
        let service = &self.object.service;
        let mut answer = ready(answer(service, body, &ForwardedHeaders::default())).unwrap();
        let mut text = String::new();
        loop {
            let (piece, more) = ready(answer.next(service));
            text.push_str(&piece.to_string());
            if !more {
                break;
            }
        }
        parse(&text)
    }
}

fn over_http(frame: &str) -> String {
    frame.replace("SyncWsRpc", "SyncHttpRpc")
}

#[test]
fn all_pages_of_a_pull_are_one_array() {
    let server = Server::new();
    let done = |id| json!({"_tag": "Exit", "requestId": id, "exit": {"_tag": "Success"}});
    let empty = server.post(&over_http(&pull(4, false)));
    assert_eq!(empty.as_array().unwrap().len(), 2);
    assert_eq!(numbers(&empty[0]), Vec::<i64>::new());
    assert_eq!(empty[0]["values"][0]["pageInfo"], json!({"_tag": "NoMore"}));
    assert_eq!(empty[1], done("4"));

    let events: Vec<_> = (1..=250).map(|number| event(number, number - 1)).collect();
    let pushed = server.post(&over_http(&push(5, &events)));
    assert_eq!(pushed, json!([{"_tag": "Exit", "requestId": "5", "exit": {"_tag": "Success", "value": {}}}]));
    let pages = server.post(&over_http(&pull(6, false)));
    let pages = pages.as_array().unwrap();
    assert_eq!(pages.len(), 4);
    assert_eq!(pages[1]["values"][0]["pageInfo"], json!({"_tag": "MoreKnown", "remaining": 50}));
    let all: Vec<_> = pages[..3].iter().flat_map(numbers).collect();
    assert_eq!(all, (1..=250).collect::<Vec<_>>());
    assert_eq!(pages[3], done("6"));
}

#[test]
fn a_pull_ends_when_its_store_is_replaced() {
    let server = Server::new();
    let events: Vec<_> = (1..=250).map(|number| event(number, number - 1)).collect();
    server.post(&over_http(&push(5, &events)));
    let service = &server.object.service;
    let request = over_http(&pull(6, false));
    let mut pages = ready(answer(service, &request, &ForwardedHeaders::default())).unwrap();
    let (first, more) = ready(pages.next(service));
    assert!(more);
    let store = service.store();
    let log = store.log().unwrap();
    ready(store.contents(&log).remove()).unwrap();
    log.close();
    ready(store.reopen("s")).unwrap();
    server.post(&over_http(&push(7, &events)));
    let (last, more) = ready(pages.next(service));
    assert!(!more);
    let body = parse(&format!("{first}{last}"));
    assert_eq!(numbers(&body[0]).len(), 100);
    let error = &body[1]["exit"]["cause"]["error"];
    assert_eq!(
        error["_tag"], "BackendIdMismatchError",
        "not a page of the new one, and its client starts over"
    );
}

#[test]
fn sockets_hear_of_what_comes_over_http() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &pull(0, true));
    server.post(&over_http(&push(1, &[event(1, 0)])));
    let heard = client.received();
    assert_eq!(heard.len(), 1);
    assert_eq!(numbers(&heard[0]), [1]);
    // The answer was lost on the way: the push is made again, and nobody hears of it twice.
    let again = server.post(&over_http(&push(1, &[event(1, 0)])));
    assert_eq!(again[0]["exit"]["_tag"], "Success");
    assert_eq!(client.received(), Vec::<Json>::new());
}

#[test]
fn a_refused_push_has_a_reason() {
    let server = Server::new();
    server.post(&over_http(&push(1, &[event(1, 0), event(2, 1)])));
    let behind = server.post(&over_http(&push(2, &[event(3, 1)])));
    assert_eq!(
        behind[0]["exit"]["cause"]["error"],
        json!({"_tag": "ServerAheadError", "minimumExpectedNum": 2, "providedNum": 1})
    );
    let other = over_http(&push(3, &[event(3, 2)])).replace(r#""storeId":"s""#, r#""storeId":"t""#);
    assert_eq!(server.post(&other)[0]["exit"]["cause"]["_tag"], "Die");
}

#[test]
fn every_message_is_answered_with_an_array() {
    let server = Server::new();
    let ping = r#"{"_tag":"Request","id":"0","tag":"SyncHttpRpc.Ping","payload":{"storeId":"s"}}"#;
    let pong = json!([{"_tag": "Exit", "requestId": "0", "exit": {"_tag": "Success", "value": {"_tag": "SyncMessage.Pong"}}}]);
    assert_eq!(server.post(ping), pong);
    assert_eq!(server.post(r#"{"_tag":"Ping"}"#), json!([{"_tag": "Pong"}]));
    assert_eq!(server.post(&ack(1)), json!([]));
    assert_eq!(server.post("[]"), json!([]));
    for malformed in ["", "{oops", "null", "[null]", r#"{"_tag":"Nope"}"#] {
        assert_eq!(server.post(malformed)[0]["_tag"], "Defect", "{malformed}");
    }
    assert_eq!(server.post(&pull(1, false))[0]["exit"]["cause"]["_tag"], "Die", "a socket's request");
}

#[test]
fn a_list_of_messages_is_answered_in_order() {
    let server = Server::new();
    let events: Vec<_> = (1..=150).map(|number| event(number, number - 1)).collect();
    let list = [push(1, &events), pull(2, false), r#"{"_tag":"Ping"}"#.to_owned(), pull(3, false)];
    let answers = server.post(&over_http(&format!("[{}]", list.join(","))));
    let answers: Vec<_> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["_tag"].as_str().unwrap(), answer["requestId"].as_str().unwrap_or_default()))
        .collect();
    let expected = [
        ("Exit", "1"),
        ("Chunk", "2"),
        ("Chunk", "2"),
        ("Exit", "2"),
        ("Pong", ""),
        ("Chunk", "3"),
        ("Chunk", "3"),
        ("Exit", "3"),
    ];
    assert_eq!(answers, expected);
}
