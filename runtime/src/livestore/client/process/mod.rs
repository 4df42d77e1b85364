//! The sync process: it decides when a client pulls, pushes, applies, waits and stops.
//!
//! It is a state machine over plain data. Each input is a method that returns the work to do. It holds
//! numbers only: pending events follow the head without gaps, so their count says which they are.
//!
//! - An answered push confirms its events. The backend has accepted them at exactly these numbers.
//! - A push that comes too late starts a pull at once, and then the push goes again.
//! - Only trouble with the connection is tried again. A refusal parks the call, and the status shows it.
//! - While anything is to do, an alarm is set, or the status says why not. Only the first pull of a life
//!   needs none until it finds events: the next life begins with a pull as well.

mod action;
mod delay;
mod step;
#[cfg(test)]
mod tests;

pub(crate) use action::{Action, Applied, Config, Failure, LostHistory, Opened, Parked, Status};

use self::delay::PATIENCE;
use super::error::Halt;
use super::event::LogEvent;
use super::rpc::answer::Exit;
use super::rpc::page::{More, Page};

/// The largest number of events in a push.
const MAX_PUSH: i64 = super::rpc::request::MAX_BATCH_EVENTS as i64;

/// The sync of one store with its backend.
///
/// All times are milliseconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    config: Config,
    head: i64,
    pending: i64,
    backend_id: Option<String>,
    backend_head: Option<i64>,
    push: Push,
    pull: Pull,
    /// Whether a pull has to end before the next push.
    is_behind: bool,
    /// Whether a pull has to start when none is running.
    wants_pull: bool,
    /// Whether a page is being applied.
    is_applying: bool,
    /// A page of a call that may continue the log when the push is answered.
    deferred: Option<Page>,
    push_failures: u32,
    pull_failures: u32,
    /// The number of pushes in a row that came too late.
    losses: u32,
    /// Whether someone watches the store.
    is_watched: bool,
    refresh_at: Option<i64>,
    halted: Option<Halt>,
    /// The number of the last call.
    calls: u32,
    /// Whether no pull has ended since the process began.
    is_opening: bool,
    /// The time at which the last pull began.
    pulled_at: i64,
    /// The last pull after which the backend calls this object.
    live_pull: Option<u32>,
    /// The status at the last notification.
    told: Option<Status>,
    /// The time for which the alarm was asked last.
    wake: Option<i64>,
}

/// The progress of pushing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Push {
    Idle,
    InFlight {
        number: u32,
        /// The head at the time of the call.
        after: i64,
        deadline: i64,
        /// The first number that was rolled back since then.
        rolled_back_from: Option<i64>,
    },
    Backoff {
        until: i64,
    },
    Parked(String),
}

/// The progress of pulling.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pull {
    Idle,
    Running {
        number: u32,
        deadline: i64,
        /// Whether any event came.
        has_events: bool,
        /// Whether the last page came.
        is_complete: bool,
    },
    Backoff {
        until: i64,
    },
    Parked(String),
}

impl Process {
    /// Begins with an opened store. It pulls before it pushes: the object may have been evicted while a push
    /// was running.
    pub(crate) fn open(config: Config, opened: Opened, now: i64) -> (Self, Vec<Action>) {
        let Opened { head, pending, backend_id, halted, parked, calls } = opened;
        let reason =
            |of_push| parked.iter().find(|call| call.is_push == of_push).map(|call| call.reason.clone());
        let mut process = Self {
            config,
            head,
            pending,
            backend_id,
            backend_head: None,
            push: reason(true).map_or(Push::Idle, Push::Parked),
            pull: reason(false).map_or(Pull::Idle, Pull::Parked),
            is_behind: true,
            wants_pull: true,
            is_applying: false,
            deferred: None,
            push_failures: 0,
            pull_failures: 0,
            losses: 0,
            is_watched: false,
            refresh_at: None,
            halted,
            calls,
            is_opening: true,
            pulled_at: now,
            live_pull: None,
            told: None,
            wake: None,
        };
        process.told = Some(process.status());
        let actions = process.step(now, |_, _| {});
        (process, actions)
    }

    /// Returns the reason why nothing can be committed.
    #[cfg(test)]
    pub(crate) fn halted(&self) -> Option<&Halt> {
        self.halted.as_ref()
    }

    /// Returns the number of the last call.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// Returns whether a pull has to end before the store has all that the backend is known to have.
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Returns the progress for users.
    pub(crate) fn status(&self) -> Status {
        let parked = [
            matches!(self.push, Push::Parked(_)).then_some(true),
            matches!(self.pull, Pull::Parked(_)).then_some(false),
        ];
        let parked = parked.into_iter().flatten().filter_map(|is_push| self.parked(is_push)).collect();
        Status {
            head: self.head,
            backend_head: self.backend_head,
            backend_pending_count: self.pending,
            is_backend_synced: self.pending == 0 && !self.is_behind && self.halted.is_none(),
            parked,
            halted: self.halted.clone(),
        }
    }

