//! Names that a part and its object both have.

#![allow(unused)]

use durable_object::object::PartContext;
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

#[durable_object]
struct Collides {
    #[part]
    good: Good,
}

#[durable_object]
impl Collides {
    #[init]
    fn init(ctx: Ctx) -> Self {
        todo!()
    }

    #[rpc]
    fn answer(&self) {}
}

#[durable_object]
struct Alarmed {
    #[part]
    good: Good,
}

#[durable_object]
impl Alarmed {
    #[init]
    fn init(ctx: Ctx) -> Self {
        todo!()
    }

    #[alarm]
    fn alarm(&self) {}
}

#[durable_object]
struct Dotted {
    ctx: Ctx,
    #[part]
    good: Good,
}

#[durable_object]
impl Dotted {
    #[init]
    fn init(ctx: Ctx) -> Self {
        todo!()
    }

    #[scheduled(name = "good.sweep")]
    fn sweep(&self) {}
}

/// Has a method that other parts may share, under a name that another one does not share.
#[derive(Clone)]
struct Sharing;

#[part]
impl Sharing {
    #[rpc(shared)]
    fn answer(&self) -> Option<bool> {
        None
    }
}

#[durable_object]
struct HalfShared {
    #[part]
    good: Good,
    #[part]
    sharing: Sharing,
}

#[durable_object]
impl HalfShared {
    #[init]
    fn init(ctx: Ctx) -> Self {
        todo!()
    }
}

fn main() {}
