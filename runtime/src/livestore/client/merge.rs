//! The merge of a client's pending events with those of the backend.
//!
//! It is a function over plain data: it gives the next state, and the events to confirm, to roll back and to
//! apply. It follows `SyncState.merge` of LiveStore 0.4.0, except for a divergence after pending client-only
//! events: see [`merge`].

use super::equality::is_same;
use super::event::LogEvent;
use super::seq::Seq;

/// The knowledge of a client about its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyncState {
    /// The events that the backend does not have yet, in order.
    pub(crate) pending: Vec<LogEvent>,
    /// The last event that came from the backend, or that it confirmed.
    pub(crate) upstream_head: Seq,
    /// The last event of this client. It is never before `upstream_head`.
    pub(crate) local_head: Seq,
}

/// The events to merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// The next events of the side closer to the backend.
    UpstreamAdvance {
        /// The events, ascending.
        new: Vec<LogEvent>,
    },
    /// The side closer to the backend has replaced some events, so that all pending events move behind.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "LiveStore's vectors have it; an object has no second side")
    )]
    UpstreamRebase {
        /// The events that are no longer there.
        rolled_back: Vec<LogEvent>,
        /// The events that are there now, ascending.
        new: Vec<LogEvent>,
    },
    /// New events of this client.
    #[cfg_attr(not(test), expect(dead_code, reason = "LiveStore's vectors have it; a commit needs no merge"))]
    LocalPush {
        /// The events, ascending.
        new: Vec<LogEvent>,
    },
}

/// The outcome of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Merged {
    /// Nothing has to be rolled back.
    Advance {
        /// The state from now on.
        state: SyncState,
        /// The pending events that are no longer pending.
        confirmed: Vec<LogEvent>,
        /// The events to apply, in order.
        new: Vec<LogEvent>,
    },
    /// Pending events move behind the new ones.
    Rebase {
        /// The state from now on. All of its pending events have to be applied after `new`.
        state: SyncState,
        /// The pending events that are no longer pending. They stay applied.
        confirmed: Vec<LogEvent>,
        /// The events to roll back, from the first to the last.
        rolled_back: Vec<LogEvent>,
        /// The foreign events to apply, in order.
        new: Vec<LogEvent>,
    },
    /// The pushed events are not after the local head.
    Reject {
        /// The first number that a push may have.
        minimum: Seq,
    },
}

/// The reason why events cannot be merged. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MergeError {
    /// The incoming events are not in order.
    #[error("the incoming events do not ascend: {}; pull again", list(.received))]
    NotAscending {
        /// The numbers of the incoming events.
        received: Vec<Seq>,
    },
    /// The first incoming event is known already.
    #[error("the incoming events must be after the head {head}: {}; leave out those up to the head", list(.received))]
    NotAfterHead {
        /// The upstream head.
        head: Seq,
        /// The numbers of the incoming events.
        received: Vec<Seq>,
    },
    /// The pending events of the state are not in order.
    #[error("the pending event {seq} does not follow {previous}; read the pending events from the log again")]
    BrokenChain {
        /// The event before.
        previous: Seq,
        /// The event that does not follow it.
        seq: Seq,
    },
    /// The heads would go back, or the upstream head would be after the local one.
    #[error(
        "the heads {upstream} (upstream) and {local} (local) are not possible; read them from the log again"
    )]
    Heads {
        /// The upstream head.
        upstream: Seq,
        /// The local head.
        local: Seq,
    },
}

/// Returns numbers as a list of texts.
fn list(numbers: &[Seq]) -> String {
    let numbers: Vec<_> = numbers.iter().map(Seq::to_string).collect();
    format!("[{}]", numbers.join(", "))
}

/// Whether the pending client-only events are compared with incoming events.
///
/// A backend sends no client-only events, so a merge with a backend has to pass over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientOnly {
    /// They are compared like all others.
    Compare,
    /// They are passed over, and confirmed with the synced event before or after them. A push leaves them out
    /// of the pending events.
    Ignore,
}

/// Merges events into a state.
///
/// It does not check that incoming events continue the head without a gap. The caller has to, where a gap
/// means a loss.
///
/// With [`ClientOnly::Ignore`], the pending client-only events before the first synced event that diverges
/// are confirmed in place. Only that synced event and all events after it are rolled back. LiveStore 0.4.0
/// mixes two lists up there, and then pushes an event twice.
///
/// # Errors
/// Fails when the state or the incoming events are not in order.
pub(crate) fn merge(
    state: SyncState,
    payload: Payload,
    client_only: ClientOnly,
) -> Result<Merged, MergeError> {
    state.check()?;
    let (Payload::UpstreamAdvance { new } | Payload::UpstreamRebase { new, .. } | Payload::LocalPush { new }) =
        &payload;
    if !new.is_sorted_by(|a, b| b.seq.is_after(a.seq)) {
        return Err(MergeError::NotAscending { received: numbers(new) });
    }
    let (upstream, local) = (state.upstream_head, state.local_head);
    let merged = match payload {
        Payload::UpstreamAdvance { new } => advance(state, new, client_only)?,
        Payload::UpstreamRebase { rolled_back, new } => {
            let SyncState { pending, upstream_head, .. } = state;
            rebase(pending, rolled_back, new, Vec::new(), upstream_head)
        }
        Payload::LocalPush { new } => push(state, new, client_only),
    };
    if let Merged::Advance { state, .. } | Merged::Rebase { state, .. } = &merged {
        let went_back = upstream.is_after(state.upstream_head) || local.is_after(state.local_head);
        if went_back || state.upstream_head.is_after(state.local_head) {
            return Err(MergeError::Heads { upstream: state.upstream_head, local: state.local_head });
        }
        state.check()?;
    }
    Ok(merged)
}

