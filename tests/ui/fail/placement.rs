//! Where the attribute does not belong.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
enum Choice {
    One,
}

#[durable_object]
union Bits {
    bits: u8,
}

#[durable_object]
trait Countable {}

#[durable_object]
fn count() {}

#[durable_object]
mod module {}

#[durable_object]
impl Countable for Choice {}

#[durable_object]
impl dyn Countable {
    #[init]
    fn init(_: Ctx) -> u8 {
        0
    }
}

fn main() {}
