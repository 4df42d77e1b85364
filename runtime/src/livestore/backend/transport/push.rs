//! A push, whatever it came over.

use super::ws;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::log::Pending;
use crate::livestore::backend::metrics::{Activity, PushOutcome, Stopwatch};
use crate::livestore::backend::recovery::Remedy;
use crate::livestore::backend::store::{Pushed, Store, unknown};
use crate::livestore::wire::{self, Failure, PushRequest, RequestId};
use crate::{Error, Result, Text, sys};

/// What a push is answered.
pub(super) enum Answer {
    /// It is stored, and who listens has heard of it.
    Stored,
    /// It was stored before.
    Again,
    Refused(Failure),
    /// It is not stored, because of trouble.
    Failed(Error),
}

impl Answer {
    /// Whether it was made without knowing what the log has by now.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self, Self::Again | Self::Refused(Failure::ServerAhead { .. }))
    }

    pub(super) fn exit(self, id: &RequestId) -> String {
        match self {
            Self::Stored | Self::Again => wire::push_done(id),
            Self::Refused(failure) => wire::failed(id, &failure),
            Self::Failed(error) => {
                sys::log_error(&format!("SyncBackend: a push could not be stored: {error}"));
                wire::failed(id, &unknown(error))
            }
        }
    }

    fn outcome(&self) -> PushOutcome {
        match self {
            Self::Stored => PushOutcome::Stored,
            Self::Again => PushOutcome::Again,
            Self::Refused(Failure::ServerAhead { .. }) => PushOutcome::Behind,
            Self::Refused(_) | Self::Failed(_) => PushOutcome::Refused,
        }
    }
}

/// Stores a push and tells everybody who listens. `frame` is the message it came in, `remedy` what is done about trouble
/// as long as the client `waits`.
///
/// Boxed, so that it is compiled once and not into each transport.
pub(super) fn push<'a, H: Hooks>(
    store: &'a Store<H>,
    push: &'a PushRequest<'a>,
    frame: &'a Text,
    headers: &'a ForwardedHeaders,
    remedy: Remedy,
    waits: &'a dyn Fn() -> bool,
) -> Pending<'a, Answer> {
    Box::pin(async move {
        let stopwatch = H::METRICS.then(Stopwatch::start);
        let attempt = || -> Pending<'_, _> {
            Box::pin(async {
                match answer(store, push, frame, headers).await? {
                    (Answer::Failed(error), _) if remedy.is_to_try_again() => Err(error),
                    answer => Ok(answer),
                }
            })
        };
        let (answer, listeners) = match store.persist(remedy, waits, &attempt).await {
            Err(error) if remedy.is_to_try_again() => (Answer::Failed(error), 0),
            outcome => outcome?,
        };
        if let Some(stopwatch) = stopwatch {
            store.report(Activity::Push {
                outcome: answer.outcome(),
                events: push.batch.len(),
                size: frame.len(),
                listeners,
                waited: stopwatch.elapsed(),
            });
        }
        Ok(answer)
    })
}

async fn answer<H: Hooks>(
    store: &Store<H>,
    push: &PushRequest<'_>,
    frame: &Text,
    headers: &ForwardedHeaders,
) -> Result<(Answer, usize)> {
    store.wake().await?;
    let pushed = match store.deny_push(push, headers).await? {
        Some(denied) => denied,
        None => store.append(push, frame).await?,
    };
    Ok(match pushed {
        Pushed::Stored(publication) => {
            // Nothing is awaited before everybody has heard of it.
            let (sockets, heard) = store.listeners().publish(&publication);
            for (socket, id) in sockets.behind {
                ws::resume(store, &socket, &id).await;
            }
            store.pushed(push, headers, &publication, heard).await?;
            (Answer::Stored, sockets.listeners)
        }
        Pushed::Nothing => (Answer::Stored, 0),
        Pushed::Again => (Answer::Again, 0),
        Pushed::Refused(failure) => (Answer::Refused(failure), 0),
        Pushed::Failed(error) => (Answer::Failed(error), 0),
    })
}
