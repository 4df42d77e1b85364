//! Calls of methods that have no `#[rpc]`.

#![allow(unused)]

use durable_object::prelude::*;
use std::marker::PhantomData;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    #[rpc]
    fn total(&self) -> u32 {
        self.add_up(&[1], 2)
    }

    fn add_up(&self, numbers: &[u32], more: u32) -> u32 {
        numbers.iter().sum::<u32>() + more
    }

    async fn r#move(&mut self) {}

    fn associated() {}
}

#[durable_object]
struct Cache<T>(PhantomData<T>);

#[durable_object]
impl<T: Clone> Cache<T> {
    #[init]
    fn init(_: Ctx) -> Self {
        Self(PhantomData)
    }

    fn forget(&self, value: T) {}
}

async fn call(env: &Env, cache: CacheStub<u8>) -> Result<u32> {
    let counter = Counter::named(env, "a")?;
    counter.total().await?;
    counter.r#move().await?;
    cache.forget(1).await?;
    counter.nowhere().await?;
    counter.add_up(&[], 1).await
}

fn main() {}
