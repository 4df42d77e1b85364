//! What a store does, and what it costs, for apps that want to know.

use std::cell::Cell;
use std::time::Duration;

use crate::{Ctx, Meter, Sql, sys};

/// Something a store has done, as [`Hooks::on_metric`](super::Hooks::on_metric) hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric<'a> {
    /// The store.
    pub store_id: &'a str,
    /// What it has done.
    pub activity: Activity,
    /// Rows that were read from the object's database since the last metric, as Cloudflare bills them. Those of D1
    /// are in D1's own metrics.
    pub rows_read: u64,
    /// Rows that were written to it since.
    pub rows_written: u64,
}

/// What a store has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// A push has its answer.
    Push {
        /// What became of it.
        outcome: PushOutcome,
        /// How many events it had.
        events: usize,
        /// The length of its message, in UTF-16 code units: its bytes, where it is ASCII.
        size: usize,
        /// Live pulls over sockets that were to be sent it at once.
        listeners: usize,
        /// How long it took. The clock of a Worker stands still while code runs (Workers, "Performance and timers"),
        /// so this is what was waited for: hooks, and D1.
        waited: Duration,
    },
    /// A pull was asked for.
    Pull {
        /// Whether it is live.
        live: bool,
        /// Whether it may begin.
        admitted: bool,
        /// How long that took, as for a push.
        waited: Duration,
    },
    /// A page of a pull was sent.
    Page {
        /// The length of its events, in UTF-16 code units.
        size: usize,
        /// Events of the pull that are still to come, as in [`OutgoingPage`](super::OutgoingPage).
        remaining: u64,
    },
    /// A client has connected.
    Socket {
        /// How many sockets there are now.
        open: usize,
    },
}

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushOutcome {
    /// It was stored, or there was nothing in it.
    Stored,
    /// It was stored before; its client has not heard the answer.
    Again,
    /// Its client does not have all events yet, and pushes again when it has.
    Behind,
    /// It was refused, by a hook or because it is not valid.
    Refused,
}

/// What is counted from metric to metric.
#[derive(Default)]
pub(super) struct Metrics {
    meter: Meter,
    reported: Cell<(u64, u64)>,
}

impl Metrics {
    /// The object's database, whose rows are counted.
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
