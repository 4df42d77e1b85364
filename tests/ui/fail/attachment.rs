//! The type on a socket: one per object, and one that can be written down.

#![allow(unused)]

use durable_object::prelude::*;

mod one {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Session;
}

mod two {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Session;
}

struct Plain;

#[durable_object]
struct SameName;

#[durable_object]
impl SameName {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[websocket(message)]
    fn message(&self, _: Socket<one::Session>, _: Message) {}

    #[websocket(close)]
    fn close(&self, _: Socket<two::Session>, _: Close) {}
}

#[durable_object]
struct NotSerde;

#[durable_object]
impl NotSerde {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[websocket(message)]
    fn message(&self, _: Socket<Plain>, _: Message) {}

    #[websocket(error)]
    fn error(&self, _: Socket<Plain>, _: Error) {}
}

fn main() {}
