//! Generic structs: no class of their own, and no borrows.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object(class = "Cache", binding = "CACHE")]
struct Cache<T> {
    value: T,
}

#[durable_object]
impl<T: Default> Cache<T> {
    #[init]
    fn init(_: Ctx) -> Self {
        Self { value: T::default() }
    }
}

#[durable_object]
struct Room<'a> {
    name: &'a str,
}

#[durable_object]
impl<'a> Room<'a> {
    #[init]
    fn init(_: Ctx) -> Self {
        Self { name: "" }
    }
}

#[durable_object]
impl Room<'_> {}

fn main() {
    let _ = Cache { value: 1 }.value;
    let _ = Room { name: "" }.name;
}
