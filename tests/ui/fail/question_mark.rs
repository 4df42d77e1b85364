//! Errors that do not become a `durable_object::Error` by themselves.

#![allow(unused)]

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

struct Mine;

fn mine() -> Result<u8, Mine> {
    Err(Mine)
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
#[error("own")]
struct Own;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[rpc]
    fn plain(&self) -> Result<u8> {
        Ok(mine()?)
    }

    #[rpc]
    fn with_errors_of_its_own(&self) -> Result<u8, CallError<Own>> {
        Ok(mine()?)
    }

    #[fetch]
    async fn fetch(&self, request: Request) -> Result<Response, Mine> {
        Err(Mine)
    }
}

fn main() {}
