//! The whole backend in this process: the object, its SQL and its sockets, without a network.

mod d1;
mod golden;
mod hostile;
mod http;
mod model;
mod recovery;
mod rpc;
mod slow;

use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use serde_json::Value as Json;
use wasm_bindgen::{JsCast, JsValue};

use super::hooks::Hooks;
use super::listeners::Connection;
use super::object::SyncBackend;
use crate::{Ctx, Env, Message, Socket, sys};

/// One store's object, which can hibernate and wake.
struct Server<H: Hooks = ()> {
    state: Rc<sys::State>,
    object: SyncBackend<H>,
}

/// A client's end of a socket.
struct Client {
    line: sys::Socket,
    socket: Socket<Connection>,
}

impl Server {
    fn new() -> Self {
        let server = Self::untold();
        ready(server.object.service.open("s")).unwrap().unwrap();
        server
    }
}

impl<H: Hooks> Server<H> {
    /// One that no request has told yet which store it is.
    fn untold() -> Self {
        let state = Rc::new(sys::State::in_memory());
        let object = wake(&state);
        Self { state, object }
    }

    /// Memory is lost; storage and sockets stay.
    fn hibernate(&mut self) {
        self.object = wake(&self.state);
    }

    fn connect(&self) -> Client {
        let line = self.state.connect(&[]);
        let socket = Socket::new(Rc::clone(&self.state), line.clone());
        socket.set_attachment(&Connection::default()).unwrap();
        Client { line, socket }
    }

    /// Delivers a message and gives what was sent back over the same socket.
    fn send(&self, client: &Client, frame: &str) -> Vec<Json> {
        ready(self.object.message(client.socket.clone(), Message::from(frame)));
        client.received()
    }
}

impl Client {
    fn received(&self) -> Vec<Json> {
        self.line.take_sent().iter().map(|text| parse(text)).collect()
    }
}

/// What was sent. JavaScript reads numbers beyond those of IEEE 754, as infinite, and half a surrogate pair; serde
/// reads neither.
fn parse(text: &str) -> Json {
    serde_json::from_str(&text.replace("1e999", "1e99").replace(r"\ud800", r"\ufffd")).unwrap()
}

fn wake<H: Hooks>(state: &Rc<sys::State>) -> SyncBackend<H> {
    let ctx = Ctx::new(Rc::clone(state));
    SyncBackend::init(ctx, JsValue::UNDEFINED.unchecked_into::<Env>()).unwrap()
}

/// What a future that has nothing to wait for gives.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the backend waited for something"),
    }
}

fn event(number: i64, parent: i64) -> String {
    format!(
        r#"{{"name":"v1.TodoCreated","args":{{"id":"t{number}"}},"seqNum":{number},"parentSeqNum":{parent},"clientId":"c","sessionId":"s"}}"#
    )
}

/// One that nests deeper than SQLite's JSON.
fn deep_event(number: i64, parent: i64) -> String {
    let args = format!("{}1{}", "[".repeat(1_500), "]".repeat(1_500));
    event(number, parent).replace(&format!(r#"{{"id":"t{number}"}}"#), &args)
}

/// Pushes one after the other of events among which one nests deeply, and their answers: the first is stored, and
/// known from then on.
fn deep_pushes() -> [(Vec<String>, &'static str); 5] {
    let (first, deep) = (event(1, 0), deep_event(2, 1));
    [
        (vec![first.clone(), deep.clone()], "Success"),
        (vec![first.clone(), deep.clone()], "Success"),
        (vec![deep.clone()], "Success"),
        (vec![deep_event(1, 0)], "Failure"),
        (vec![first, deep, event(3, 2)], "Failure"),
    ]
}

fn push(id: u32, events: &[String]) -> String {
    let batch = events.join(",");
    format!(
        r#"{{"_tag":"Request","id":"{id}","tag":"SyncWsRpc.Push","payload":{{"storeId":"s","batch":[{batch}],"backendId":{{"_tag":"None"}}}},"headers":[]}}"#
    )
}

/// A pull from the beginning.
fn pull(id: u32, live: bool) -> String {
    format!(
        r#"{{"_tag":"Request","id":"{id}","tag":"SyncWsRpc.Pull","payload":{{"storeId":"s","live":{live},"cursor":{{"_tag":"None"}}}},"headers":[]}}"#
    )
}

fn ack(id: u32) -> String {
    format!(r#"{{"_tag":"Ack","requestId":"{id}"}}"#)
}

fn interrupt(id: u32) -> String {
    format!(r#"{{"_tag":"Interrupt","requestId":"{id}"}}"#)
}

/// The numbers of the events in a chunk.
fn numbers(chunk: &Json) -> Vec<i64> {
    let batch = chunk["values"][0]["batch"].as_array().unwrap();
    batch.iter().map(|item| item["eventEncoded"]["seqNum"].as_i64().unwrap()).collect()
}
