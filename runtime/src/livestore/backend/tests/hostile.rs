//! Clients that send anything at all: whatever it is, the others are served as if it had not been sent.

use proptest::prelude::*;

use super::*;

/// Well-formed messages, to be broken.
fn templates() -> Vec<String> {
    vec![
        pull(1, true),
        pull(1, false),
        push(2, &[event(1, 0), event(2, 1)]),
        push(2, &[]),
        ack(1),
        interrupt(1),
        r#"{"_tag":"Ping"}"#.to_owned(),
        r#"{"_tag":"Eof"}"#.to_owned(),
    ]
}

/// Pieces that mean something where they should not.
const PIECES: [&str; 14] = [
    "null",
    "{}",
    "[]",
    "\"",
    ",",
    "}",
    "-1",
    "1e999",
    "9007199254740993",
    "\\u0000",
    "\\ud800",
    "'; DROP TABLE context_7; --",
    "\"_tag\":\"None\"",
    "é🎉",
];

fn frame() -> impl Strategy<Value = String> {
    let broken = (0..templates().len(), 0_usize..400, 0_usize..40, 0..PIECES.len()).prop_map(
        |(template, at, length, piece)| {
            let characters: Vec<char> = templates()[template].chars().collect();
            let at = at.min(characters.len());
            let end = (at + length).min(characters.len());
            let (before, after) = (&characters[..at], &characters[end..]);
            before.iter().chain(&PIECES[piece].chars().collect::<Vec<_>>()).chain(after).collect()
        },
    );
    prop_oneof![8 => broken, 1 => any::<String>(), 1 => "[\\[{\"]{1,200}"]
}

#[test]
fn events_that_nest_deeply_are_recognised_as_others_are() {
    let server = Server::new();
    let client = server.connect();
    for (events, answer) in deep_pushes() {
        let got = server.send(&client, &push(1, &events));
        assert_eq!(got[0]["exit"]["_tag"], answer, "{events:?}");
    }
    assert_eq!(client.line.close_code(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn one_client_cannot_harm_another(frames in prop::collection::vec(frame(), 1..8)) {
        let server = Server::new();
        let bystander = server.connect();
        let mut seen: Vec<i64> = server.send(&bystander, &pull(0, true)).iter().flat_map(numbers).collect();
        let hostile = server.connect();
        for frame in &frames {
            for answer in server.send(&hostile, frame) {
                let tag = answer["_tag"].as_str().unwrap_or_default();
                prop_assert!(["Chunk", "Exit", "Defect", "Pong"].contains(&tag), "{}", answer);
            }
        }
        seen.extend(bystander.received().iter().flat_map(numbers));

        // Some of them may have been fair pushes; whatever was stored, everybody sees, and the log goes on.
        let head = seen.last().copied().unwrap_or_default();
        let answer = server.send(&bystander, &push(9, &[event(head + 1, head)]));
        prop_assert_eq!(&answer.last().unwrap()["exit"]["_tag"], "Success");
        seen.extend(answer[..answer.len() - 1].iter().flat_map(numbers));
        let late = server.connect();
        let log: Vec<i64> = server.send(&late, &pull(0, true)).iter().flat_map(numbers).collect();
        prop_assert_eq!(seen, log);
    }
}
