//! The progress of a store.

use serde::{Deserialize, Serialize};

use crate::livestore::client::error::Halt;
use crate::livestore::client::process;

/// The progress of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Status {
    /// The id of the store, once it was connected.
    pub store_id: Option<String>,
    /// The number of the last event that the backend has confirmed to this store.
    pub head: i64,
    /// The number of the last event that the backend is known to have. It is unknown before the first answer.
    pub backend_head: Option<i64>,
    /// The number of events that the backend has not confirmed.
    pub backend_pending_count: i64,
    /// Whether the store had all events of the backend at the last pull, and the backend has all events of the store.
    pub is_backend_synced: bool,
    /// The reason why the store does not push until [`resume`](super::Store::resume) is called: the backend refused.
    pub push_parked: Option<String>,
    /// The reason why the store does not pull until [`resume`](super::Store::resume) is called.
    pub pull_parked: Option<String>,
    /// The reason why the store has halted.
    pub halted: Option<Halt>,
    /// The progress of a rebuild: the last event that is applied, when the tables are being filled again.
    pub rebuilt: Option<i64>,
    /// The number of own events that were rejected, and are kept.
    pub rejected: i64,
}

impl Status {
    /// Takes over what the sync process knows.
    pub(super) fn sync(&mut self, status: process::Status) {
        let process::Status { backend_head, is_backend_synced, parked, halted, .. } = status;
        self.backend_head = backend_head;
        // The process learns of a commit at the end of the turn.
        self.is_backend_synced = is_backend_synced && self.backend_pending_count == 0;
        for call in parked {
            *(if call.is_push { &mut self.push_parked } else { &mut self.pull_parked }) = Some(call.reason);
        }
        self.halted = halted;
    }
}
