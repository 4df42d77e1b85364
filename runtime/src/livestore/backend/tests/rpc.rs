//! What was captured between the official client and the official backend, said to ours.

use std::collections::VecDeque;
use std::rc::Rc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use wasm_bindgen::{JsCast, JsValue};

use super::{Server, ready};
use crate::livestore::backend::{Hooks, SyncBackend, Transports};
use crate::livestore::wire::msgpack;
use crate::{Ctx, Env, Result, sys};

const CAPTURE: &str = include_str!("../../../../../tests/sync/frames/do-rpc.jsonl");

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Without what is different each time, and without what JSON does not have.
fn comparable(mut value: Json) -> Json {
    match &mut value {
        Json::Object(fields) => {
            fields.retain(|_, field| field != "__undefined__");
            for (key, field) in fields {
                let each_time = matches!(key.as_str(), "backendId" | "createdAt") && field.is_string();
                *field = if each_time { "…".into() } else { comparable(field.take()) };
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| *item = comparable(item.take())),
        _ => {}
    }
    value
}

/// The answer to a message, as its client reads it.
fn answer(server: &Server, message: Vec<u8>) -> Json {
    let answer = ready(server.object.rpc(message)).unwrap();
    serde_json::from_str(&msgpack::to_json(&answer).unwrap()).unwrap()
}

fn say(server: &Server, message: &Json) -> Json {
    answer(server, msgpack::from_json(&message.to_string()).unwrap())
}

#[test]
fn the_official_clients_session_is_answered_as_it_was() {
    let server = Server::untold();
    let records: Vec<Json> = CAPTURE.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut answers: VecDeque<Json> = VecDeque::new();
    let mut backend_id = String::new();
    for record in records {
        let decoded = &record["decoded"][0];
        match record["dir"].as_str().unwrap() {
            "do-rpc request" => {
                assert_eq!(answers, [] as [Json; 0], "all of an answer was compared");
                // The client sends back the id that it was told.
                let theirs = decoded.pointer("/0/payload/backendId/value");
                let theirs = theirs.or(decoded.pointer("/0/payload/cursor/value/backendId"));
                let message = record["hex"].as_str().unwrap();
                let message = msgpack::to_json(&bytes(message)).unwrap();
                let message =
                    theirs.map_or(message.clone(), |id| message.replace(id.as_str().unwrap(), &backend_id));
                let messages = answer(&server, msgpack::from_json(&message).unwrap());
                answers.extend(messages.as_array().unwrap().iter().cloned());
            }
            "do-rpc response" | "do-rpc stream chunk" => {
                let ours = answers.pop_front().unwrap();
                if let Some(id) = ours.pointer("/values/0/backendId") {
                    id.as_str().unwrap().clone_into(&mut backend_id);
                }
                let theirs = comparable(decoded[0].clone());
                match theirs["requestId"].as_str().unwrap() {
                    // The same push once more, which upstream takes for another one.
                    "5" => assert_eq!(ours["exit"], json!({ "_tag": "Success", "value": {} })),
                    // There its table had been dropped.
                    "9" => answers.clear(),
                    _ => assert_eq!(comparable(ours), theirs),
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_first_request_says_which_store_it_is() {
    let server = Server::untold();
    let pull = |store: &str| {
        let payload = json!({ "storeId": store, "cursor": { "_tag": "None" } });
        json!([{ "_tag": "Request", "id": "0", "tag": "SyncDoRpc.Pull", "payload": payload }])
    };
    assert_eq!(say(&server, &pull("s"))[1]["exit"]["_tag"], "Success");
    assert_eq!(say(&server, &pull("other"))[0]["exit"]["cause"]["_tag"], "Die");
    assert_eq!(say(&server, &pull("s"))[1]["exit"]["_tag"], "Success");
}

#[test]
fn requests_with_number_ids_get_the_forms_of_their_generation() {
    let server = Server::untold();
    let ask = |tag: &str, payload: Json| {
        let message =
            json!([{ "_tag": "Request", "id": 7, "tag": format!("SyncDoRpc.{tag}"), "payload": payload }]);
        say(&server, &message)
    };
    let done = json!([{ "_tag": "Exit", "requestId": 7, "exit": { "_tag": "Success", "value": null } }]);
    assert_eq!(ask("Ping", json!({ "storeId": "s", "payload": null })), done);
    // JSON has no `undefined`, so this generation's codec writes null.
    let pull = json!({ "storeId": "s", "payload": null, "cursor": { "_tag": "None" }, "rpcContext": null });
    let pulled = ask("Pull", pull);
    assert_eq!(pulled[0]["requestId"], 7);
    assert_eq!(pulled[0]["values"][0]["rpcRequestId"], "7");
    assert_eq!(pulled[1], done[0]);
    let from = json!({ "storeId": "s", "durableObjectId": "nobody", "requestId": "7" });
    assert_eq!(ask("Unsubscribe", from), done);
    let push = json!({ "storeId": "s", "batch": [], "backendId": { "_tag": "None" } });
    assert_eq!(ask("Push", push)[0]["exit"], json!({ "_tag": "Success", "value": {} }));
    for (tag, payload) in
        [("Nope", json!({})), ("Pull", json!({ "storeId": "other" })), ("Unsubscribe", json!({}))]
    {
        assert_eq!(ask(tag, payload)[0]["exit"]["cause"][0]["_tag"], "Die", "{tag}");
    }
}

#[test]
fn what_is_no_request_has_no_answer() {
    let server = Server::untold();
    for message in [json!([]), json!([[]]), json!([{ "_tag": "Ack", "requestId": "0" }, { "_tag": "Eof" }])] {
        assert_eq!(say(&server, &message), json!([]));
    }
    for bytes in [&[][..], &[0x90, 0], &[0xc1], &[0x91, 0x01], b"\xa5hello"] {
        let error = ready(server.object.rpc(bytes.to_vec())).unwrap_err();
        assert!(error.to_string().contains("the message is malformed"), "{error}");
    }
}

#[test]
fn an_answer_has_a_limit() {
    let mut server = Server::untold();
    ready(server.object.service.open("s")).unwrap().unwrap();
    let fill = r#"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 18)
        INSERT INTO eventlog_7_s SELECT i, i - 1, 'n', '"' || hex(zeroblob(900000)) || '"', 't', 'c', 's' FROM n"#;
    server.state.execute(&fill.into(), Vec::new(), false).unwrap();
    server.hibernate();
    let pull = |context: Json| {
        let payload = json!({ "storeId": "s", "cursor": { "_tag": "None" }, "rpcContext": context });
        json!([{ "_tag": "Request", "id": "0", "tag": "SyncDoRpc.Pull", "payload": payload }])
    };
    let end = |answer: Json| answer.as_array().unwrap().last().unwrap()["exit"].clone();
    let once = end(say(&server, &pull(Json::Null)));
    assert_eq!(once["cause"]["error"]["cause"]["name"], "OversizeAnswer");
    // A live pull gets the rest in calls.
    let live =
        say(&server, &pull(json!({ "callerContext": { "bindingName": "B", "durableObjectId": "id" } })));
    assert_eq!(live.as_array().unwrap().len(), 18, "17 of 18 events, and the exit");
    assert_eq!(end(live)["_tag"], "Success");
}

#[test]
fn where_it_is_not_enabled_every_call_is_refused() {
    struct WithoutObjects;

    impl Hooks for WithoutObjects {
        const TRANSPORTS: Transports = Transports { rpc: false, ..Transports::ALL };

        fn new(_env: &Env) -> Result<Self> {
            Ok(Self)
        }
    }

    let ctx = Ctx::new(Rc::new(sys::State::in_memory()));
    let object = SyncBackend::<WithoutObjects>::init(ctx, JsValue::UNDEFINED.unchecked_into()).unwrap();
    let error = ready(object.rpc(vec![0x90])).unwrap_err();
    assert_eq!(error.to_string(), "Do RPC transport is not enabled (based on `Hooks::TRANSPORTS`)");
}

proptest! {
    /// Whatever bytes are sent, the object answers or refuses, and serves the next one.
    #[test]
    fn damaged_messages_do_no_harm(which in 0_usize..10, at: prop::sample::Index, byte: u8, cut: bool) {
        let server = Server::untold();
        let records = CAPTURE.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
        let mut requests = records.filter(|record| record["dir"] == "do-rpc request");
        let mut message = bytes(requests.nth(which).unwrap()["hex"].as_str().unwrap());
        let at = at.index(message.len());
        message[at] = byte;
        if cut {
            message.truncate(at);
        }
        if let Ok(answer) = ready(server.object.rpc(message)) {
            msgpack::to_json(&answer).unwrap();
        }
        let ping = json!([{ "_tag": "Request", "id": "0", "tag": "SyncDoRpc.Ping", "payload": {} }]);
        prop_assert_eq!(&say(&server, &ping)[0]["exit"]["_tag"], "Success");
    }
}
