//! Types that cannot cross, each reported once and where it is written.

#![allow(unused)]

use durable_object::prelude::*;

struct Plain;

struct Result2;

struct Failure;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[rpc]
    async fn take(&self, plain: Plain) {}

    #[rpc]
    fn give(&mut self) -> Result<Vec<Plain>> {
        Ok(Vec::new())
    }

    #[rpc]
    fn other_name(&self, at: std::time::Instant) -> Result2 {
        Result2
    }

    #[rpc]
    fn fail(&self) -> Result<u8, Failure> {
        Err(Failure)
    }

    #[fetch]
    fn fetch(&self, _: Request) -> Result<String> {
        Ok(String::new())
    }

    #[websocket(message)]
    fn message(&self, _: Socket<u8>, _: Message) -> u8 {
        0
    }
}

#[durable_object]
struct Swapped;

#[durable_object]
impl Swapped {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[fetch]
    fn fetch(&self, _: String) -> Result<Response> {
        Ok(Response::ok("")?)
    }

    #[websocket(message)]
    fn message(&self, _: Socket<u8>, _: Close) {}
}

fn main() {}
