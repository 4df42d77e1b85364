//! A push, from its arrival to its outcome.

use super::{Service, other_store, unknown};
use crate::livestore::backend::admission::{Verdict, admit, fits};
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::log::{Batch, EventLog, Gap, Recovered};
use crate::livestore::backend::metrics::{Activity, PushOutcome, Stopwatch};
use crate::livestore::backend::publication::Publication;
use crate::livestore::backend::recovery::{self, Remedy};
use crate::livestore::wire::{Failure, PushRequest};
use crate::value::Text;
use crate::{Date, Error, Result};

/// The outcome of a push.
pub(crate) enum Pushed {
    /// It is stored, and all listeners have been told; or it was empty.
    Stored,
    /// It was stored before: its client did not get the answer.
    Again,
    /// Its client does not have all events yet.
    Behind(Failure),
    /// It is not stored: a hook refused it, or it is not valid.
    Refused(Failure),
    /// It is not stored, because of trouble.
    Failed(Error),
}

impl Pushed {
    /// Returns whether the decision was made without knowledge of the log's latest events.
    pub(crate) fn is_stale(&self) -> bool {
        matches!(self, Self::Again | Self::Behind(_))
    }

    fn outcome(&self) -> PushOutcome {
        match self {
            Self::Stored => PushOutcome::Stored,
            Self::Again => PushOutcome::Again,
            Self::Behind(_) => PushOutcome::Behind,
            Self::Refused(_) | Self::Failed(_) => PushOutcome::Refused,
        }
    }
}

impl<H: Hooks> Service<H> {
    /// Stores a push and tells all listeners. `frame` is the message that contained it. `remedy` is the
    /// handling of trouble while the client `waits`.
    ///
    /// The future is boxed, so that it is compiled once and not into each transport.
    pub(crate) fn push<'a>(
        &'a self,
        push: &'a PushRequest<'a>,
        frame: &'a Text,
        headers: &'a ForwardedHeaders,
        remedy: Remedy,
        waits: &'a dyn Fn() -> bool,
    ) -> Boxed<'a, Pushed> {
        Box::pin(async move {
            let stopwatch = H::METRICS.then(Stopwatch::start);
            let attempt = || -> Boxed<'_, _> {
                Box::pin(async {
                    match self.push_once(push, frame, headers).await? {
                        (Pushed::Failed(error), _) if remedy.is_to_try_again() => Err(error),
                        pushed => Ok(pushed),
                    }
                })
            };
            let (pushed, listeners) = match self.persist(remedy, waits, &attempt).await {
                Err(error) if remedy.is_to_try_again() => (Pushed::Failed(error), 0),
                outcome => outcome?,
            };
            if let Some(stopwatch) = stopwatch {
                self.store.report(Activity::Push {
                    outcome: pushed.outcome(),
                    events: push.batch.len(),
                    size: frame.len(),
                    listeners,
                    waited: stopwatch.elapsed(),
                });
            }
            Ok(pushed)
        })
    }

    /// Asks the hooks, admits the push, stores it, tells all listeners, and then tells the hooks. Also
    /// returns the number of socket pulls over which it was sent.
    ///
    /// There is no await between storing and publishing: a page that is read in between would be sent twice
    /// or never.
    async fn push_once(
        &self,
        push: &PushRequest<'_>,
        frame: &Text,
        headers: &ForwardedHeaders,
    ) -> Result<(Pushed, usize)> {
        self.wake().await?;
        if let Some(denied) = self.deny(push, headers).await? {
            return Ok((denied, 0));
        }
        let publication = {
            // In the object's own database there is no wait, so no other task writes.
            let _turn = if H::STORAGE.is_remote() { self.store.turn().await? } else { None };
            let log = self.store.log()?;
            if H::STORAGE.is_remote() && self.store.catch_up(&log, push).await? == Gap::Everybody {
                self.listeners.start_over(&log);
            }
            let mut is_first = true;
            loop {
                let head = match admit(log.head(), push) {
                    Verdict::Store { head } => head,
                    Verdict::Nothing => return Ok((Pushed::Stored, 0)),
                    Verdict::Refuse(failure) => return Ok((refuse(&log, push, failure).await?, 0)),
                };
                let batch = Batch::new(&push.batch, Date::now().to_string());
                let Err(error) = log.append(&batch, frame, head).await else {
                    break Publication { log, batch };
                };
                if !H::STORAGE.is_remote() || !is_first {
                    return Ok((Pushed::Failed(error), 0));
                }
                match self.store.recover(&log, &batch, head).await? {
                    Recovered::Stored => break Publication { log, batch },
                    Recovered::NotStored | Recovered::Lost => return Ok((Pushed::Failed(error), 0)),
                    Recovered::Overtaken { .. } => self.listeners.start_over(&log),
                }
                is_first = false;
            }
        };
        let (sockets, heard) = self.listeners.publish(&publication);
        for (socket, id) in sockets.behind {
            self.resume(&socket, &id).await;
        }
        self.store.pushed(push, headers, &publication, heard).await?;
        Ok((Pushed::Stored, sockets.listeners))
    }

    /// Asks the hooks. Returns the outcome of a push that they refuse.
    async fn deny(&self, push: &PushRequest<'_>, headers: &ForwardedHeaders) -> Result<Option<Pushed>> {
        let log = self.store.log()?;
        if let Some(failure) = other_store(&log, &push.store_id) {
            return Ok(Some(Pushed::Refused(failure)));
        }
        if push.batch.is_empty() {
            return Ok(None);
        }
        Ok(match self.store.may_push(&log, push, headers).await {
            Ok(()) => None,
            Err(error) if recovery::is_passing(&error) => Some(Pushed::Failed(error)),
            Err(error) => Some(Pushed::Refused(unknown(error))),
        })
    }
}

/// Decides the outcome of a push that does not continue the log.
async fn refuse(log: &EventLog, push: &PushRequest<'_>, failure: Failure) -> Result<Pushed> {
    Ok(match failure {
        Failure::ServerAhead { .. } if push.batch.iter().all(fits) && log.holds(&push.batch).await? => {
            Pushed::Again
        }
        Failure::ServerAhead { .. } => Pushed::Behind(failure),
        _ => Pushed::Refused(failure),
    })
}
