//! The words between the sync process and the code that does its work.

use crate::livestore::client::error::Halt;
use crate::livestore::client::event::LogEvent;

/// The work that the process asks for. The caller does it in the given order, and it does not begin with
/// other input before all of it is done or started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Start a pull, and hand its pages and its end to the process with this number.
    Pull {
        /// The number of the call.
        number: u32,
        /// The backend and the last event that it confirmed. `None` pulls all events.
        after: Option<(String, i64)>,
        /// Whether the backend should call this object with later events.
        is_live: bool,
    },
    /// Start a push of the first pending events, and hand its end to the process with this number.
    Push {
        /// The number of the call.
        number: u32,
        /// The number before the first event to push, which is the head.
        after: i64,
        /// The largest number of events. The caller may send fewer, because a push has a limit in bytes.
        limit: i64,
    },
    /// The pending events up to this number are confirmed: write it as the head, and trim the undo log.
    Confirm {
        /// The new head.
        through: i64,
    },
    /// Merge and apply these events in one transaction, and then say so with `applied`, `poisoned` or
    /// `not_applied`. They ascend, and all of them are after the head. It is always the last action of a
    /// list.
    Apply {
        /// The events.
        events: Vec<LogEvent>,
    },
    /// Write the id of the backend. It was not known before, or another one had confirmed nothing.
    Learn {
        /// The id.
        backend_id: String,
    },
    /// Forget all confirmed events and the backend in one transaction, empty the tables of the user, and move
    /// the pending events to the rejected ones.
    Reset,
    /// Write that the store has halted, so that it stays so after an eviction. An apply that was poisoned has
    /// written it already.
    Halt(Halt),
    /// Write that a call is parked, so that it stays so after an eviction.
    Park(Parked),
    /// Delete what `Halt` and `Park` have written.
    Resumed,
    /// Tell the backend that this object wants no more calls because of a pull.
    Unsubscribe {
        /// The number of the pull.
        pull: u32,
    },
    /// Set the alarm to a time, in milliseconds since 1970. An alarm that is set to an earlier time may stay.
    /// With `None`, the process needs none.
    Wake {
        /// The time.
        at: Option<i64>,
    },
    /// Tell the subscribers that the status has changed.
    Notify,
}

/// A call that the backend has refused. It is not made again until someone resumes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parked {
    /// Whether it is the push. Otherwise it is the pull.
    pub(crate) is_push: bool,
    /// The reason, in words.
    pub(crate) reason: String,
}

/// The failure of a call that has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Whether the connection is the reason, so that the same call can succeed later: the platform's
    /// `retryable`, a backend that was restarted, an answer that was cut.
    pub(crate) is_retryable: bool,
    /// Whether the backend has too much to do. Then the first wait is four seconds.
    pub(crate) is_overloaded: bool,
    /// The reason, in words.
    pub(crate) message: String,
}

/// The choices of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Config {
    /// Whether the backend calls this object with new events.
    pub(crate) is_live: bool,
    /// The time between two pulls while someone watches the store, in milliseconds. A backend can forget whom
    /// it has to call.
    pub(crate) refresh: i64,
    /// The reaction to a backend that has lost the confirmed events.
    pub(crate) on_lost_history: LostHistory,
}

/// The reaction to a backend that is another one, or that lacks confirmed events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LostHistory {
    /// Begin anew with its events. Pending events are rejected.
    Reset,
    /// Halt, and keep everything.
    Halt,
}

/// The state of an open store's log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Opened {
    /// The last confirmed event, or 0.
    pub(crate) head: i64,
    /// The number of pending events, which follow the head without gaps.
    pub(crate) pending: i64,
    /// The backend of the confirmed events.
    pub(crate) backend_id: Option<String>,
    /// The reason for a halt, if this version of the code has written it. A new version tries again.
    pub(crate) halted: Option<Halt>,
    /// The parked calls, in the same way.
    pub(crate) parked: Vec<Parked>,
    /// The number of the last call that an earlier process of this life of the object has made. Its answer
    /// may come still, and does not count.
    pub(crate) calls: u32,
}

/// The log after a page was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The last confirmed event.
    pub(crate) head: i64,
    /// The number of pending events.
    pub(crate) pending: i64,
    /// The first number that was rolled back, if there was a rebase.
    pub(crate) rolled_back_from: Option<i64>,
}

/// The progress of a store, as users see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// The last event that the backend has confirmed.
    pub(crate) head: i64,
    /// The last event that the backend is known to have. It is unknown before the first answer.
    pub(crate) backend_head: Option<i64>,
    /// The number of events that the backend has not confirmed.
    pub(crate) backend_pending_count: i64,
    /// Whether the store had all events of the backend at the last pull, and the backend has all events of
    /// the store.
    pub(crate) is_backend_synced: bool,
    /// The calls that wait for someone to resume them.
    pub(crate) parked: Vec<Parked>,
    /// The reason why the store has halted.
    pub(crate) halted: Option<Halt>,
}
