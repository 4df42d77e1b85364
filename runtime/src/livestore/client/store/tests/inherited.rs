//! Random logs of LiveStore's own adapter, taken over and synced with their backend.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::rebuild::Progress;
use super::histories::event;
use super::schema::*;
use super::takeover::{append, left};
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::layout::Meta;
use crate::livestore::client::seq::Seq;

/// The backend that has a log, as a store pulls it and pushes to it.
struct Backend(Vec<Rc<Content>>);

impl Backend {
    fn store(&mut self, event: &LogEvent) {
        // Where an event has no arguments, the adapter pushes none.
        let args = event.content.args.clone().filter(|args| args != "{}");
        self.0.push(Rc::new(Content { args, ..(*event.content).clone() }));
    }

    fn page(&self, after: i64, limit: usize) -> Vec<LogEvent> {
        let events = (1_i64..).zip(&self.0).filter(|(number, _)| *number > after);
        let events = events.map(|(number, content)| LogEvent {
            seq: Seq::synced(number),
            parent: Seq::synced(number - 1),
            is_client_only: false,
            content: Rc::clone(content),
        });
        events.take(limit).collect()
    }
}

/// Returns names and arguments, in their order.
fn sorted(events: impl Iterator<Item = (String, Option<String>)>) -> Vec<(String, String)> {
    let mut all: Vec<_> = events.map(|(name, args)| (name, args.unwrap_or_else(|| "{}".into()))).collect();
    all.sort();
    all
}

proptest! {
    #[test]
    fn every_pending_event_ends_in_the_backend_once(
        events in prop::collection::vec(event(), 0..12),
        head in 0..12_usize,
        unheard in 0..12_usize,
        theirs in prop::collection::vec(event(), 0..4),
        limit in 1..5_usize,
    ) {
        // The events that can be applied: confirmed ones, and then pending ones that the backend has or lacks.
        let reference = open::<Todos>(&memory(), "reference");
        let applies = |event: &TodoEvent| reference.commit(std::slice::from_ref(event)).is_ok();
        let events: Vec<_> = events.into_iter().filter(applies).collect();
        let head = head.min(events.len());
        let sql = left(head as i64, Some("backend"));
        append(&sql, &events);
        let store = open::<Todos>(&sql, "me");
        let taken = store.events(0, i64::MAX).unwrap();
        let mut backend = Backend(Vec::new());
        taken.iter().take(head + unheard).for_each(|event| backend.store(event));
        let follower = open::<Todos>(&memory(), "follower");
        follower.apply(backend.page(0, 100), &never).unwrap();
        for event in theirs {
            let next = foreign(backend.0.len() as i64 + 1, &event);
            if follower.apply(vec![next.clone()], &never).unwrap().halted.is_some() {
                follower.delete_meta(Meta::Halted).unwrap();
            } else {
                backend.store(&next);
            }
        }

        prop_assert_eq!(store.rebuild_slice(&never).unwrap(), Progress::Done);
        for _ in 0..30 {
            let page = backend.page(store.heads().unwrap().head, limit);
            if page.is_empty() {
                for event in store.events(store.heads().unwrap().head, limit as i64).unwrap() {
                    backend.store(&event);
                }
                store.confirm(backend.0.len() as i64).unwrap();
            } else {
                prop_assert!(store.apply(page, &never).unwrap().halted.is_none());
            }
        }
        let heads = store.heads().unwrap();
        prop_assert_eq!((heads.pending(), heads.head), (0, backend.0.len() as i64));
        let ours = backend.0.iter().filter(|content| content.client_id == "client-do");
        let ours = ours.skip(head).map(|content| (content.name.clone(), content.args.clone()));
        let rejected = store.rejected().unwrap().into_iter().map(|event| (event.name, event.args));
        let pending = taken[head..].iter().map(|event| (event.content.name.clone(), event.content.args.clone()));
        prop_assert_eq!(sorted(ours.chain(rejected)), sorted(pending));
        let fresh = memory();
        open::<Todos>(&fresh, "fresh").apply(backend.page(0, 100), &never).unwrap();
        prop_assert_eq!(rows(&sql), rows(&fresh));
    }
}
