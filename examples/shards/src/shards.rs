//! One count, spread over several objects.

use std::hash::Hasher;

use durable_object::{Class, Env, Result};
use fnv::FnvHasher;
use futures_util::future::try_join_all;

use crate::{Shard, ShardStub};

/// An object handles about a thousand calls a second. What is called more often is spread over several: each caller
/// always uses the same one, and only who wants the whole asks them all.
pub(crate) struct Shards<'a> {
    name: &'a str,
}

impl<'a> Shards<'a> {
    /// Never changes: the objects keep what they counted under their numbers.
    pub(crate) const COUNT: u64 = 16;

    pub(crate) fn of(name: &'a str) -> Self {
        Self { name }
    }

    /// Counts in the object of `key`, and gives that one's total.
    pub(crate) async fn increment(&self, env: &Env, key: &str, by: i64) -> Result<i64> {
        self.shard(env, Self::number(key))?.increment(by).await
    }

    /// The sum of all, asked at the same time.
    pub(crate) async fn total(&self, env: &Env) -> Result<i64> {
        let shards = (0..Self::COUNT).map(|number| self.shard(env, number)).collect::<Result<Vec<_>>>()?;
        Ok(try_join_all(shards.iter().map(ShardStub::total)).await?.iter().sum())
    }

    fn shard(&self, env: &Env, number: u64) -> Result<ShardStub> {
        Shard::named(env, &format!("{}#{number}", self.name))
    }

    /// The same for the same key, today and after an update. (The hash of `std`'s maps promises neither.)
    pub(crate) fn number(key: &str) -> u64 {
        let mut hasher = FnvHasher::default();
        hasher.write(key.as_bytes());
        hasher.finish() % Self::COUNT
    }
}
