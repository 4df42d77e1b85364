//! Errors that callers cannot be told about.

#![allow(unused)]

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, RpcError)]
#[rpc_error(code = "X")]
enum Options {
    #[rpc_error(name = "Y")]
    A,
    #[rpc_error]
    B,
    #[rpc_error(code = 5)]
    C,
    #[rpc_error(code = "A")]
    D,
}

impl std::fmt::Display for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("options")
    }
}

#[derive(RpcError)]
union Either {
    a: u8,
    b: i8,
}

#[derive(RpcError)]
struct WithoutTraits;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[rpc]
    fn fine(&self) -> Result<u8, Options> {
        Err(Options::A)
    }

    #[rpc]
    fn text(&self) -> Result<u8, String> {
        Err(String::new())
    }

    #[rpc]
    fn io(&self) -> Result<u8, std::io::Error> {
        Ok(1)
    }
}

fn main() {}
