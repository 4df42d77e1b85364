//! How an object cannot start.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
struct Missing;

#[durable_object]
impl Missing {
    /// The mistake above leaves the stub usable.
    #[rpc]
    fn count(&self) -> u32 {
        0
    }
}

#[durable_object]
struct Twice;

#[durable_object]
impl Twice {
    #[init]
    fn one(_: Ctx) -> Self {
        Self
    }

    #[init]
    fn two(_: Ctx) -> Self {
        Self
    }
}

#[durable_object]
struct Receiver;

#[durable_object]
impl Receiver {
    #[init]
    fn init(&self, ctx: Ctx) -> Self {
        Self
    }
}

#[durable_object]
struct NoArguments;

#[durable_object]
impl NoArguments {
    #[init]
    fn init() {}
}

#[durable_object]
struct Borrows;

#[durable_object]
impl Borrows {
    #[init]
    fn init(ctx: &Ctx, env: Env, more: u8) -> Self {
        Self
    }
}

#[durable_object]
struct Swapped;

#[durable_object]
impl Swapped {
    #[init]
    fn init(env: Env, ctx: Ctx) -> Self {
        Self
    }
}

#[durable_object]
struct Elsewhere;

#[durable_object]
impl Elsewhere {
    #[init]
    fn init(_: Ctx) -> Result<Swapped> {
        Ok(Swapped)
    }
}

async fn call(env: &Env) -> Result<u32> {
    Missing::named(env, "a")?.count().await
}

fn main() {}
