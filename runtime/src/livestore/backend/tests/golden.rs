//! Whole conversations.

use serde_json::json;

use super::*;

#[test]
fn a_live_pull_hears_of_every_push_and_never_ends() {
    let server = Server::new();
    let client = server.connect();
    let first = server.send(&client, &pull(0, true));
    assert_eq!(first.len(), 1);
    assert_eq!(first[0]["values"][0]["pageInfo"], json!({"_tag": "NoMore"}));
    assert_eq!(numbers(&first[0]), Vec::<i64>::new());

    let answer = server.send(&client, &push(1, &[event(1, 0), event(2, 1)]));
    assert_eq!(answer.len(), 2, "the chunk first, then the acknowledgement");
    assert_eq!(numbers(&answer[0]), [1, 2]);
    assert_eq!(
        answer[1],
        json!({"_tag": "Exit", "requestId": "1", "exit": {"_tag": "Success", "value": {}}})
    );
    assert_eq!(server.send(&client, &ack(0)), Vec::<Json>::new());
}

#[test]
fn what_is_pulled_again_is_what_was_published() {
    let server = Server::new();
    let live = server.connect();
    server.send(&live, &pull(0, true));
    let odd = r#"{"name":"né\u0001w","args":{"n":1e21,"s":"\ud800 \u0000 é","d":1,"d":2},"seqNum":7,"parentSeqNum":0,"clientId":"\"c\\","sessionId":"s"}"#;
    let without = r#"{"name":"n","seqNum":8,"parentSeqNum":7,"clientId":"c","sessionId":"s"}"#;
    let null = r#"{"name":"n","args":null,"seqNum":9,"parentSeqNum":8,"clientId":"c","sessionId":"s"}"#;
    ready(
        server
            .object
            .message(live.socket.clone(), push(1, &[odd.into(), without.into(), null.into()]).into()),
    );
    let published = live.line.take_sent();
    let late = server.connect();
    ready(server.object.message(late.socket.clone(), pull(0, true).into()));
    let pulled = late.line.take_sent();
    assert_eq!(published[0], pulled[0]);
    assert!(pulled[0].contains(r#""args":{"n":1e21,"s":"\ud800 \u0000 é","d":1,"d":2}"#), "{}", pulled[0]);
    assert!(pulled[0].contains(r#""args":null"#));
    assert!(pulled[0].contains(r#"{"name":"n","seqNum":8"#), "no args stay no args");
}

#[test]
fn pages_wait_for_acknowledgements_even_through_hibernation() {
    let mut server = Server::new();
    let writer = server.connect();
    let events: Vec<_> = (1..=1_000).map(|number| event(number, number - 1)).collect();
    server.send(&writer, &push(0, &events));
    let reader = server.connect();
    let mut chunks = server.send(&reader, &pull(3, false));
    assert_eq!(chunks.len(), 4, "a window of pages");
    assert_eq!(chunks[0]["values"][0]["pageInfo"], json!({"_tag": "MoreKnown", "remaining": 900}));
    server.hibernate();
    for _ in 0..6 {
        let more = server.send(&reader, &ack(3));
        assert!(!more.is_empty());
        chunks.extend(more);
    }
    assert_eq!(chunks.pop().unwrap(), json!({"_tag": "Exit", "requestId": "3", "exit": {"_tag": "Success"}}));
    assert_eq!(chunks.last().unwrap()["values"][0]["pageInfo"], json!({"_tag": "NoMore"}));
    let all: Vec<_> = chunks.iter().flat_map(numbers).collect();
    assert_eq!(all, (1..=1_000).collect::<Vec<_>>());
    assert_eq!(server.send(&reader, &ack(3)), Vec::<Json>::new(), "the pull is over");
}

#[test]
fn a_backlog_is_never_overtaken_by_what_is_pushed_meanwhile() {
    let server = Server::new();
    let writer = server.connect();
    let events: Vec<_> = (1..=600).map(|number| event(number, number - 1)).collect();
    server.send(&writer, &push(0, &events));
    let reader = server.connect();
    let mut seen: Vec<_> = server.send(&reader, &pull(1, true)).iter().flat_map(numbers).collect();
    assert_eq!(seen.len(), 400);
    server.send(&writer, &push(1, &[event(601, 600)]));
    assert_eq!(reader.received(), Vec::<Json>::new());
    for _ in 0..3 {
        seen.extend(server.send(&reader, &ack(1)).iter().flat_map(numbers));
    }
    assert_eq!(seen, (1..=601).collect::<Vec<_>>());
}

#[test]
fn arguments_nested_deeper_than_sqlite_reads_json_are_stored_all_the_same() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &pull(0, true));
    let deep = format!("{}1{}", "[".repeat(1_500), "]".repeat(1_500));
    let nested = event(2, 1).replace(r#"{"id":"t2"}"#, &deep);
    ready(server.object.message(client.socket.clone(), push(1, &[event(1, 0), nested]).into()));
    let published = client.line.take_sent();
    assert!(published[0].contains(&deep));
    assert!(published[1].contains("Success"));
    let again = server.connect();
    ready(server.object.message(again.socket.clone(), pull(0, true).into()));
    assert_eq!(again.line.take_sent()[0], published[0]);
}

#[test]
fn a_batch_that_cannot_be_stored_changes_nothing_and_keeps_our_statements_to_ourselves() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &pull(0, true));
    let forbid = "CREATE TRIGGER no BEFORE INSERT ON eventlog_7_s WHEN new.seqNum = 2 BEGIN SELECT RAISE(ABORT, 'full'); END";
    server.state.execute(&forbid.into(), Vec::new(), false).unwrap();
    let answer = server.send(&client, &push(1, &[event(1, 0), event(2, 1)]));
    let error = &answer[0]["exit"]["cause"]["error"];
    assert_eq!(error["_tag"], "UnknownError", "{answer:?}");
    assert_eq!(error["cause"], json!({"name": "SqlError", "message": "full"}));
    // The head has not moved, and the log is as it was.
    let answer = server.send(&client, &push(2, &[event(1, 0)]));
    assert_eq!(numbers(&answer[0]), [1]);
    assert_eq!(answer[1]["exit"]["_tag"], "Success");
}

#[test]
fn a_pull_from_beyond_the_head_gets_nothing_it_says_it_has() {
    let server = Server::new();
    let writer = server.connect();
    let page = server.send(&writer, &pull(0, true));
    let backend_id = page[0]["values"][0]["backendId"].as_str().unwrap();
    let ahead =
        format!(r#"{{"_tag":"Some","value":{{"backendId":"{backend_id}","eventSequenceNumber":2}}}}"#);
    let reader = server.connect();
    server.send(&reader, &pull(0, true).replace(r#"{"_tag":"None"}"#, &ahead));
    server.send(&writer, &push(1, &[event(1, 0), event(2, 1), event(3, 2)]));
    assert_eq!(reader.received().iter().flat_map(numbers).collect::<Vec<_>>(), [3]);
    server.send(&writer, &push(2, &[event(4, 3)]));
    assert_eq!(reader.received().iter().flat_map(numbers).collect::<Vec<_>>(), [4]);
}

#[test]
fn pushes_above_one_bound_text_are_stored_whole() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &pull(0, true));
    let args = format!(r#"{{"text":"{}"}}"#, "x".repeat(700_000));
    let large = |number: i64| event(number, number - 1).replace(&format!(r#"{{"id":"t{number}"}}"#), &args);
    let answer = server.send(&client, &push(1, &(1..=5).map(large).collect::<Vec<_>>()));
    assert_eq!(answer.len(), 6, "each event travels alone, then the acknowledgement");
    assert_eq!(answer[5]["exit"]["_tag"], "Success");
    let again = server.connect();
    let pulled = server.send(&again, &pull(0, true));
    assert_eq!(pulled.iter().flat_map(numbers).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(
        pulled[0]["values"][0]["batch"][0]["eventEncoded"]["args"]["text"].as_str().unwrap().len(),
        700_000
    );
}

#[test]
fn a_log_that_ran_ahead_of_its_recorded_head_heals() {
    let mut server = Server::new();
    let client = server.connect();
    server.send(&client, &push(0, &[event(1, 0), event(2, 1)]));
    server.state.execute(&"UPDATE context_7 SET currentHead = 1".into(), Vec::new(), false).unwrap();
    server.hibernate();
    let answer = server.send(&client, &push(1, &[event(3, 2)]));
    assert_eq!(answer[0]["exit"]["_tag"], "Success", "{answer:?}");
}

#[test]
fn stores_do_not_mix() {
    let server = Server::new();
    let client = server.connect();
    assert_eq!(ready(server.object.service.open("other")).unwrap(), Err("this object keeps another store"));
    let answer = server.send(&client, &pull(0, true).replace(r#""storeId":"s""#, r#""storeId":"other""#));
    assert_eq!(answer[0]["exit"]["cause"]["_tag"], "Die");
}

#[test]
fn a_client_that_forgot_to_pull_again_is_made_to() {
    let server = Server::new();
    let first = server.connect();
    let page = server.send(&first, &pull(0, true));
    let backend_id = page[0]["values"][0]["backendId"].as_str().unwrap();
    server.send(&first, &push(1, &[event(1, 0)]));
    let known = format!(r#""backendId":{{"_tag":"Some","value":"{backend_id}"}}"#);
    let stale = push(2, &[event(1, 0)]).replace(r#""backendId":{"_tag":"None"}"#, &known);

    let silent = server.connect();
    assert_eq!(server.send(&silent, &stale), Vec::<Json>::new());
    assert_eq!(silent.line.close_code(), Some(1012));
    let orphan = server.connect();
    server.send(&orphan, &ack(0));
    assert_eq!(orphan.line.close_code(), Some(1012));
    // A stale push over a socket that has pulled gets the answer that clients act on.
    let other = stale.replace("t1", "t2");
    let answer = server.send(&first, &other);
    assert_eq!(answer[0]["exit"]["cause"]["error"]["_tag"], "ServerAheadError");
    assert_eq!(first.line.close_code(), None);
}

#[test]
fn a_push_whose_answer_was_lost_may_be_repeated() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &pull(0, true));
    let batch = [event(1, 0), event(5, 1), event(6, 5)];
    server.send(&client, &push(1, &batch));
    server.send(&client, &push(2, &[event(7, 6)]));
    let tag = |batch: &[String]| {
        let answer = server.send(&client, &push(3, batch));
        assert_eq!(answer.len(), 1, "nothing is published twice");
        let exit = &answer[0]["exit"];
        exit["cause"]["error"]["_tag"].as_str().or(exit["_tag"].as_str()).unwrap().to_owned()
    };
    assert_eq!(tag(&batch), "Success");
    assert_eq!(tag(&batch[..2]), "Success");
    assert_eq!(tag(&[event(7, 6)]), "Success");
    let differently = |from, to| [batch[0].clone(), batch[1].replace(from, to), batch[2].clone()];
    for (from, to) in [
        ("t5", "x"),
        ("v1.TodoCreated", "v1.TodoDeleted"),
        (r#""args":{"id":"t5"},"#, ""),
        (r#""clientId":"c""#, r#""clientId":"d""#),
        (r#""sessionId":"s""#, r#""sessionId":"t""#),
        (r#""parentSeqNum":1"#, r#""parentSeqNum":2"#),
        (r#""seqNum":5"#, r#""seqNum":4"#),
    ] {
        let changed = differently(from, to);
        assert_ne!(changed, batch);
        assert_eq!(tag(&changed), "ServerAheadError", "{to}");
    }
    assert_eq!(tag(&[batch[0].clone(), batch[2].clone()]), "ServerAheadError", "one is left out");
    assert_eq!(tag(&[event(6, 5), event(7, 6), event(8, 7)]), "ServerAheadError", "one is new");
}

#[test]
fn a_client_with_number_ids_gets_the_forms_of_its_generation() {
    let server = Server::new();
    let client = server.connect();
    let later = |frame: String| {
        let id = frame.split(r#""id":""#).nth(1).unwrap().split('"').next().unwrap();
        frame.replacen(&format!(r#""id":"{id}""#), &format!(r#""id":{id}"#), 1)
    };
    let said = |frame: &str| {
        ready(server.object.message(client.socket.clone(), frame.into()));
        client.line.take_sent()
    };
    let pulled = said(&later(pull(0, false)));
    assert!(pulled[0].starts_with(r#"{"_tag":"Chunk","requestId":0,"values":[{"batch":[]"#), "{pulled:?}");
    assert_eq!(pulled[1], r#"{"_tag":"Exit","requestId":0,"exit":{"_tag":"Success","value":null}}"#);
    let pushed = said(&later(push(1, &[event(1, 0)])));
    assert_eq!(pushed, [r#"{"_tag":"Exit","requestId":1,"exit":{"_tag":"Success","value":{}}}"#]);
    let stale = said(&later(push(2, &[event(9, 8)])));
    assert_eq!(
        stale,
        [
            r#"{"_tag":"Exit","requestId":2,"exit":{"_tag":"Failure","cause":[{"_tag":"Fail","error":{"minimumExpectedNum":1,"providedNum":8,"_tag":"ServerAheadError"}}]}}"#
        ]
    );
    // A live pull is told apart from the older client's with the same id, also when its position is stored.
    said(&later(pull(3, true)));
    said(&pull(3, true));
    let live = said(&later(push(4, &[event(2, 1)])));
    let id =
        |frame: &str| frame.split(r#""requestId":"#).nth(1).unwrap().split(',').next().unwrap().to_owned();
    let mut ids: Vec<_> = live.iter().map(|frame| id(frame)).collect();
    // Which of its pulls hears first is not promised.
    ids.sort();
    assert_eq!(ids, [r#""3""#, "3", "4"]);
    assert_eq!(said(r#"{"_tag":"Interrupt","requestId":3}"#), [""; 0]);
    assert_eq!(said(&later(push(5, &[event(3, 2)]))).len(), 2, "only the other one is left");
}

#[test]
fn a_list_of_messages_is_handled_in_order_or_not_at_all() {
    let server = Server::new();
    let client = server.connect();
    let list = [push(1, &[event(1, 0)]), push(2, &[event(2, 1)]), pull(3, false)].join(",");
    let answers = server.send(&client, &format!("[{list}]"));
    let ids: Vec<_> = answers.iter().map(|answer| answer["requestId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3", "3"]);
    assert_eq!(numbers(&answers[2]), [1, 2]);
    let broken = server.send(&client, &format!("[{},5]", push(4, &[event(3, 2)])));
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0]["_tag"], "Defect");
    assert_eq!(server.send(&client, "[]"), Vec::<Json>::new());
    let answer = server.send(&client, &push(5, &[event(3, 2)]));
    assert_eq!(answer[0]["exit"]["_tag"], "Success", "nothing of the broken list was stored");
}
