//! Parts, and the objects that have them.

#![allow(unused)]

use durable_object::object::PartContext;
use durable_object::rpc::Streaming;
use durable_object::{part, prelude::*};
use std::time::Duration;

#[derive(Clone)]
struct Good;

#[part]
impl Good {
    #[rpc]
    fn answer(&self) {}

    #[scheduled]
    fn sweep(&self) {}
}

#[derive(Clone)]
struct Mistaken;

#[part]
impl Mistaken {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self
    }

    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        todo!()
    }

    #[rpc]
    fn exclusive(&mut self) {}

    #[rpc]
    fn streamed(&self) -> impl Stream<Item = Result<u32>> {
        let stream: Streaming<u32> = todo!();
        stream
    }

    #[rpc(name = "exclusive")]
    fn twice(&self) {}

    #[rpc(shared)]
    fn unanswered(&self) {}

    #[rpc(shared)]
    fn always_answered(&self) -> Result<bool> {
        Ok(true)
    }

    #[wake]
    fn wake(&self, part: PartContext, more: u32) {}

    #[wake]
    fn wake_again(&self) {}
}

#[derive(Clone)]
struct Named;

#[part(name = "here")]
impl Named {}

#[part]
struct NotABlock;

#[durable_object]
struct Wrong {
    ctx: Ctx,
    #[part]
    #[part]
    twice: Good,
    #[part(name = "twice")]
    same_name: Good,
    #[part(label = "x")]
    option: Good,
    #[part(name = "a.b")]
    dotted: Good,
}

#[durable_object]
impl Wrong {
    #[init]
    fn init(ctx: Ctx) -> Self {
        todo!()
    }

    #[wake]
    fn wake(&self) {}

    #[rpc(shared)]
    fn alone(&self) -> Option<bool> {
        None
    }
}

fn main() {}
