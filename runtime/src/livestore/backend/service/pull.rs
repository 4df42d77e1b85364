//! A pull: its admission, and its pages.

use std::rc::Rc;

use super::{Service, other_store, unknown};
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::{Hooks, IncomingPull};
use crate::livestore::backend::listeners::{Connection, give_up};
use crate::livestore::backend::log::{EventLog, Page};
use crate::livestore::backend::metrics::{Activity, Stopwatch};
use crate::livestore::backend::payload::Payload;
use crate::livestore::backend::recovery;
use crate::livestore::wire::{Failure, PageInfo, PullRequest, RequestId};
use crate::{Result, Socket};

impl<H: Hooks> Service<H> {
    /// Asks the hooks whether a pull may start. Returns the event after which it starts.
    pub(crate) async fn admit_pull(
        &self,
        pull: &PullRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<Result<i64, Failure>> {
        let stopwatch = H::METRICS.then(Stopwatch::start);
        let admitted = self.check_pull(pull, headers).await?;
        if let Some(stopwatch) = stopwatch {
            let (live, admitted) = (pull.live == Some(true), admitted.is_ok());
            self.store.report(Activity::Pull { live, admitted, waited: stopwatch.elapsed() });
        }
        Ok(admitted)
    }

    async fn check_pull(
        &self,
        pull: &PullRequest<'_>,
        headers: &ForwardedHeaders,
    ) -> Result<Result<i64, Failure>> {
        self.wake().await?;
        let log = self.store.log()?;
        let cursor = pull.cursor.as_ref().map(|cursor| cursor.event_sequence_number);
        if let Some(failure) = other_store(&log, &pull.store_id) {
            return Ok(Err(failure));
        }
        let incoming = IncomingPull {
            store_id: log.store_id(),
            payload: Payload::new(pull.payload),
            headers,
            live: pull.live == Some(true),
            cursor,
        };
        if let Err(error) = self.store.hooks().on_pull(&incoming).await {
            // A client that gets an error never pulls again.
            return if recovery::is_passing(&error) { Err(error) } else { Ok(Err(unknown(error))) };
        }
        // The store may have been replaced meanwhile.
        if let Some(cursor) = &pull.cursor
            && let Err(failure) = self.store.log_of(&cursor.backend_id)?
        {
            return Ok(Err(failure));
        }
        Ok(Ok(cursor.unwrap_or(i64::MIN)))
    }

    /// Reads the events after a number, for a pull that began in the log of `backend_id`.
    pub(crate) async fn page(
        &self,
        backend_id: &str,
        after: i64,
    ) -> Result<Result<(Rc<EventLog>, Page), Failure>> {
        loop {
            self.wake().await?;
            let log = match self.store.log_of(backend_id)? {
                Ok(log) => log,
                Err(failure) => return Ok(Err(failure)),
            };
            match log.page(after).await {
                Err(_) if log.is_closed() => {}
                page => return page.map(|page| Ok((log, page))),
            }
        }
    }

    /// Sends the next pages of a socket's pull, until the window is full or the log is at its end.
    ///
    /// The future is boxed, so that it is compiled once and not into each future that awaits it.
    pub(crate) fn advance<'a>(&'a self, socket: &'a Socket<Connection>, id: &'a RequestId) -> Boxed<'a, ()> {
        Box::pin(async move {
            self.wake().await?;
            let (log, sockets) = (self.store.log()?, self.listeners.sockets());
            while let Some(cursor) = sockets.wanted(socket, id)? {
                let page = log.page_within(sockets.page_bytes(), cursor).await?;
                // There was no await since the page was read.
                if !sockets.send(socket, id, cursor, &log, &page)? {
                    continue;
                }
                self.store.sent(&log, &page).await;
                if page.info == PageInfo::NoMore {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Continues a pull that has fallen behind.
    pub(super) async fn resume(&self, socket: &Socket<Connection>, id: &RequestId) {
        // The caller has work of its own, so this function handles the trouble.
        if let Err(error) = self.advance(socket, id).await {
            give_up(socket, &error);
        }
    }
}