    fn parked(&self, is_push: bool) -> Option<Parked> {
        let reason = match (is_push, &self.push, &self.pull) {
            (true, Push::Parked(reason), _) | (false, _, Pull::Parked(reason)) => reason.clone(),
            _ => return None,
        };
        Some(Parked { is_push, reason })
    }

    /// The store has committed this many events.
    #[cfg(test)]
    pub(crate) fn committed(&mut self, count: i64, now: i64) -> Vec<Action> {
        self.ends_at(self.head + self.pending + count, now)
    }

    /// The store has committed events, and this is the last one of its log.
    pub(crate) fn ends_at(&mut self, last: i64, now: i64) -> Vec<Action> {
        self.step(now, |process, _| process.pending = last - process.head)
    }

    /// A push has ended. `through` is the last event that was sent, and `random` any number.
    pub(crate) fn push_answered(
        &mut self,
        number: u32,
        through: i64,
        exit: Exit,
        now: i64,
        random: u32,
    ) -> Vec<Action> {
        self.step(now, |process, out| {
            let Some((after, rolled_back_from)) = process.end_push(number) else { return };
            let is_stale = rolled_back_from.is_some_and(|from| from <= through);
            match exit {
                // A backend accepts only what continues its log, so it cannot have sent other events before.
                Exit::Success if is_stale => process.lose_history(out),
                Exit::Success => {
                    process.push_failures = 0;
                    process.losses = 0;
                    // A backend that was restarted may not know any more whom to call.
                    process.wants_pull |=
                        process.config.is_live && now - process.pulled_at >= process.config.refresh;
                    process.confirm(through, out);
                    if let Some(page) = process.deferred.take() {
                        process.consider(page, out);
                    }
                }
                // The events have other numbers by now, or came back before the answer.
                Exit::ServerAhead { .. } if is_stale || through <= process.head => {}
                Exit::ServerAhead { minimum_expected, .. } if minimum_expected < after => {
                    process.lose_history(out);
                }
                Exit::ServerAhead { minimum_expected, .. } => {
                    process.backend_head = Some(minimum_expected);
                    process.losses = process.losses.saturating_add(1);
                    process.is_behind = true;
                    process.wants_pull = true;
                    process.push = match delay::loss(process.losses, random) {
                        0 => Push::Idle,
                        wait => Push::Backoff { until: now + wait },
                    };
                }
                Exit::BackendIdMismatch { expected, .. } => process.meet(&expected, now, out),
                Exit::Unknown { name, message } => process.park(true, format!("{name}: {message}"), out),
            }
            process.give_up_deferred();
        })
    }

