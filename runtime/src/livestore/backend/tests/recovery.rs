//! Hooks that refuse, and hooks that fail with trouble which passes.

use std::cell::Cell;

use super::super::headers::ForwardedHeaders;
use super::super::transport::http;
use super::*;
use crate::livestore::backend::{IncomingPull, IncomingPush, hooks};
use crate::livestore::wire::msgpack;
use crate::sys::{now_millis, set_now};
use crate::{Error, Result};

/// Fails whatever it is asked at first.
struct Moody {
    left: Cell<u32>,
}

impl Moody {
    fn asked(&self) -> Result<()> {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        if left > 0 { Err(Error::passing("not yet")) } else { Ok(()) }
    }
}

impl hooks::Hooks for Moody {
    fn new(_env: &Env) -> Result<Self> {
        Ok(Self { left: Cell::new(3) })
    }

    async fn on_push(&self, _push: &IncomingPush<'_>) -> Result<()> {
        self.asked()
    }

    async fn on_pull(&self, _pull: &IncomingPull<'_>) -> Result<()> {
        self.asked()
    }
}

const EARLIER: &str = r#""7""#;
const LATER: &str = "7";

fn server() -> Server<Moody> {
    let server = Server::untold();
    ready(server.object.service.open("s")).unwrap().unwrap();
    server
}

fn with_id(frame: &str, id: &str) -> String {
    frame.replace(r#""id":"7""#, &format!(r#""id":{id}"#))
}

/// The output of a future and the seconds until it came, or `None` if it never came.
fn waited<T>(future: impl Future<Output = T>) -> (Option<T>, i64) {
    let (mut future, begin) = (pin!(future), now_millis());
    for second in 0..1_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            set_now(begin);
            return (Some(value), second);
        }
        set_now(now_millis() + 1_000);
    }
    (None, i64::MAX)
}

/// The answers to a frame over a socket, the seconds until then, and the code with which the socket was closed.
fn over_socket(frame: &str, id: &str) -> (Vec<Json>, i64, Option<u16>) {
    let server = server();
    let client = server.connect();
    let handled = server.object.message(client.socket.clone(), Message::from(with_id(frame, id).as_str()));
    let ((), seconds) = {
        let (done, seconds) = waited(handled);
        (done.unwrap(), seconds)
    };
    (client.received(), seconds, client.line.close_code())
}

fn over_http(frame: &str, id: &str) -> (Json, i64) {
    let server = server();
    let frame = with_id(frame, id).replace("SyncWsRpc", "SyncHttpRpc");
    let said = async {
        let service = &server.object.service;
        let mut answer = http::answer(service, &frame, &ForwardedHeaders::default()).await.unwrap();
        parse(&answer.next(service).await.0.to_string())
    };
    let (said, seconds) = waited(said);
    (said.unwrap(), seconds)
}

fn over_rpc(frame: &str, id: &str) -> (Json, i64) {
    let server = server();
    let frame = with_id(frame, id).replace("SyncWsRpc", "SyncDoRpc");
    let (said, seconds) = waited(server.object.rpc(msgpack::from_json(&frame).unwrap()));
    (serde_json::from_str(&msgpack::to_json(&said.unwrap().unwrap()).unwrap()).unwrap(), seconds)
}

fn exit(messages: &[Json]) -> &Json {
    &messages.last().unwrap()["exit"]
}

#[test]
fn a_push_that_a_hook_cannot_judge_yet_is_told_so_or_waits() {
    let frame = push(7, &[event(1, 0)]);
    let (said, seconds, closed) = over_socket(&frame, EARLIER);
    let error = &exit(&said)["cause"]["error"];
    assert_eq!(
        (&error["_tag"], &error["cause"]["message"]),
        (&"UnknownError".into(), &"Error: not yet".into())
    );
    assert_eq!((seconds, closed), (0, None));
    let (said, seconds, closed) = over_socket(&frame, LATER);
    assert_eq!((&exit(&said)["_tag"], seconds, closed), (&"Success".into(), 1 + 2 + 4, None));
    let (said, seconds) = over_http(&frame, EARLIER);
    let tag = &exit(said.as_array().unwrap())["cause"]["error"]["_tag"];
    assert_eq!((tag, seconds), (&"UnknownError".into(), 0));
    // The store of this crate has text ids as well, and takes an error for a refusal.
    let (said, seconds) = over_rpc(&frame, EARLIER);
    assert_eq!((&exit(said.as_array().unwrap())["_tag"], seconds), (&"Success".into(), 1 + 2 + 4));
    for over in [over_http, over_rpc] {
        let (said, seconds) = over(&frame, LATER);
        assert_eq!((&exit(said.as_array().unwrap())["_tag"], seconds), (&"Success".into(), 1 + 2 + 4));
    }
}

#[test]
fn a_pull_that_a_hook_cannot_judge_yet_is_closed_or_waits() {
    let frame = pull(7, false);
    assert_eq!(over_socket(&frame, EARLIER), (vec![], 0, Some(1011)));
    let (said, seconds, closed) = over_socket(&frame, LATER);
    assert_eq!((&exit(&said)["_tag"], seconds, closed), (&"Success".into(), 1 + 2 + 4, None));
    for (over, id) in [
        (over_http as fn(&str, &str) -> _, EARLIER),
        (over_http, LATER),
        (over_rpc, EARLIER),
        (over_rpc, LATER),
    ] {
        let (said, seconds) = over(&frame, id);
        assert_eq!(
            (&exit(said.as_array().unwrap())["_tag"], seconds),
            (&"Success".into(), 1 + 2 + 4),
            "{id}"
        );
    }
}
