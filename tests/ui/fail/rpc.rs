//! Methods that cannot be called from elsewhere.

#![allow(unused)]

use durable_object::prelude::*;
use durable_object::rpc::{Stream, Streaming};
use std::rc::Rc;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[rpc]
    fn no_receiver(by: u8) {}

    #[rpc]
    fn by_value(self) {}

    #[rpc]
    fn by_rc(self: Rc<Self>) {}

    #[rpc]
    fn borrows(&self, name: &str, bytes: &[u8], nested: Option<&Vec<u8>>) {}

    #[rpc]
    fn lends(&self) -> Option<&str> {
        None
    }

    #[rpc]
    fn pattern(&self, (a, b): (u8, u8), _: u8, ref c: u8) {}

    #[rpc]
    fn generic<T: Default>(&self, value: T) {}

    #[rpc]
    fn opaque(&self, values: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
        values
    }

    #[rpc]
    fn opaque_items(&self) -> Result<impl Stream<Item = impl Send>> {
        Ok(Streaming::new(self.items()))
    }

    #[rpc]
    fn borrowed_items(&self) -> impl Stream<Item = &str> {
        self.texts()
    }

    #[rpc(idempotent)]
    fn unrepeatable(&self, items: Streaming<u8>) {}

    #[rpc(idempotent = true)]
    fn valued(&self) {}

    #[rpc]
    const fn constant(&self) {}

    #[rpc]
    unsafe fn unsafety(&self) {}

    #[rpc]
    extern "C" fn foreign(&self) {}

    #[cfg(test)]
    #[rpc]
    fn conditional(&self) {}

    #[rpc]
    #[fetch]
    fn both(&self) {}

    #[rpc]
    const LIMIT: u8 = 0;
}

fn main() {}
