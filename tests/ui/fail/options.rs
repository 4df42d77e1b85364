//! Options that do not exist, or are not what they should be.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object(name = "A", class = 1, binding = "a-b", binding = "B")]
struct Unknown;

#[durable_object(class)]
struct NoValue;

#[durable_object(export = "elsewhere")]
struct Elsewhere;

#[durable_object("NoValue")]
struct NoKey;

#[durable_object(class = "2fast")]
struct Digit;

#[durable_object(class = "default")]
struct Keyword;

#[durable_object]
struct Map;

#[durable_object]
impl Elsewhere {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

#[durable_object]
impl Unknown {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

#[durable_object]
impl NoValue {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

#[durable_object]
impl NoKey {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

#[durable_object(class = "Digit")]
impl Digit {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

#[durable_object]
impl Keyword {
    #[init(sometimes)]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[fetch("/path")]
    fn fetch(&self, _: Request) -> Result<Response> {
        Ok(Response::ok("")?)
    }

    #[rpc(nam = "a", name = 3)]
    fn a(&self) {}

    #[rpc = "b"]
    fn b(&self) {}
}

#[durable_object]
impl Map {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

fn main() {}
