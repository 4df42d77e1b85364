//! Merges of the official client, and random histories.

use std::rc::Rc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::livestore::client::event::Content;

const VECTORS: &str = include_str!("../../../../../tests/sync/vectors/merge.json");

/// The vectors whose outcome is another one here, with that outcome.
fn deviations() -> [(&'static str, Json); 3] {
    let event = |seq: &str, parent: &str, args: &str, is_client_only: bool, client: &str| {
        json!([seq, parent, args, is_client_only, client])
    };
    let foreign = event("e2", "e1", "y", false, "B");
    let moved = event("e3r1", "e2", "a", false, "A");
    [
        (
            "extra / leader: leading client event then conflict",
            json!({
                "tag": "rebase",
                "pending": [event("e2r1", "e1", "a", false, "A")],
                "upstreamHead": "e1",
                "localHead": "e2r1",
                "newEvents": [event("e1", "e0", "x", false, "B"), event("e2r1", "e1", "a", false, "A")],
                "rollbackEvents": [event("e1", "e0", "a", false, "A")],
                "confirmedEvents": [event("e0.1", "e0", "a", true, "A")],
            }),
        ),
        (
            "extra / leader QUIRK: leading client event, first confirmed, second conflicts",
            json!({
                "tag": "rebase",
                "pending": [moved],
                "upstreamHead": "e2",
                "localHead": "e3r1",
                "newEvents": [foreign, moved],
                "rollbackEvents": [event("e2", "e1", "a", false, "A")],
                "confirmedEvents": [event("e0.1", "e0", "a", true, "A"), event("e1", "e0", "a", false, "A")],
            }),
        ),
        (
            "extra / leader QUIRK: client event between, first confirmed, second conflicts",
            json!({
                "tag": "rebase",
                "pending": [moved],
                "upstreamHead": "e2",
                "localHead": "e3r1",
                "newEvents": [foreign, moved],
                "rollbackEvents": [event("e2", "e1", "a", false, "A")],
                "confirmedEvents": [event("e1", "e0", "a", false, "A"), event("e1.1", "e1", "a", true, "A")],
            }),
        ),
    ]
}

fn seq(json: &Json) -> Seq {
    json.as_str().unwrap().parse().unwrap()
}

fn event(json: &Json) -> LogEvent {
    LogEvent {
        seq: seq(&json[0]),
        parent: seq(&json[1]),
        is_client_only: json[3].as_bool().unwrap(),
        content: Rc::new(Content {
            name: "n".into(),
            args: Some(json[2].to_string()),
            client_id: json[4].as_str().unwrap_or("A").into(),
            session_id: "s".into(),
        }),
    }
}

fn events(json: &Json) -> Vec<LogEvent> {
    json.as_array().map_or(Vec::new(), |events| events.iter().map(event).collect())
}

fn shown(events: &[LogEvent]) -> Json {
    let shown = |event: &LogEvent| {
        let args: Json = serde_json::from_str(event.content.args.as_ref().unwrap()).unwrap();
        json!([
            event.seq.to_string(),
            event.parent.to_string(),
            args,
            event.is_client_only,
            event.content.client_id
        ])
    };
    events.iter().map(shown).collect()
}

/// Returns the outcome in the form of the vectors.
fn outcome(merged: Result<Merged, MergeError>) -> Json {
    let state = |tag: &str, state: &SyncState, confirmed: &[LogEvent]| {
        json!({
            "tag": tag,
            "pending": shown(&state.pending),
            "upstreamHead": state.upstream_head.to_string(),
            "localHead": state.local_head.to_string(),
            "confirmedEvents": shown(confirmed),
        })
    };
    match merged {
        Ok(Merged::Advance { state: after, confirmed, new }) => {
            let mut json = state("advance", &after, &confirmed);
            json["newEvents"] = shown(&new);
            json
        }
        Ok(Merged::Rebase { state: after, confirmed, rolled_back, new }) => {
            let mut json = state("rebase", &after, &confirmed);
            json["newEvents"] = shown(&[new, after.pending.clone()].concat());
            json["rollbackEvents"] = shown(&rolled_back);
            json
        }
        Ok(Merged::Reject { minimum }) => {
            json!({ "tag": "reject", "expectedMinimumId": minimum.to_string() })
        }
        Err(MergeError::NotAscending { received }) => json!({ "die": format!(
            "Events must be ordered in monotonically ascending order by eventNum. Received: {}",
            list(&received)
        ) }),
        Err(MergeError::NotAfterHead { head, received }) => json!({ "die": format!(
            "Incoming events must be greater than upstream head. Expected greater than: {head}. Received: {}",
            list(&received)
        ) }),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_official_clients_merges_are_ours_but_for_three() {
    let vectors: Json = serde_json::from_str(VECTORS).unwrap();
    let (mut exact, mut deviating) = (0, 0);
    for vector in vectors["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let payload = &vector["payload"];
        let new = events(&payload["newEvents"]);
        let payload = match payload["tag"].as_str().unwrap() {
            "upstream-advance" => Payload::UpstreamAdvance { new },
            "upstream-rebase" => {
                Payload::UpstreamRebase { rolled_back: events(&payload["rollbackEvents"]), new }
            }
            "local-push" => Payload::LocalPush { new },
            other => panic!("{other}"),
        };
        let state = SyncState {
            pending: events(&vector["pending"]),
            upstream_head: seq(&vector["upstreamHead"]),
            local_head: seq(&vector["localHead"]),
        };
        let client_only =
            if vector["ignoreClientEvents"] == true { ClientOnly::Ignore } else { ClientOnly::Compare };
        let mut ours = outcome(merge(state, payload, client_only));
        if let Some((_, expected)) = deviations().iter().find(|(deviating, _)| *deviating == name) {
            assert_eq!(ours, *expected, "{name}");
            deviating += 1;
        } else {
            if ours["tag"] == "rebase" {
                // Upstream does not list them.
                ours.as_object_mut().unwrap().remove("confirmedEvents");
            }
            assert_eq!(ours, vector["expected"], "{name}");
            exact += 1;
        }
    }
    assert_eq!((exact, deviating), (44, 3));
}

#[test]
fn an_error_says_what_to_do() {
    let page = |numbers: &[i64]| {
        let new = numbers.iter().map(|&number| foreign(number, number - 1, "x")).collect();
        let state =
            SyncState { upstream_head: Seq::synced(2), local_head: Seq::synced(2), ..SyncState::empty() };
        merge(state, Payload::UpstreamAdvance { new }, ClientOnly::Ignore).unwrap_err().to_string()
    };
    assert_eq!(page(&[4, 3]), "the incoming events do not ascend: [e4, e3]; pull again");
    assert_eq!(
        page(&[2, 3]),
        "the incoming events must be after the head e2: [e2, e3]; leave out those up to the head"
    );
}

fn foreign(number: i64, parent: i64, args: &str) -> LogEvent {
    event(&json!([format!("e{number}"), format!("e{parent}"), args, false, "B"]))
}

/// A step of a history of one client and its backend.
#[derive(Debug, Clone)]
enum Step {
    /// The client commits an event.
    Commit { is_client_only: bool },
    /// Another client has events stored, each this far behind the one before.
    Foreign(Vec<i64>),
    /// The backend stores the first pending synced events, if they continue its log.
    Store(usize),
    /// A page comes, whose length has this limit. It begins this far before the head.
    Page { before: usize, length: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::bool::weighted(0.2).prop_map(|is_client_only| Step::Commit { is_client_only }),
        2 => prop::collection::vec(prop_oneof![4 => Just(1), 1 => 2..4_i64], 1..4).prop_map(Step::Foreign),
        3 => (1..4_usize).prop_map(Step::Store),
        4 => (0..3_usize, 0..5_usize).prop_map(|(before, length)| Step::Page { before, length }),
    ]
}

/// A client, the events that it has applied, and its backend.
struct World {
    state: SyncState,
    /// The applied events: those that are confirmed, and then the pending ones.
    applied: Vec<LogEvent>,
    log: Vec<LogEvent>,
    commits: usize,
}

impl World {
    fn head(&self) -> i64 {
        self.log.last().map_or(0, |event| event.seq.global)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Commit { is_client_only } => {
                self.commits += 1;
                let mut event = foreign(1, 0, &self.commits.to_string());
                event.is_client_only = is_client_only;
                Rc::get_mut(&mut event.content).unwrap().client_id = "A".into();
                let head = self.state.local_head;
                let new = vec![event.after(head, head.generation)];
                self.merge(Payload::LocalPush { new });
            }
            Step::Foreign(gaps) => {
                for gap in gaps {
                    let head = self.head();
                    self.log.push(foreign(head + gap, head, "f"));
                }
            }
            Step::Store(count) => {
                let synced = self.state.pending.iter().filter(|event| !event.is_client_only);
                let batch: Vec<_> =
                    synced.take(count).map(|event| LogEvent::from_global(event.to_global())).collect();
                if batch.first().is_some_and(|first| first.parent.global == self.head()) {
                    self.log.extend(batch);
                }
            }
            Step::Page { before, length } => {
                let head = self.state.upstream_head.global;
                let known = self.log.iter().filter(|event| event.seq.global <= head).count();
                let start = known.saturating_sub(before);
                let page: Vec<_> = self.log[start..].iter().take(before + length).cloned().collect();
                for _ in 0..2 {
                    // The second time, all of it is known.
                    let new = self.state.unseen(page.clone());
                    self.merge(Payload::UpstreamAdvance { new });
                }
                assert_eq!(self.state.unseen(page), []);
            }
        }
        self.check();
    }

    fn merge(&mut self, payload: Payload) {
        let client_only = match payload {
            Payload::LocalPush { .. } => ClientOnly::Compare,
            _ => ClientOnly::Ignore,
        };
        match merge(self.state.clone(), payload, client_only).unwrap() {
            Merged::Advance { state, new, .. } => {
                self.state = state;
                self.applied.extend(new);
            }
            Merged::Rebase { state, rolled_back, new, .. } => {
                let kept = self.applied.len() - rolled_back.len();
                assert_eq!(self.applied.split_off(kept), rolled_back);
                self.applied.extend(new);
                self.applied.extend(state.pending.clone());
                self.state = state;
            }
            Merged::Reject { .. } => panic!("a commit is always after the head"),
        }
    }

    fn check(&self) {
        let own = |event: &&LogEvent| event.content.client_id == "A";
        let mut mine: Vec<usize> = self
            .applied
            .iter()
            .filter(own)
            .map(|event| event.content.args.as_ref().unwrap().trim_matches('"').parse().unwrap())
            .collect();
        mine.sort_unstable();
        assert_eq!(mine, (1..=self.commits).collect::<Vec<_>>(), "each own event is there once");
        let pending = &self.state.pending;
        assert_eq!(&self.applied[self.applied.len() - pending.len()..], pending);
        let mut before = self.state.upstream_head;
        for event in pending.iter().filter(|event| !event.is_client_only) {
            assert_eq!(event.parent.global, before.global, "the pending events are a chain from the head");
            assert_eq!(event.seq.global, before.global + 1);
            before = event.seq;
        }
        let confirmed = self.applied.iter().filter(|event| !event.is_client_only);
        let confirmed = confirmed.take_while(|event| event.seq.global <= self.state.upstream_head.global);
        let stored = self.log.iter().take_while(|event| event.seq.global <= self.state.upstream_head.global);
        assert!(confirmed.map(|event| &event.content).eq(stored.map(|event| &event.content)));
    }
}

proptest! {
    #[test]
    fn no_history_loses_doubles_or_tears_events(steps in prop::collection::vec(step(), 1..60)) {
        let mut world =
            World { state: SyncState::empty(), applied: Vec::new(), log: Vec::new(), commits: 0 };
        for step in steps {
            world.step(step);
        }
        while world.state.pending.iter().any(|event| !event.is_client_only) || world.head() > world.state.upstream_head.global {
            world.step(Step::Page { before: 0, length: 100 });
            world.step(Step::Store(3));
        }
    }
}
