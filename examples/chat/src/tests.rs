//! These run inside workerd, against real objects and sockets.

use durable_object::test::{WebSocket, env, hibernate, upgrade};
use durable_object::{Class, Response};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::{Method, Request};

use crate::{Limiter, Room};

async fn ask(request: Request) -> Response {
    crate::route(request, &env()).await.unwrap()
}

/// A user in a room.
struct Guest(WebSocket);

impl Guest {
    async fn enter(room: &str, user: &str) -> Self {
        Self::enter_from(room, room, user).await
    }

    /// Tests run one after the other, so each has an address of its own.
    async fn enter_from(address: &str, room: &str, user: &str) -> Self {
        let mut request = upgrade(&format!("/rooms/{room}?user={user}")).unwrap();
        request.headers_mut().unwrap().set("cf-connecting-ip", address).unwrap();
        let answer = ask(request).await;
        Self(WebSocket::accept(answer).await.unwrap())
    }

    fn send(&self, message: &Value) {
        self.0.send_json(message).unwrap();
    }

    /// The next event of that type.
    async fn next(&mut self, kind: &str) -> Value {
        loop {
            let event: Value = self.0.json().await.unwrap();
            if event["type"] == kind {
                return event;
            }
        }
    }
}

#[wasm_bindgen_test]
async fn what_one_says_all_hear() {
    let mut ann = Guest::enter("all", "ann").await;
    assert_eq!(ann.next("history").await["lines"], json!([]));
    let mut ben = Guest::enter("all", "ben").await;
    ann.send(&json!({ "type": "say", "text": "hello 👋" }));
    for guest in [&mut ann, &mut ben] {
        let line = &guest.next("said").await["line"];
        assert_eq!(
            (&line["user"], &line["text"], &line["id"]),
            (&json!("ann"), &json!("hello 👋"), &json!(1))
        );
    }
}

#[wasm_bindgen_test]
async fn who_comes_later_sees_what_was_said() {
    let mut ann = Guest::enter("later", "ann").await;
    for text in ["one", "two"] {
        ann.send(&json!({ "type": "say", "text": text }));
        ann.next("said").await;
    }
    let history = Guest::enter("later", "ben").await.next("history").await;
    let texts: Vec<&Value> = history["lines"].as_array().unwrap().iter().map(|line| &line["text"]).collect();
    assert_eq!(texts, ["one", "two"]);
    let lines = Room::named(&env(), "later").unwrap().latest(1).await.unwrap();
    assert_eq!(lines[0].text, "two", "for those outside as well");
}

/// Returns each user in `present`, and whether the user is typing.
fn users(present: &Value) -> Vec<(&str, bool)> {
    let users = present["users"].as_array().unwrap().iter();
    users.map(|user| (user["user"].as_str().unwrap(), user["typing"].as_bool().unwrap())).collect()
}

#[wasm_bindgen_test]
async fn rooms_know_who_is_there() {
    let mut ann = Guest::enter("presence", "ann").await;
    assert_eq!(users(&ann.next("present").await), [("ann", false)]);
    let ben = Guest::enter("presence", "ben").await;
    assert_eq!(users(&ann.next("present").await), [("ann", false), ("ben", false)]);
    let second = Guest::enter("presence", "ben").await;
    assert_eq!(users(&ann.next("present").await).len(), 2, "in two windows");
    drop(second);
    assert_eq!(users(&ann.next("present").await).len(), 2, "in one window");
    drop(ben);
    assert_eq!(users(&ann.next("present").await), [("ann", false)]);
}

