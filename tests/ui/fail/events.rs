//! Handlers of the platform's events.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
struct Chat;

#[durable_object]
impl Chat {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[fetch]
    fn first(&self, _: Request) -> Result<Response> {
        Ok(Response::ok("")?)
    }

    #[fetch]
    fn second(&self) -> Result<Response> {
        Ok(Response::ok("")?)
    }

    #[fetch]
    fn third(&self, _: Request, _: Env) -> Result<Response> {
        Ok(Response::ok("")?)
    }

    #[connect]
    fn connect(&self, _: durable_object::socket::TcpSocket, _: Env) {}

    #[websocket(open)]
    fn open(&self, _: Socket<u8>) {}

    #[websocket]
    fn unnamed(&self, _: Socket<u8>) {}

    #[websocket()]
    fn empty(&self, _: Socket<u8>) {}

    #[websocket(message, close)]
    fn several(&self, _: Socket<u8>) {}

    #[websocket(message)]
    fn message(&self, _: Socket<u8>, _: Message) {}

    #[websocket(message)]
    fn message_again(&self, _: Socket<u8>, _: Message) {}

    #[websocket(close)]
    fn close(&self, _: Socket<u16>, _: Close) {}

    #[websocket(error)]
    fn error(_: u8) {}
}

#[durable_object]
struct Silent;

#[durable_object]
impl Silent {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[websocket(message)]
    fn message(&self) {}

    #[websocket(close)]
    fn close(&self, _: Close, _: Socket<u8>) {}
}

#[durable_object]
struct Alarmed;

#[durable_object]
impl Alarmed {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[alarm]
    fn alarm(&self) {}

    #[alarm]
    async fn second(&self, info: AlarmInfo, again: AlarmInfo) {}

    #[alarm(daily)]
    fn third() -> u8 {
        0
    }
}

fn main() {}
