//! Methods without `#[rpc]` take no name away from the stub.

#![deny(warnings)]

use durable_object::prelude::*;

/// Counts.
#[durable_object]
pub struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    /// The total.
    #[rpc]
    pub fn total(&self) -> u32 {
        self.double::<u8>(1) + u32::from(self.name())
    }

    fn double<T>(&self, number: u32) -> u32 {
        number * 2
    }

    fn name(&self) -> bool {
        true
    }

    #[expect(dead_code, reason = "nobody calls it")]
    fn unused(self) {}
}

impl CounterStub {
    /// Twice the total.
    pub async fn double(&self) -> Result<u32> {
        Ok(2 * self.total().await?)
    }
}

/// The methods that a crate adds to stubs.
pub trait Helped {
    /// Is not used.
    fn unused(&self);
}

impl Helped for CounterStub {
    fn unused(&self) {}
}

/// Calls them.
pub async fn call(counter: CounterStub) -> Result<u32> {
    Helped::unused(&counter);
    counter.unused();
    let _: Option<String> = counter.name();
    counter.double().await
}

fn main() {}
