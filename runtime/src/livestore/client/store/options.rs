//! The choices for a store.

use std::time::Duration;

use crate::livestore::client::process::{Config, LostHistory};
use crate::storage::Meter;

/// The choices for a [`Store`](super::Store): where its backend is, and how it behaves.
///
/// ```
/// use durable_object::livestore::client::StoreOptions;
///
/// let options = StoreOptions::backend("SYNC_BACKEND_DO").live("CLIENT_DO");
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct StoreOptions {
    pub(super) backend: String,
    pub(super) live: Option<String>,
    pub(super) name: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) skipped: Vec<String>,
    pub(super) initial_sync: Duration,
    pub(super) refresh: Duration,
    pub(super) halts: bool,
    pub(super) meter: Option<Meter>,
}

impl StoreOptions {
    /// Names the binding of the backend's class: an object of a `SyncBackend`, or of LiveStore's own
    /// `makeDurableObject`. The object with the name of the store is the backend.
    pub fn backend(binding: impl Into<String>) -> Self {
        Self {
            backend: binding.into(),
            live: None,
            name: None,
            client_id: None,
            payload: None,
            skipped: Vec::new(),
            initial_sync: Duration::from_millis(500),
            refresh: Duration::from_secs(60),
            halts: false,
            meter: None,
        }
    }

    /// Lets the backend call this object when others commit. `binding` is the binding of this object's own class,
    /// as the backend's worker has it.
    pub fn live(mut self, binding: impl Into<String>) -> Self {
        self.live = Some(binding.into());
        self
    }

    /// Names the store among several of one object: 1 to 32 letters from a to z, digits, and single `_` between
    /// them. Each store has its own log, backend and timers, and a `#[part]` field of its own. Events of one
    /// never reach another.
    ///
    /// The tables of the schemas need different names, because all of them are in the object's database. So one
    /// query can join the tables of several stores.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the client id of the events that this store commits. The default is the id of the object. Two objects
    /// of one store must not share it. It counts for a new store; later changes are ignored.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Sets the payload that the hooks of the backend get with every call, as JSON text: for example a token.
    pub fn payload(mut self, json: impl Into<String>) -> Self {
        self.payload = Some(json.into());
        self
    }

    /// Leaves the events with this name out of the tables. Use it to go on after an event that cannot be applied.
    /// The tables of this store then differ from those of clients that apply it.
    pub fn skip(mut self, event: impl Into<String>) -> Self {
        self.skipped.push(event.into());
        self
    }

    /// Sets the time for which [`connect`](super::Store::connect) waits for the backend's events. The default is
    /// 500 ms, as in LiveStore. With zero it does not wait.
    pub fn initial_sync(mut self, limit: Duration) -> Self {
        self.initial_sync = limit;
        self
    }

    /// Sets the time between two pulls while somebody [watches](super::Store::watch) the store. The default is a
    /// minute. A backend may forget whom it has to call, and cannot say so.
    pub fn refresh(mut self, interval: Duration) -> Self {
        self.refresh = interval;
        self
    }

    /// Makes the store halt when the backend was replaced or has lost events. Otherwise it begins anew with the
    /// backend's events, and its pending events become rejected ones.
    pub fn halt_when_backend_is_replaced(mut self) -> Self {
        self.halts = true;
        self
    }

    /// Adds the rows that the store reads and writes to `meter`, without those of its timers.
    pub fn meter(mut self, meter: &Meter) -> Self {
        self.meter = Some(meter.clone());
        self
    }

    pub(super) fn config(&self) -> Config {
        Config {
            is_live: self.live.is_some(),
            refresh: i64::try_from(self.refresh.as_millis()).unwrap_or(i64::MAX),
            on_lost_history: if self.halts { LostHistory::Halt } else { LostHistory::Reset },
        }
    }
}
