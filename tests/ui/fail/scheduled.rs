//! Methods that timers call.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
struct Both {
    ctx: Ctx,
}

#[durable_object]
impl Both {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    #[alarm]
    fn alarm(&self) {}

    #[scheduled]
    fn remind(&self) {}

    #[scheduled(name = "remind")]
    fn remind_again(&self) {}

    #[scheduled(name = "")]
    fn nameless(&self) {}

    #[scheduled]
    fn cancel(&self) {}

    #[rpc]
    fn schedule(&self) {}
}

#[durable_object]
struct Mistaken {
    ctx: Ctx,
}

#[durable_object]
impl Mistaken {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    #[scheduled]
    fn nobody() {}

    #[scheduled]
    fn consumed(self) {}

    #[scheduled]
    fn borrowed(&self, name: &str) {}

    #[scheduled]
    fn pattern(&self, (a, b): (u8, u8)) {}

    #[scheduled]
    fn generic<T>(&self, value: T) {}

    #[scheduled = "daily"]
    fn daily(&self) {}

    #[scheduled(every = "day")]
    fn unknown_option(&self) {}

    #[scheduled(attempts)]
    fn without_value(&self) {}

    #[scheduled(attempts = 0)]
    fn never(&self) {}

    #[scheduled]
    #[rpc]
    fn twice(&self) {}
}

fn main() {}