#[wasm_bindgen_test]
async fn a_room_that_was_out_of_memory_knows_everybody() {
    let (mut ann, mut ben) = (Guest::enter("asleep", "ann").await, Guest::enter("asleep", "ben").await);
    ann.send(&json!({ "type": "say", "text": "good night" }));
    ben.next("said").await;
    ben.send(&json!({ "type": "typing", "typing": true }));
    while users(&ann.next("present").await) != [("ann", false), ("ben", true)] {}
    let room = Room::named(&env(), "asleep").unwrap();
    assert!(hibernate(&room).await.unwrap());
    let there = room.present().await.unwrap();
    let is_typing: Vec<_> = there.iter().map(|one| (one.user.as_str(), one.typing)).collect();
    assert_eq!(is_typing, [("ann", false), ("ben", true)], "and what they do");
    assert!(hibernate(&room).await.unwrap());
    ben.send(&json!({ "type": "say", "text": "good morning" }));
    let line = &ann.next("said").await["line"];
    assert_eq!((&line["user"], &line["text"]), (&json!("ben"), &json!("good morning")));
}

#[wasm_bindgen_test]
async fn all_see_who_is_typing_until_it_is_said_or_given_up() {
    let mut ann = Guest::enter("typing", "ann").await;
    let ben = Guest::enter("typing", "ben").await;
    while users(&ann.next("present").await).len() < 2 {}
    for (message, typing) in [
        (json!({ "type": "typing", "typing": true }), true),
        (json!({ "type": "typing", "typing": false }), false),
        (json!({ "type": "typing", "typing": true }), true),
        (json!({ "type": "say", "text": "there" }), false),
    ] {
        ben.send(&message);
        assert_eq!(users(&ann.next("present").await), [("ann", false), ("ben", typing)], "{message}");
    }
    // To repeat it costs nothing and tells nobody.
    ben.send(&json!({ "type": "typing", "typing": false }));
    ben.send(&json!({ "type": "typing", "typing": true }));
    assert_eq!(users(&ann.next("present").await)[1], ("ben", true));
}

#[wasm_bindgen_test]
async fn who_breaks_off_leaves_and_types_no_more() {
    let mut ann = Guest::enter("breaks", "ann").await;
    let mut ben = Guest::enter("breaks", "ben").await;
    ben.send(&json!({ "type": "typing", "typing": true }));
    while users(&ann.next("present").await) != [("ann", false), ("ben", true)] {}
    ben.next("present").await;
    drop(ben);
    assert_eq!(users(&ann.next("present").await), [("ann", false)]);
}

#[wasm_bindgen_test]
async fn the_last_change_of_the_topic_wins() {
    let mut ann = Guest::enter("topic", "ann").await;
    assert_eq!(ann.next("topic").await["topic"], json!({ "version": 0, "user": "", "text": "" }));
    let ben = Guest::enter("topic", "ben").await;
    ann.send(&json!({ "type": "topic", "text": " lunch " }));
    assert_eq!(ann.next("topic").await["topic"], json!({ "version": 1, "user": "ann", "text": "lunch" }));
    ben.send(&json!({ "type": "topic", "text": "dinner" }));
    let last = json!({ "version": 2, "user": "ben", "text": "dinner" });
    assert_eq!(ann.next("topic").await["topic"], last);
    ann.send(&json!({ "type": "topic", "text": "x".repeat(201) }));
    assert_eq!(ann.next("refused").await["why"], "a topic has at most 200 letters");
    let room = Room::named(&env(), "topic").unwrap();
    assert!(hibernate(&room).await.unwrap());
    assert_eq!(
        Guest::enter("topic", "cid").await.next("topic").await["topic"],
        last,
        "also for who comes later"
    );
    assert_eq!(room.topic().await.unwrap().version, 2);
}