    /// A push has failed without an answer.
    pub(crate) fn push_failed(&mut self, number: u32, failure: Failure, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            if process.end_push(number).is_some() {
                process.push_trouble(failure, now, out);
                process.give_up_deferred();
            }
        })
    }

    /// A page of a pull has come.
    pub(crate) fn page(&mut self, number: u32, page: Page, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            let Pull::Running { number: running, deadline, has_events, is_complete } = &mut process.pull
            else {
                return;
            };
            if *running != number {
                return;
            }
            *deadline = now + PATIENCE;
            *has_events |= !page.events.is_empty();
            *is_complete = page.more == More::Nothing;
            if process.backend_id.as_ref().is_some_and(|id| *id != page.backend_id) {
                process.replaced_by(&page.backend_id, out);
                return;
            }
            if !Self::is_ascending(&page.events) {
                process.park(false, "the backend's events do not ascend".to_owned(), out);
                return;
            }
            if process.backend_id.is_none() {
                process.backend_id = Some(page.backend_id.clone());
                out.push(Action::Learn { backend_id: page.backend_id });
            }
            if page.more == More::Nothing {
                // A pull that is wanted since this one began has a reason, for example a push that came too
                // late.
                process.is_behind &= process.wants_pull;
                let last = page.events.last().map_or(process.head, |event| event.seq.global);
                process.backend_head = Some(last.max(process.head));
            }
            process.apply(page.events, out);
        })
    }

    /// A pull has ended.
    pub(crate) fn pull_ended(&mut self, number: u32, exit: Exit, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            let Pull::Running { number: running, has_events, is_complete, .. } = process.pull else { return };
            if running != number {
                return;
            }
            process.pull = Pull::Idle;
            process.is_opening = false;
            match exit {
                Exit::Success if is_complete || has_events => {
                    process.pull_failures = 0;
                    process.wants_pull |= !is_complete;
                    process.refresh_at = process.next_refresh(now);
                }
                Exit::Success => {
                    let message = "the pull ended before its last page".to_owned();
                    let failure = Failure { is_retryable: true, is_overloaded: false, message };
                    process.pull_trouble(failure, now, out);
                }
                Exit::BackendIdMismatch { expected, .. } => process.meet(&expected, now, out),
                Exit::ServerAhead { .. } => {
                    process.park(false, "the backend answered a pull like a push".to_owned(), out);
                }
                Exit::Unknown { name, message } => process.park(false, format!("{name}: {message}"), out),
            }
        })
    }

    /// A pull has failed without an answer, or after some pages.
    pub(crate) fn pull_failed(&mut self, number: u32, failure: Failure, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            if matches!(process.pull, Pull::Running { number: running, .. } if running == number) {
                process.pull_trouble(failure, now, out);
            }
        })
    }

    /// The backend has called with events. Only their content counts: the pull for which they come may be one
    /// of before an eviction.
    pub(crate) fn callback(&mut self, page: Page, now: i64) -> Vec<Action> {
        self.step(now, |process, out| process.consider(page, out))
    }

    /// The store has learnt that the backend has events which it lacks.
    pub(crate) fn fell_behind(&mut self, now: i64) -> Vec<Action> {
        self.step(now, |process, _| {
            process.is_behind = true;
            process.wants_pull = true;
        })
    }

    /// The backend has called with something that cannot be read. A pull has the truth, whatever it was.
    pub(crate) fn unread_callback(&mut self, now: i64) -> Vec<Action> {
        self.step(now, |process, _| process.wants_pull = true)
    }

    /// The events of [`Action::Apply`] were applied.
    pub(crate) fn applied(&mut self, applied: Applied, now: i64) -> Vec<Action> {
        self.step(now, |process, _| process.take(applied))
    }

    /// An event of [`Action::Apply`] cannot be applied. Those before it were, and the halt is written.
    pub(crate) fn poisoned(&mut self, applied: Applied, poison: Halt, now: i64) -> Vec<Action> {
        self.step(now, |process, _| {
            process.take(applied);
            process.is_behind = true;
            process.halted = Some(poison);
        })
    }

    /// The transaction of [`Action::Apply`] has failed, and nothing has changed.
    pub(crate) fn not_applied(&mut self, message: String, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            process.is_applying = false;
            process.is_behind = true;
            process.pull_trouble(Failure { is_retryable: true, is_overloaded: false, message }, now, out);
        })
    }

    /// Returns whether something has waited long enough. The alarm may be late, and some stores have none.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        let push = match self.push {
            Push::InFlight { deadline: at, .. } | Push::Backoff { until: at } => Some(at),
            Push::Idle | Push::Parked(_) => None,
        };
        let pull = match self.pull {
            Pull::Running { deadline: at, .. } | Pull::Backoff { until: at } => Some(at),
            Pull::Idle | Pull::Parked(_) => None,
        };
        self.halted.is_none() && [push, pull, self.refresh_at].into_iter().flatten().any(|at| at <= now)
    }

    /// The alarm has gone off.
    pub(crate) fn timer(&mut self, now: i64) -> Vec<Action> {
        // The alarm is used up, so the next one has to be set even for the same time.
        self.wake = None;
        self.step(now, |process, out| {
            let late = || Failure {
                is_retryable: true,
                is_overloaded: false,
                message: "no answer in time".to_owned(),
            };
            match process.push {
                Push::Backoff { until } if until <= now => process.push = Push::Idle,
                Push::InFlight { deadline, .. } if deadline <= now => {
                    process.push_trouble(late(), now, out);
                    process.give_up_deferred();
                }
                _ => {}
            }
            match process.pull {
                Pull::Backoff { until } if until <= now => process.pull = Pull::Idle,
                Pull::Running { deadline, .. } if deadline <= now => process.pull_trouble(late(), now, out),
                _ => {}
            }
            if process.refresh_at.is_some_and(|at| at <= now) {
                process.refresh_at = None;
                process.wants_pull = true;
            }
        })
    }

    /// Someone asks to go on after a halt or a refusal, or without a wait.
    pub(crate) fn resume(&mut self, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            let status = process.status();
            if status.halted.is_some() || !status.parked.is_empty() {
                out.push(Action::Resumed);
            }
            process.halted = None;
            if !matches!(process.push, Push::InFlight { .. }) {
                process.push = Push::Idle;
            }
            if !matches!(process.pull, Pull::Running { .. }) {
                process.pull = Pull::Idle;
            }
            (process.push_failures, process.pull_failures) = (0, 0);
            process.is_behind = true;
            process.wants_pull = true;
        })
    }

    /// Someone has taken back the pending events, which the backend refused. It may have some of them from an earlier
    /// push whose answer was lost, so a pull asks.
    pub(crate) fn pending_rejected(&mut self, now: i64) -> Vec<Action> {
        self.step(now, |process, _| {
            process.pending = 0;
            process.is_behind = true;
            process.wants_pull = true;
            if let Push::Parked(_) = process.push {
                process.push = Push::Idle;
            }
            process.push_failures = 0;
        })
    }

    /// Someone begins to watch the store, or nobody does any more.
    pub(crate) fn watch(&mut self, is_watched: bool, now: i64) -> Vec<Action> {
        if is_watched == self.is_watched {
            return Vec::new();
        }
        self.step(now, |process, _| {
            process.is_watched = is_watched;
            process.refresh_at = process.next_refresh(now);
        })
    }

    /// Switches the calls of the backend on or off.
    pub(crate) fn set_live(&mut self, is_live: bool, now: i64) -> Vec<Action> {
        self.step(now, |process, out| {
            process.wants_pull |= is_live && !process.config.is_live;
            process.config.is_live = is_live;
            if !is_live && let Some(pull) = process.live_pull.take() {
                out.push(Action::Unsubscribe { pull });
            }
        })
    }
}
