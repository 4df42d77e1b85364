//! A sync backend whose stores anybody may look at, export and reset. Never deploy it.

use durable_object::livestore::backend::{Hooks, Operation, SyncBackend, SyncWorker};
use durable_object::prelude::*;
use worker::{Context, event};

export_object!(pub SyncBackendDO = SyncBackend<Open>);

/// Consents to everything.
pub struct Open;

impl Hooks for Open {
    const ADMIN: bool = true;

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }

    async fn on_admin(&self, _operation: Operation, _request: &Request) -> Result<()> {
        Ok(())
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    SyncWorker::<SyncBackendDO>::new().admin().fetch(request, &env).await
}
