use durable_object::prelude::*;
use serde::{Deserialize, Serialize};
use worker::{Bucket, D1Database, Fetcher, KvStore, Queue};

use crate::counter::Counter;

/// A variable with structure.
#[derive(Serialize, Deserialize, Clone)]
pub struct Limits {
    per_minute: u32,
    names: Vec<String>,
}

/// One binding of every kind.
#[derive(FromEnv)]
#[expect(dead_code, reason = "some need a service that plain workerd has not")]
pub struct Bindings {
    counter: Namespace<Counter>,
    cache: KvStore,
    bucket: Bucket,
    database: D1Database,
    events: Queue,
    peer: Fetcher,
    greeting: String,
    limits: Json<Limits>,
    factor: Json<f64>,
    #[binding(name = "apiKey")]
    api_key: Secret,
    nickname: Option<String>,
    nothing: Option<KvStore>,
}

/// Is made from all of them.
#[durable_object]
pub struct Configured {
    env: Bindings,
}

#[durable_object]
impl Configured {
    #[init]
    fn init(_: Ctx, env: Bindings) -> Self {
        Self { env }
    }

    /// Increments the counter of that name.
    #[rpc]
    pub async fn increment(&self, name: String, by: i64) -> Result<i64> {
        self.env.counter.named(&name)?.increment(by).await
    }

    /// The texts, those that may be missing included.
    #[rpc]
    pub fn texts(&self) -> (String, Option<String>) {
        (self.env.greeting.clone(), self.env.nickname.clone())
    }

    /// The variables with structure.
    #[rpc]
    pub fn variables(&self) -> (Limits, f64) {
        (self.env.limits.0.clone(), *self.env.factor)
    }

    /// How the secret looks, and what it is.
    #[rpc]
    pub fn secret(&self) -> (String, String) {
        (format!("{:?}", self.env.api_key), self.env.api_key.expose().to_owned())
    }

    /// The status of the other worker's answer.
    #[rpc]
    pub async fn ask(&self, url: String) -> Result<u16> {
        Ok(self.env.peer.fetch(url, None).await?.status_code())
    }

    /// Whether there is what nobody has configured.
    #[rpc]
    pub fn has_nothing(&self) -> bool {
        self.env.nothing.is_none()
    }
}

/// The same bindings, taken for others, and some that nobody has configured.
#[derive(FromEnv)]
#[expect(dead_code, reason = "never made")]
pub struct Misunderstood {
    cache: Bucket,
    bucket: Option<KvStore>,
    greeting: Namespace<Counter>,
    limits: Json<Vec<u8>>,
    factor: String,
    absent: D1Database,
    absent_too: Secret,
}

/// Is made from those, so it never is.
#[durable_object]
pub struct Misconfigured;

#[durable_object]
impl Misconfigured {
    #[init]
    fn init(_: Ctx, _: Misunderstood) -> Self {
        Self
    }

    /// Never called.
    #[rpc]
    pub fn ping(&self) {}
}
