//! Names that JavaScript cannot use, or uses already.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[rpc]
    fn get_total(&self) {}

    #[rpc(name = "getTotal")]
    fn total(&self) {}

    #[rpc]
    fn get__total(&self) {}

    #[rpc]
    fn then(&self) {}

    #[rpc]
    fn dup(&self) {}

    #[rpc]
    fn fetch(&self) {}

    #[rpc]
    fn to_json(&self) {}

    #[rpc(name = "toJSON")]
    fn json(&self) {}

    #[rpc]
    fn to_string(&self) {}

    #[rpc]
    fn web_socket_message(&self) {}

    #[rpc]
    fn has_own_property(&self) {}

    #[rpc(name = "__proto__")]
    fn proto(&self) {}

    #[rpc]
    fn constructor(&self) {}

    #[rpc]
    fn id(&self) {}

    #[rpc]
    fn env(&self) {}

    #[rpc(name = "alarm")]
    fn wake(&self) {}

    #[rpc(name = "two words")]
    fn words(&self) {}

    #[rpc(name = "")]
    fn empty(&self) {}
}

fn main() {}