fn numbers(events: &[LogEvent]) -> Vec<Seq> {
    events.iter().map(|event| event.seq).collect()
}

/// Merges the next events of the side closer to the backend.
fn advance(state: SyncState, mut new: Vec<LogEvent>, client_only: ClientOnly) -> Result<Merged, MergeError> {
    let Some(last) = new.last().map(|event| event.seq) else {
        return Ok(Merged::Advance { state, confirmed: Vec::new(), new });
    };
    if new.first().is_some_and(|first| !first.seq.is_after(state.upstream_head)) {
        return Err(MergeError::NotAfterHead { head: state.upstream_head, received: numbers(&new) });
    }
    let SyncState { mut pending, local_head, .. } = state;
    let Matching { pending: mine, incoming, diverges } = matching(&pending, &new, client_only);
    let rest = pending.split_off(mine.min(pending.len()));
    let confirmed = pending;
    let new = new.split_off(incoming.min(new.len()));
    if diverges {
        return Ok(rebase(rest, Vec::new(), new, confirmed, last));
    }
    let local_head = rest.last().map_or_else(|| local_head.later(last), |event| event.seq);
    let state = SyncState { pending: rest, upstream_head: last, local_head };
    Ok(Merged::Advance { state, confirmed, new })
}

/// The common beginning of the pending and the incoming events.
struct Matching {
    /// The number of pending events in it.
    pending: usize,
    /// The number of incoming events in it.
    incoming: usize,
    /// Whether both lists go on, and differently.
    diverges: bool,
}

fn matching(pending: &[LogEvent], incoming: &[LogEvent], client_only: ClientOnly) -> Matching {
    let mut theirs = incoming.iter();
    let (mut matched, mut diverges) = (0, false);
    let mine = pending.iter().position(|mine| {
        if client_only == ClientOnly::Ignore && mine.is_client_only {
            return false;
        }
        match theirs.next() {
            Some(theirs) if is_same(mine, theirs) => {
                matched += 1;
                false
            }
            other => {
                diverges = other.is_some();
                true
            }
        }
    });
    Matching { pending: mine.unwrap_or(pending.len()), incoming: matched, diverges }
}

/// Moves pending events behind the last new one, or behind `base` when there is none.
fn rebase(
    pending: Vec<LogEvent>,
    mut rolled_back: Vec<LogEvent>,
    new: Vec<LogEvent>,
    confirmed: Vec<LogEvent>,
    base: Seq,
) -> Merged {
    let upstream_head = new.last().map_or(base, |event| event.seq);
    let generation = upstream_head.generation.saturating_add(1);
    let mut local_head = upstream_head;
    let moved = pending.iter().map(|event| {
        let moved = event.after(local_head, generation);
        local_head = moved.seq;
        moved
    });
    let moved = moved.collect();
    rolled_back.extend(pending);
    let state = SyncState { pending: moved, upstream_head, local_head };
    Merged::Rebase { state, confirmed, rolled_back, new }
}

/// Appends new events of this client.
fn push(mut state: SyncState, new: Vec<LogEvent>, client_only: ClientOnly) -> Merged {
    if new.first().is_some_and(|first| !first.seq.is_after(state.local_head)) {
        return Merged::Reject { minimum: state.local_head.next_pair(true, state.local_head.generation).seq };
    }
    if !new.is_empty() {
        let kept = new.iter().filter(|event| client_only == ClientOnly::Compare || !event.is_client_only);
        state.pending.extend(kept.cloned());
        state.local_head =
            state.pending.last().map_or(state.local_head.later(state.upstream_head), |last| last.seq);
    }
    Merged::Advance { state, confirmed: Vec::new(), new }
}

impl SyncState {
    /// Returns the state of a client that has nothing.
    #[cfg(test)]
    pub(crate) fn empty() -> Self {
        Self { pending: Vec::new(), upstream_head: Seq::ROOT, local_head: Seq::ROOT }
    }

    /// Returns the events of a page that are after the upstream head. A page may come more than once.
    #[cfg(test)]
    pub(crate) fn unseen(&self, page: Vec<LogEvent>) -> Vec<LogEvent> {
        page.into_iter().filter(|event| event.seq.is_after(self.upstream_head)).collect()
    }

    /// Checks that the pending events ascend, and that each client-only event follows the event before it.
    fn check(&self) -> Result<(), MergeError> {
        for (previous, event) in self.pending.iter().zip(self.pending.iter().skip(1)) {
            let before = if event.is_client_only { previous.seq.client } else { 0 };
            if !event.seq.is_after(previous.seq) || event.parent.client != before {
                return Err(MergeError::BrokenChain { previous: previous.seq, seq: event.seq });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
