//! These run inside workerd, against real objects and sockets.

use durable_object::test::{WebSocket, env, hibernate, upgrade};
use durable_object::{Class, Response};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::{Method, Request};

use crate::Room;

async fn ask(request: Request) -> Response {
    crate::route(request, &env()).await.unwrap()
}

/// Somebody in a room.
struct Guest(WebSocket);

impl Guest {
    async fn enter(room: &str, user: &str) -> Self {
        let answer = ask(upgrade(&format!("/rooms/{room}?user={user}")).unwrap()).await;
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

#[wasm_bindgen_test]
async fn rooms_know_who_is_there() {
    let mut ann = Guest::enter("presence", "ann").await;
    assert_eq!(ann.next("present").await["users"], json!(["ann"]));
    let ben = Guest::enter("presence", "ben").await;
    assert_eq!(ann.next("present").await["users"], json!(["ann", "ben"]));
    let second = Guest::enter("presence", "ben").await;
    assert_eq!(ann.next("present").await["users"], json!(["ann", "ben"]), "in two windows");
    drop(second);
    assert_eq!(ann.next("present").await["users"], json!(["ann", "ben"]), "in one window");
    drop(ben);
    assert_eq!(ann.next("present").await["users"], json!(["ann"]));
}

#[wasm_bindgen_test]
async fn a_room_that_was_out_of_memory_knows_everybody() {
    let (mut ann, mut ben) = (Guest::enter("asleep", "ann").await, Guest::enter("asleep", "ben").await);
    ann.send(&json!({ "type": "say", "text": "good night" }));
    ben.next("said").await;
    let room = Room::named(&env(), "asleep").unwrap();
    assert!(hibernate(&room).await.unwrap());
    assert_eq!(room.present().await.unwrap().len(), 2);
    assert!(hibernate(&room).await.unwrap());
    ben.send(&json!({ "type": "say", "text": "good morning" }));
    let line = &ann.next("said").await["line"];
    assert_eq!((&line["user"], &line["text"]), (&json!("ann"), &json!("good night")));
    let line = &ann.next("said").await["line"];
    assert_eq!((&line["user"], &line["text"]), (&json!("ben"), &json!("good morning")));
}

#[wasm_bindgen_test]
async fn typing_is_for_the_others() {
    let mut ann = Guest::enter("typing", "ann").await;
    let mut ben = Guest::enter("typing", "ben").await;
    ann.send(&json!({ "type": "typing" }));
    assert_eq!(ben.next("typing").await["user"], "ann");
    ben.send(&json!({ "type": "typing" }));
    assert_eq!(ann.next("typing").await["user"], "ben", "and not ann");
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
    assert_eq!(ask(upgrade("/elsewhere").unwrap()).await.status_code(), 404);
    let plain = Request::new("https://example.com/rooms/strangers?user=ann", Method::Get);
    assert_eq!(ask(plain.unwrap()).await.status_code(), 426);
    assert_eq!(Room::named(&env(), "strangers").unwrap().present().await.unwrap().len(), 0);
}
