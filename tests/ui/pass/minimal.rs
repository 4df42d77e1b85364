//! The least that is an object.

use durable_object::prelude::*;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

fn main() {
    assert_eq!(<Counter as durable_object::Class>::NAME, "Counter");
    assert_eq!(<Counter as durable_object::Class>::BINDING, "COUNTER");
}
