//! How an object is not exported.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
struct Cache<T>(T);

#[durable_object]
impl<T: Default> Cache<T> {
    #[init]
    fn init(_: Ctx) -> Self {
        Self(T::default())
    }
}

struct NoDefault;

export_object!(NoType);
export_object!(Map = Cache<u8>);
export_object!(Options = Cache<u8>, binding = "no-name", class = "Other");
export_object!(Unbounded = Cache<NoDefault>);

fn main() {
    let _ = Cache(1).0;
}
