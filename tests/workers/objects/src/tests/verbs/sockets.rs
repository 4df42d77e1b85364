//! The client's end of a WebSocket, and sockets of objects that leave memory.

use std::time::Duration;

use durable_object::socket::Close;
use durable_object::test::{WebSocket, evict, evict_all, hibernate, upgrade};
use durable_object::{Class, Message, Request};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::Method;

use super::super::env;
use crate::{Counter, Room, RoomStub};

fn room(name: &str) -> RoomStub {
    Room::named(&env(), name).unwrap()
}

async fn enter(room: &RoomStub, who: &str) -> WebSocket {
    WebSocket::connect(room, &format!("/{who}")).await.unwrap()
}

#[wasm_bindgen_test]
async fn a_client_hears_and_is_heard() {
    let room = room("heard");
    let mut ann = enter(&room, "ann").await;
    ann.send("echo hello").unwrap();
    assert_eq!(ann.text().await.unwrap(), "hello");
    ann.send([1, 2, 3].as_slice()).unwrap();
    assert_eq!(ann.next().await.unwrap(), Message::Binary(vec![3, 2, 1]));
    ann.send("echo [1,2]").unwrap();
    assert_eq!(ann.json::<[u8; 2]>().await.unwrap(), [1, 2]);
    ann.send_json(&"no command").unwrap();
    ann.send([0].as_slice()).unwrap();
    assert!(ann.text().await.unwrap_err().to_string().contains("not text, but 1 bytes"));
}

#[wasm_bindgen_test]
async fn either_side_may_close() {
    let room = room("closing");
    let mut ann = enter(&room, "ann").await;
    ann.send("echo last").unwrap();
    ann.send("leave enough").unwrap();
    let close = Close { code: 4002, reason: "enough".to_owned(), was_clean: true };
    assert_eq!(ann.closed().await.unwrap(), close);
    assert_eq!(ann.text().await.unwrap(), "last", "what came before can still be read");
    let gone = ann.next().await.unwrap_err().to_string();
    assert_eq!(gone, "the socket was closed, with 4002 \"enough\", and no message is left");

    let mut ben = enter(&room, "ben").await;
    ben.close(4001, "bye").unwrap();
    assert_eq!(ben.closed().await.unwrap().code, 4001);
    drop(enter(&room, "cid").await);
    while room.closed().await.unwrap().len() < 3 {
        crate::time::pause(1).await;
    }
    let codes = room.closed().await.unwrap().into_iter().map(|closed| (closed.name, closed.code));
    let codes: Vec<_> = codes.collect();
    assert!(
        codes.contains(&("ben".to_owned(), 4001)) && codes.contains(&("cid".to_owned(), 1000)),
        "{codes:?}"
    );
}

#[wasm_bindgen_test]
async fn nothing_is_waited_for_without_a_limit() {
    let mut ann = enter(&room("silent"), "ann").await.within(Duration::from_millis(30));
    assert_eq!(ann.next().await.unwrap_err().to_string(), "no message within 30 ms");
    assert_eq!(ann.closed().await.unwrap_err().to_string(), "no end of the socket within 30 ms");
    ann.send("echo still there").unwrap();
    assert_eq!(ann.within(Duration::from_secs(5)).text().await.unwrap(), "still there");
}

#[wasm_bindgen_test]
async fn an_answer_without_a_socket_says_why() {
    let request = Request::new("https://test/ann", Method::Get).unwrap();
    let refusal = room("refusing").fetch(request).await.unwrap();
    let error = WebSocket::accept(refusal).await.unwrap_err().to_string();
    assert_eq!(error, "the answer to the upgrade is 426, not 101: expected `Upgrade: websocket`");
    assert!(WebSocket::connect(&Counter::named(&env(), "no sockets").unwrap(), "/").await.is_err());
    assert_eq!(upgrade("/path?query").unwrap().path(), "/path");
}

#[wasm_bindgen_test]
async fn sockets_stay_while_an_object_hibernates() {
    let room = room("hibernating");
    let mut ann = enter(&room, "ann").await;
    ann.send("count").unwrap();
    assert_eq!(ann.text().await.unwrap(), "1");
    assert!(hibernate(&room).await.unwrap());
    ann.send("ping").unwrap();
    assert_eq!(ann.text().await.unwrap(), "pong");
    assert!(!hibernate(&room).await.unwrap(), "the runtime has answered, and woke nobody");
    ann.send("count").unwrap();
    assert_eq!(ann.text().await.unwrap(), "2", "its attachment has waited for it");
    let report = room.report().await.unwrap();
    assert_eq!((report.boots, report.members.len()), (2, 1));
}

#[wasm_bindgen_test]
async fn sockets_of_an_evicted_object_are_cut_off() {
    let (room, other) = (room("evicted"), room("evicted too"));
    let (mut ann, mut ben) = (enter(&room, "ann").await, enter(&other, "ben").await);
    assert!(evict(&room).await.unwrap());
    assert_eq!(ann.closed().await.unwrap().code, 1006);
    let report = room.report().await.unwrap();
    assert_eq!((report.boots, report.members.len()), (2, 0));
    evict_all().await.unwrap();
    assert_eq!(ben.closed().await.unwrap().code, 1006);
}
