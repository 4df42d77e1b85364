//! Names of the user's that generated code must not trip over.

#![allow(non_camel_case_types, dead_code)]

use ::durable_object as framework;

// The names that a prelude provides otherwise.
struct Result;
struct Option;
struct Ok;
struct Err;
struct Some;
struct String;
struct Vec;
struct Ctx;
struct Error;
trait Clone {
    fn clone(&self) {}
}
impl<T> Clone for T {}
trait From<T> {
    fn from(_: T) {}
}
mod core {}
mod std {}
mod durable_object {}
mod wasm_bindgen {}

use framework::durable_object as object;

#[object(class = "Colliding")]
struct Object {
    r#type: u8,
}

#[object]
impl Object {
    #[init]
    fn create(ctx: framework::Ctx) -> framework::Result<Self> {
        let _ = ctx;
        framework::Result::Ok(Self { r#type: 1 })
    }

    // Inherent methods called like those of the generated traits.
    fn init(&self) {}

    #[rpc]
    fn call(&self, host: u8, args: u8, this: u8, result: u8) -> u8 {
        host + args + this + result + self.r#type
    }

    #[rpc]
    async fn raw(&mut self, method: u8, by: u8, input0: u8) -> u8 {
        method + by + input0
    }

    #[rpc]
    fn r#loop(&self, r#type: u8, __host: u8) -> framework::Result<u8> {
        framework::Result::Ok(r#type + __host)
    }

    #[rpc(name = "delete")]
    fn new(&self) {}

    #[rpc]
    fn clone(&self) -> u8 {
        2
    }

    #[rpc]
    fn from(&self, from: u8) -> u8 {
        from
    }

    #[rpc]
    fn as_ref(&self) -> u8 {
        3
    }

    #[rpc]
    fn named(&self) -> u8 {
        4
    }

    #[rpc]
    fn get(&self, into: (u8, [u8; Self::SIZE])) -> [u8; Self::SIZE] {
        into.1
    }

    const SIZE: ::core::primitive::usize = 2;

    #[fetch]
    fn method(&self, args: framework::Request) -> framework::Result<framework::Response> {
        let _ = args;
        framework::Result::Ok(framework::Response::ok("")?)
    }

    #[websocket(close)]
    fn closing(&self, args: framework::Socket<()>, closing: framework::socket::Close) {
        let _ = (args, closing);
    }
}

async fn calls(stub: ObjectStub) -> framework::Result<()> {
    let _: u8 = stub.call(1, 2, 3, 4).await?;
    let _: u8 = stub.raw(1, 2, 3).await?;
    let _: u8 = stub.r#loop(1, 2).await?;
    let _: u8 = stub.clone().await?;
    let _: u8 = stub.as_ref().await?;
    let _: [u8; 2] = stub.get((1, [2, 3])).await?;
    stub.new().await
}

fn main() {
    let _ = calls;
    assert_eq!(
        <Object as framework::__private::Contract>::METHODS,
        [
            "call",
            "raw",
            "loop",
            "delete",
            "clone",
            "from",
            "asRef",
            "named",
            "get",
            "fetch",
            "webSocketClose",
            "webSocketError",
        ]
    );
}
