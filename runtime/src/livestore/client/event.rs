//! The events of a client's log.

use std::rc::Rc;

use super::seq::{Seq, SeqPair};
use crate::livestore::wire;

/// An event with its place in the log of this client.
///
/// A rebase gives it another place. Its content stays, so that copies share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogEvent {
    /// Its place.
    pub(crate) seq: Seq,
    /// The event before it, as the client that made it knew that.
    pub(crate) parent: Seq,
    /// Whether the event stays in this client. The backend never sees such an event.
    pub(crate) is_client_only: bool,
    /// All other fields.
    pub(crate) content: Rc<Content>,
}

/// The fields of an event that never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// The name of the event in the schema, for example `v1.TodoCreated`.
    pub(crate) name: String,
    /// The arguments as JSON text, exactly as they were committed or pulled. An event may have no arguments.
    pub(crate) args: Option<String>,
    /// The client that made the event. It stays the same in a rebase.
    pub(crate) client_id: String,
    /// The session that made the event. It stays the same in a rebase.
    pub(crate) session_id: String,
}

impl LogEvent {
    /// Returns the event at the place after `previous`.
    pub(crate) fn after(&self, previous: Seq, generation: i64) -> Self {
        let SeqPair { seq, parent } = previous.next_pair(self.is_client_only, generation);
        Self { seq, parent, is_client_only: self.is_client_only, content: Rc::clone(&self.content) }
    }

    /// Returns the form in which the event is pushed: its global numbers and its content.
    pub(crate) fn to_global(&self) -> wire::Event<'_> {
        wire::Event {
            name: self.content.name.as_str().into(),
            args: self.content.args.as_deref(),
            seq_num: self.seq.global,
            parent_seq_num: self.parent.global,
            client_id: self.content.client_id.as_str().into(),
            session_id: self.content.session_id.as_str().into(),
        }
    }

    /// Creates the event that a backend sent.
    pub(crate) fn from_global(event: wire::Event<'_>) -> Self {
        Self {
            seq: Seq::synced(event.seq_num),
            parent: Seq::synced(event.parent_seq_num),
            is_client_only: false,
            content: Rc::new(Content {
                name: event.name.into_owned(),
                args: event.args.map(str::to_owned),
                client_id: event.client_id.into_owned(),
                session_id: event.session_id.into_owned(),
            }),
        }
    }
}
