//! The process alone, input by input, and several of them with a backend.

mod calls;
mod interleavings;
mod model;
mod rules;

use std::rc::Rc;

use super::*;
use crate::livestore::client::event::Content;
use crate::livestore::client::seq::Seq;

const CONFIG: Config = Config { is_live: true, refresh: 60_000, on_lost_history: LostHistory::Reset };

/// An event of a client, with its number and the number before it.
fn event(number: i64, parent: i64, client: &str) -> LogEvent {
    LogEvent {
        seq: Seq::synced(number),
        parent: Seq::synced(parent),
        is_client_only: false,
        content: Rc::new(Content {
            name: "n".into(),
            args: None,
            client_id: client.into(),
            session_id: "s".into(),
        }),
    }
}

/// The last page of the backend `b`.
fn page(events: &[LogEvent]) -> Page {
    Page { backend_id: "b".into(), events: events.to_vec(), more: More::Nothing }
}

fn failure(is_retryable: bool, is_overloaded: bool) -> Failure {
    Failure { is_retryable, is_overloaded, message: "trouble".into() }
}

fn ahead(minimum_expected: i64) -> Exit {
    Exit::ServerAhead { minimum_expected, provided: 0 }
}

fn unknown() -> Exit {
    Exit::Unknown { name: "SqlError".into(), message: "full".into() }
}

/// A process at the time 0 that has pulled, and has these events.
fn synced(head: i64, pending: i64) -> Process {
    let opened = Opened { head, backend_id: Some("b".into()), ..Opened::default() };
    let (mut process, _) = Process::open(CONFIG, opened, 0);
    process.page(1, page(&[]), 0);
    process.pull_ended(1, Exit::Success, 0);
    if pending > 0 {
        let actions = process.committed(pending, 0);
        assert_eq!(pushes(&actions), [(2, head)]);
    }
    process
}

/// The pushes among some actions: their numbers and heads.
fn pushes(actions: &[Action]) -> Vec<(u32, i64)> {
    let pushes = actions.iter().filter_map(|action| match action {
        Action::Push { number, after, .. } => Some((*number, *after)),
        _ => None,
    });
    pushes.collect()
}

/// The pulls among some actions: their numbers and heads.
fn pulls(actions: &[Action]) -> Vec<(u32, i64)> {
    let pulls = actions.iter().filter_map(|action| match action {
        Action::Pull { number, after, .. } => Some((*number, after.as_ref().map_or(0, |(_, after)| *after))),
        _ => None,
    });
    pulls.collect()
}

/// The events to apply among some actions.
fn applies(actions: &[Action]) -> Vec<i64> {
    let events = actions.iter().filter_map(|action| match action {
        Action::Apply { events } => Some(events.iter().map(|event| event.seq.global)),
        _ => None,
    });
    events.flatten().collect()
}

fn wake(actions: &[Action]) -> Option<i64> {
    actions.iter().find_map(|action| match action {
        Action::Wake { at } => *at,
        _ => None,
    })
}

fn applied(head: i64, pending: i64, rolled_back_from: Option<i64>) -> Applied {
    Applied { head, pending, rolled_back_from }
}
