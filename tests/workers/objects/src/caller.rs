use std::collections::BTreeMap;

use durable_object::prelude::*;

use crate::bystander::{Bystander, Condition};
use crate::counter::Counter;
use crate::time::pause;
use crate::values::Values;

/// Calls other objects, and itself, through stubs.
#[durable_object]
pub struct Caller {
    ctx: Ctx,
    env: Env,
    found: Option<String>,
}

/// An object for which no configuration has a binding.
#[durable_object(binding = "NOT_CONFIGURED")]
pub struct Unbound;

#[durable_object]
impl Unbound {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    /// Never called.
    #[rpc]
    pub fn ping(&self) {}
}

#[durable_object]
impl Caller {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Self {
        Self { ctx, env, found: None }
    }

    /// Its own id.
    #[rpc]
    pub fn own_id(&self) -> String {
        self.ctx.id()
    }

    /// Its own name.
    #[rpc]
    pub fn own_name(&self) -> Option<String> {
        self.ctx.name()
    }

    /// Increments the counter of that name.
    #[rpc]
    pub async fn increment_named(&self, name: String, by: i64) -> Result<i64> {
        Counter::named(&self.env, &name)?.increment(by).await
    }

    /// Increments a counter that nobody else knows, twice.
    #[rpc]
    pub async fn increment_unique(&self, by: i64) -> Result<i64> {
        let counter = Counter::unique(&self.env)?;
        counter.increment(by).await?;
        counter.increment(by).await
    }

    /// Returns the facts that the caller with that id gives about itself.
    #[rpc]
    pub async fn id_by_id(&self, id: String) -> Result<String> {
        Self::from_id(&self.env, &id)?.own_id().await
    }

    /// Returns the facts that a bystander knows: a value with fields, passed on.
    #[rpc]
    pub async fn condition_of(&self, name: String) -> Result<Condition> {
        Bystander::named(&self.env, &name)?.condition().await
    }

    /// Passes on the error of another object.
    #[rpc]
    pub async fn error_of(&self, kind: String) -> Result<()> {
        Values::named(&self.env, "any")?.fail(kind).await
    }

    /// Sees the error of another object.
    #[rpc]
    pub async fn describe_error_of(&self, kind: String) -> Result<String> {
        let failed = Values::named(&self.env, "any")?.fail(kind).await;
        Ok(match failed {
            Err(Error::Remote(remote)) => {
                format!(
                    "{}|{}|remote={} retryable={}",
                    remote.name, remote.message, remote.remote, remote.retryable
                )
            }
            other => format!("{other:?}"),
        })
    }

    /// Sends another object every kind of value.
    #[rpc]
    pub async fn echo_all(&self) -> Result<BTreeMap<String, Option<String>>> {
        crate::matrix::echo_all(&self.env).await
    }

    /// Calls an object without a binding.
    #[rpc]
    pub async fn call_unbound(&self) -> Result<()> {
        Unbound::named(&self.env, "any")?.ping().await
    }

    /// Calls itself through its stub, among others.
    #[rpc]
    pub async fn call_itself(&self) -> Result<String> {
        Self::from_id(&self.env, &self.ctx.id())?.own_id().await
    }

    /// Calls itself through its stub, alone and after having waited.
    #[rpc]
    pub async fn call_itself_alone(&mut self, ms: u32) -> Result<String> {
        pause(ms).await;
        let found = Self::from_id(&self.env, &self.ctx.id())?.own_id().await?;
        self.found = Some(found.clone());
        Ok(found)
    }

    /// Calls itself when the handler is done, which is not a deadlock.
    #[rpc]
    pub fn call_itself_later(&self) {
        let (env, id) = (self.env.clone(), self.ctx.id());
        self.ctx.wait_until(async move { Self::from_id(&env, &id)?.keep("called later".to_owned()).await });
    }

    /// Keeps what it was told.
    #[rpc]
    pub fn keep(&mut self, found: String) {
        self.found = Some(found);
    }

    /// Returns the last text that it got.
    #[rpc]
    pub fn found(&self) -> Option<String> {
        self.found.clone()
    }

    /// Has the caller of that name ask this one for its id: two objects, no lock held alone.
    #[rpc]
    pub async fn id_through(&self, name: String) -> Result<String> {
        Self::named(&self.env, &name)?.id_by_id(self.ctx.id()).await
    }
}
