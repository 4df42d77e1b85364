//! A push, whatever it came over.

use super::publish;
use crate::Text;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::log::Pending;
use crate::livestore::backend::metrics::{Activity, PushOutcome, Stopwatch};
use crate::livestore::backend::store::{Pushed, Store};
use crate::livestore::protocol::{self as wire, Failure, PushRequest, RequestId};

/// What a push is answered.
pub(super) enum Answer {
    /// It is stored, and who listens has heard of it.
    Stored,
    /// It was stored before.
    Again,
    Refused(Failure),
}

impl Answer {
    /// Whether it was made without knowing what the log has by now.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self, Self::Again | Self::Refused(Failure::ServerAhead { .. }))
    }

    pub(super) fn exit(&self, id: &RequestId) -> String {
        match self {
            Self::Stored | Self::Again => wire::push_done(id),
            Self::Refused(failure) => wire::failed(id, failure),
        }
    }

    fn outcome(&self) -> PushOutcome {
        match self {
            Self::Stored => PushOutcome::Stored,
            Self::Again => PushOutcome::Again,
            Self::Refused(Failure::ServerAhead { .. }) => PushOutcome::Behind,
            Self::Refused(_) => PushOutcome::Refused,
        }
    }
}

/// Stores a push and tells everybody who listens. `frame` is the message it came in.
///
/// Boxed, so that it is compiled once and not into each transport.
pub(super) fn push<'a, H: Hooks>(
    store: &'a Store<H>,
    push: &'a PushRequest<'a>,
    frame: &'a Text,
    headers: &'a ForwardedHeaders,
) -> Pending<'a, Answer> {
    Box::pin(async move {
        let stopwatch = H::METRICS.then(Stopwatch::start);
        let (answer, listeners) = answer(store, push, frame, headers).await?;
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
) -> crate::Result<(Answer, usize)> {
    if let Err(failure) = store.admit_push(push, headers).await? {
        return Ok((Answer::Refused(failure), 0));
    }
    Ok(match store.append(push, frame).await? {
        Pushed::Stored(publication) => {
            let (heard, listeners) = publish(store, &publication).await;
            store.pushed(push, headers, &publication, heard).await?;
            (Answer::Stored, listeners)
        }
        Pushed::Nothing => (Answer::Stored, 0),
        Pushed::Again => (Answer::Again, 0),
        Pushed::Refused(failure) => (Answer::Refused(failure), 0),
    })
}
