//! The activity of a store and its cost, for apps that measure it.

use std::cell::Cell;
use std::time::Duration;

use crate::storage::Meter;
use crate::{Ctx, Sql, sys};

/// An operation of a store, as passed to [`Hooks::on_metric`](super::Hooks::on_metric).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The operation.
    pub activity: Activity,
    /// The rows read from the object's database since the last metric, as Cloudflare bills them. The rows of
    /// D1 are in D1's own metrics.
    pub rows_read: u64,
    /// The rows written to the object's database since the last metric.
    pub rows_written: u64,
}

/// An operation of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// A push got its answer.
    #[non_exhaustive]
    Push {
        /// The outcome of the push.
        outcome: PushOutcome,
        /// The number of its events.
        events: usize,
        /// The length of its message, in UTF-16 code units. For ASCII it is the number of bytes.
        size: usize,
        /// The number of live pulls over sockets that were to be sent it at once.
        listeners: usize,
        /// The time it took. The clock of a Worker stands still while code runs (Workers, "Performance and
        /// timers"), so this is the time spent waiting: for hooks, and for D1.
        waited: Duration,
    },
    /// A client asked for a pull.
    #[non_exhaustive]
    Pull {
        /// Whether the pull is live.
        live: bool,
        /// Whether the pull may begin.
        admitted: bool,
        /// The time that took, as for a push.
        waited: Duration,
    },
    /// The backend sent a page of a pull.
    #[non_exhaustive]
    Page {
        /// The length of its events, in UTF-16 code units.
        size: usize,
        /// The number of events of the pull that are still to come, as in
        /// [`OutgoingPage`](super::OutgoingPage).
        remaining: u64,
    },
    /// A client connected.
    #[non_exhaustive]
    Socket {
        /// The number of open sockets now.
        open: usize,
    },
}

/// The outcome of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushOutcome {
    /// It was stored, or it was empty.
    Stored,
    /// It was stored before; its client did not get the answer.
    Again,
    /// Its client does not have all events yet. It pushes again when it has them.
    Behind,
    /// A hook refused it, or it is not valid.
    Refused,
}

/// The counts from one metric to the next.
#[derive(Default)]
pub(super) struct Metrics {
    meter: Meter,
    reported: Cell<(u64, u64)>,
}

impl Metrics {
    /// Returns the object's database. Its rows are counted.
    pub(super) fn sql(&self, ctx: &Ctx) -> Sql {
        ctx.sql().metered(&self.meter)
    }

    pub(super) fn next<'a>(&self, store_id: &'a str, activity: Activity) -> Metric<'a> {
        let now = (self.meter.rows_read(), self.meter.rows_written());
        let (read, written) = self.reported.replace(now);
        Metric { store_id, activity, rows_read: now.0 - read, rows_written: now.1 - written }
    }
}

/// Measures time.
#[derive(Clone, Copy)]
pub(super) struct Stopwatch(i64);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(sys::now_millis())
    }

    pub(super) fn elapsed(self) -> Duration {
        Duration::from_millis(u64::try_from(sys::now_millis() - self.0).unwrap_or_default())
    }
}