#[wasm_bindgen_test]
async fn who_speaks_too_fast_has_to_wait_and_nobody_else() {
    let mut ann = Guest::enter_from("fast", "here", "ann").await;
    let mut second = Guest::enter_from("fast", "there", "ann").await;
    let mut ben = Guest::enter_from("slow", "here", "ben").await;
    let says = |text: &str| json!({ "type": "say", "text": text });
    let mut heard = 0;
    let refused = loop {
        ann.send(&says("spam"));
        let event: Value = ann.0.json().await.unwrap();
        match event["type"].as_str().unwrap() {
            "refused" => break event,
            "said" => heard += 1,
            _ => {}
        }
        assert!(heard < 100, "the limiter never answers");
    };
    assert_eq!(refused["why"], "you are too fast: wait some seconds");
    assert!(heard >= 19, "{heard}");
    let here = Room::named(&env(), "here").unwrap();
    assert!(hibernate(&here).await.unwrap());
    ann.send(&says("spam"));
    ann.next("refused").await;
    ben.send(&says("peace"));
    while ben.next("said").await["line"]["text"] != "peace" {}
    // The address counts, in whatever room and over whatever socket.
    second.send(&says("spam"));
    second.next("said").await;
    let mut again = Guest::enter_from("fast", "there", "ann").await;
    for ask in [says("spam"), json!({ "type": "topic", "text": "spam" })] {
        again.send(&ask);
        again.next("refused").await;
    }
    again.send(&json!({ "type": "typing", "typing": true }));
    again.send(&json!({ "type": "typing", "typing": false }));
    again.send(&says("spam"));
    again.next("refused").await;
    assert!(!Room::named(&env(), "there").unwrap().present().await.unwrap()[0].typing);
}

#[wasm_bindgen_test]
async fn a_limit_ends_soon_whatever_came_before() {
    let limiter = Limiter::named(&env(), "patient").unwrap();
    let mut waits = Vec::new();
    for _ in 0..60 {
        waits.push(limiter.count().await.unwrap());
    }
    assert!(waits[..19].iter().all(|wait| *wait == 0), "{waits:?}");
    assert!(waits[20] > 0 && waits[59] <= 21_000, "{waits:?}");
}

#[wasm_bindgen_test]
async fn nobody_finds_a_private_room_who_was_not_told() {
    let create = || Request::new("https://test/rooms", Method::Post).unwrap();
    let name = ask(create()).await.text().await.unwrap();
    assert_ne!(name, ask(create()).await.text().await.unwrap());
    let mut ann = Guest::enter(&name, "ann").await;
    ann.send(&json!({ "type": "say", "text": "secret" }));
    ann.next("said").await;
    let history = Guest::enter(&name, "ben").await.next("history").await;
    assert_eq!(history["lines"][0]["text"], "secret");
    assert!(
        Room::named(&env(), &name).unwrap().latest(1).await.unwrap().is_empty(),
        "its name is not its id"
    );
    let guessed = upgrade(&format!("/rooms/{}?user=eve", "0".repeat(64))).unwrap();
    assert_eq!(ask(guessed).await.status_code(), 404);
}

#[wasm_bindgen_test]
async fn nonsense_is_refused_and_the_socket_stays() {
    let mut ann = Guest::enter("nonsense", "ann").await;
    for message in [json!({ "type": "shout" }), json!(7), json!({ "type": "say", "text": " " })] {
        ann.send(&message);
        ann.next("refused").await;
    }
    ann.send(&json!({ "type": "say", "text": "x".repeat(2001) }));
    assert_eq!(ann.next("refused").await["why"], "say something of at most 2000 letters");
    ann.send(&json!({ "type": "say", "text": "ä".repeat(2000) }));
    ann.next("said").await;
    ann.send(&json!({ "type": "say", "text": "sense" }));
    assert_eq!(ann.next("said").await["line"]["text"], "sense");
}

#[wasm_bindgen_test]
async fn strangers_stay_outside() {
    for path in ["/rooms/strangers", "/rooms/strangers?user=%20"] {
        assert_eq!(ask(upgrade(path).unwrap()).await.status_code(), 400);
    }
    for path in ["/elsewhere", "/rooms", "/rooms/", "/roomsXstrangers?user=ann"] {
        assert_eq!(ask(upgrade(path).unwrap()).await.status_code(), 404, "{path}");
    }
    let plain = Request::new("https://example.com/rooms/strangers?user=ann", Method::Get);
    assert_eq!(ask(plain.unwrap()).await.status_code(), 426);
    assert_eq!(Room::named(&env(), "strangers").unwrap().present().await.unwrap().len(), 0);
}
