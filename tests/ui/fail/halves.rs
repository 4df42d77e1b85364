//! A struct without its impl block, and the other way round.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
struct NoImpl;

#[durable_object]
struct PlainImpl;

impl PlainImpl {
    fn helper(&self) {}
}

struct PlainStruct;

#[durable_object]
impl PlainStruct {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

mod library {
    use super::*;

    #[durable_object]
    pub struct Generic<T>(pub T);
}

export_object!(Exported = library::Generic<u8>);

fn main() {}
