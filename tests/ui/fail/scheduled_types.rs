//! Mistakes in methods of timers that only the compiler finds.

#![allow(unused)]

use durable_object::prelude::*;

struct Plain;

#[durable_object]
struct Typed {
    ctx: Ctx,
}

#[durable_object]
impl Typed {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    #[scheduled]
    fn payload(&self, plain: Plain) {}

    #[scheduled]
    fn answers(&self) -> u8 {
        0
    }

    #[scheduled(backoff = 5)]
    fn impatient(&self) {}

    #[rpc]
    fn forgets(&self) -> Result<()> {
        self.schedule().payload(Plain);
        self.schedule().impatient().after(1)?;
        Ok(())
    }
}

#[durable_object]
struct Contextless;

#[durable_object]
impl Contextless {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[scheduled]
    fn remind(&self) {}
}

fn main() {}
