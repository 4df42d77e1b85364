//! Commits that ask the backend first, and the events that it has confirmed.

use std::rc::Rc;
use std::time::Duration;

use super::batch::Batch;
use super::definition::{Committed, erased};
use super::handle::{Inner, Store};
use super::work::exit;
use crate::Error;
use crate::livestore::client::error::{Result, StoreError};
use crate::livestore::client::event::LogEvent;
use crate::livestore::client::layout::Meta;
use crate::livestore::client::process::Process;
use crate::livestore::client::rpc::answer::Exit;
use crate::livestore::client::rpc::page::{More, Page};
use crate::livestore::client::rpc::request;
use crate::livestore::client::seq::Seq;
use crate::livestore::schema::{Event, Schema};

/// The limit of attempts. Each one but the last lost to another client.
const ATTEMPTS: usize = 10;
/// The time in which each attempt has to be in step with the backend.
const PATIENCE: Duration = Duration::from_secs(10);

/// An event that the backend has confirmed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredEvent<E> {
    /// Its number, which never changes.
    pub seq: i64,
    /// The event, or `None` when this version of the code does not know its name.
    pub event: Option<E>,
    /// Its name.
    pub name: String,
    /// The client that made it.
    pub client_id: String,
    /// The client's session that made it.
    pub session_id: String,
}

impl<S: Schema> Store<S> {
    /// Commits events once the backend has taken them. They are never rebased: they are stored at the place at which
    /// the backend put them, or not at all.
    ///
    /// It takes one event, or an array or a vector of up to 100. It fails without a connection, and costs a call of the
    /// backend; [`commit`](Self::commit) does neither.
    ///
    /// # Errors
    /// As [`commit`](Self::commit), and [`StoreError::NotConnected`], also when the events cannot be applied after those
    /// of other clients. [`StoreError::Unconfirmed`] when the backend refuses or cannot be reached. When its answer was
    /// lost, the events may be stored: the next pull shows it.
    pub async fn commit_confirmed(&self, events: impl Into<Batch<S::Event>>) -> Result<(), StoreError> {
        let Batch(events) = events.into();
        Ok(self.inner().commit_confirmed(&erased(&events)).await?)
    }

    /// Returns up to `limit` events that the backend has confirmed, after a number: 0 begins with the first one.
    ///
    /// # Errors
    /// [`StoreError::Event`] when an event of a known name cannot be read, [`StoreError::Object`] when the database fails.
    pub fn events(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent<S::Event>>, StoreError> {
        let database = &self.inner().database;
        let head = database.heads()?.head;
        let events =
            database.events(after, limit.into())?.into_iter().filter(|event| event.seq.global <= head);
        let stored = events.map(|event| {
            let content = &*event.content;
            Ok(StoredEvent {
                seq: event.seq.global,
                event: S::Event::decode(&content.name, content.args.as_deref().unwrap_or("null"))?,
                name: content.name.clone(),
                client_id: content.client_id.clone(),
                session_id: content.session_id.clone(),
            })
        });
        stored.collect()
    }
}

impl Inner {
    async fn commit_confirmed(self: &Rc<Self>, events: &[&dyn Committed]) -> Result<()> {
        for _ in 0..ATTEMPTS {
            self.wait_synced(PATIENCE).await?;
            self.database.try_out(events)?;
            let heads = self.database.heads()?;
            let Some(backend_id) = self.database.meta(Meta::BackendId)? else {
                return Err(StoreError::NotConnected.into());
            };
            if heads.last != heads.head {
                // Another event has committed meanwhile.
                continue;
            }
            let log = (heads.head..).zip(events).map(|(before, event)| {
                Ok(LogEvent {
                    seq: Seq::synced(before + 1),
                    parent: Seq::synced(before),
                    is_client_only: false,
                    content: Rc::new(self.database.content(*event)?),
                })
            });
            let log = log.collect::<Result<Vec<_>>>()?;
            if request::batch_length(&log) < log.len() {
                let reason = "a backend does not take so many events at once".to_owned();
                return Err(StoreError::Unconfirmed(reason).into());
            }
            let message = self.push_message(&log, &backend_id)?;
            let lost = |error: Error| StoreError::Unconfirmed(format!("the backend did not answer: {error}"));
            let backend = self.connected()?;
            match exit(&backend, message).await.map_err(lost)? {
                Exit::Success => {
                    let last = heads.head + i64::try_from(log.len()).unwrap_or_default();
                    let page = Page { backend_id, events: log, more: More::Nothing };
                    self.tell(|process, now| process.callback(page, now));
                    if self.database.heads()?.head < last {
                        // Other events came between; a pull has them all.
                        self.tell(Process::fell_behind);
                        self.wait_synced(PATIENCE).await?;
                    }
                    return Ok(());
                }
                Exit::ServerAhead { .. } | Exit::BackendIdMismatch { .. } => self.tell(Process::fell_behind),
                Exit::Unknown { name, message } => {
                    let reason = format!("the backend refuses: {name}: {message}");
                    return Err(StoreError::Unconfirmed(reason).into());
                }
            }
        }
        Err(StoreError::Unconfirmed(format!("other clients were faster {ATTEMPTS} times")).into())
    }
}
