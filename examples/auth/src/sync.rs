//! The sync backend, and the worker's door to it.

use durable_object::livestore::backend::{
    Hooks, OpenUntil, SyncBackend, SyncRequest, SyncWorker, match_sync_request,
};
use durable_object::prelude::*;
use serde::de::IgnoredAny;

use crate::claims::{LEEWAY, until};
use crate::credential;
use crate::refusal::Refusal;
use crate::token::Token;
use crate::verifier::Verifier;

/// The decisions about stores: a socket stays open as long as its token is good.
pub struct Guarded;

impl Hooks for Guarded {
    const OPEN_UNTIL: Option<OpenUntil<Self>> = Some(|_, request| end_of_token(request));

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }
}

/// The worker has verified the token of this request, so the object only reads it.
fn end_of_token(request: &Request) -> Result<Option<Date>> {
    let sync = match_sync_request(request).ok_or(Refusal::Missing)?;
    let token = credential::of_sync(&sync, request)?;
    Ok(Some(until(&Token::parse(&token)?.claims, LEEWAY)?))
}

export_object! {
    /// Keeps the events of one list.
    pub SyncBackendDO = SyncBackend<Guarded>
}

/// Lets clients through whose token is for their store.
pub(crate) async fn answer(request: Request, sync: &SyncRequest, env: &Env) -> Result<Response> {
    let verifier = Verifier::new(env)?;
    SyncWorker::<SyncBackendDO>::new()
        .validate(async |_: IgnoredAny, sync: &SyncRequest, request: &Request| {
            let token = credential::of_sync(sync, request)?;
            verifier.verify(&token, &sync.store_id).await?;
            Ok(())
        })
        .handle(request, sync, env)
        .await
}
