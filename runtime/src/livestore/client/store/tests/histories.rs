//! Random histories of one store and its backend.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::apply::Fate;
use super::super::database::Database;
use super::super::rebuild::Progress;
use super::schema::*;
use crate::Sql;
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::seq::Seq;

#[derive(Debug, Clone)]
enum Step {
    /// This client commits these events at once.
    Commit(Vec<TodoEvent>),
    /// Another client's events reach the backend.
    Foreign(Vec<TodoEvent>),
    /// An event reaches the backend that this code does not know.
    Unknown,
    /// The backend takes the first pending events, if it can.
    Push(usize),
    /// As before, but the answer is lost.
    PushUnheard(usize),
    /// The client pulls so many events.
    Pull(usize),
    /// The object leaves memory, and comes back with the same code.
    Evict,
    /// It comes back with another schema.
    Deploy,
}

pub(super) fn event() -> impl Strategy<Value = TodoEvent> {
    let (id, text) = (|| 0..4_i64, || "[abc]".prop_map(String::from));
    prop_oneof![
        (id(), text()).prop_map(|(id, text)| TodoEvent::Created { id, text }),
        id().prop_map(|id| TodoEvent::Completed { id }),
        id().prop_map(|id| TodoEvent::Deleted { id }),
        (id(), text()).prop_map(|(id, text)| TodoEvent::Replaced { id, text }),
        (id(), id()).prop_map(|(id, to)| TodoEvent::Moved { id, to }),
        Just(TodoEvent::AllCompleted {}),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(event(), 1..4).prop_map(Step::Commit),
        4 => prop::collection::vec(event(), 1..4).prop_map(Step::Foreign),
        1 => Just(Step::Unknown),
        2 => (1..4_usize).prop_map(Step::Push),
        1 => (1..4_usize).prop_map(Step::PushUnheard),
        4 => (1..6_usize).prop_map(Step::Pull),
        1 => Just(Step::Evict),
        1 => Just(Step::Deploy),
    ]
}

struct World {
    sql: Sql,
    store: Database,
    /// Whether the store has the other version of the schema.
    is_deployed: bool,
    /// The log of the backend.
    log: Vec<Rc<Content>>,
    /// The events of other clients that can be applied, so that no history is poisoned: the tables that the
    /// whole log makes.
    reference: Database,
}

impl World {
    fn new() -> Self {
        let sql = memory();
        let store = open::<Todos>(&sql, "me");
        let reference = open::<Todos>(&memory(), "reference");
        Self { sql, store, is_deployed: false, log: Vec::new(), reference }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Commit(events) => {
                let before = self.tables();
                if self.store.commit(events).is_err() {
                    assert_eq!(self.tables(), before, "a failed commit changes nothing");
                }
            }
            Step::Foreign(events) => {
                for event in events {
                    let next = foreign(self.next(), event);
                    self.accept(&next);
                }
            }
            Step::Unknown => {
                let next = raw(self.next(), "v9.Unknown", "[1]");
                self.accept(&next);
            }
            Step::Push(count) => {
                if let Some(last) = self.push(*count) {
                    self.store.confirm(last).unwrap();
                }
            }
            Step::PushUnheard(count) => {
                self.push(*count);
            }
            Step::Pull(count) => self.pull(*count),
            Step::Evict => self.wake(),
            Step::Deploy => {
                let before = self.tables();
                self.is_deployed = !self.is_deployed;
                self.wake();
                while self.store.rebuild_slice(&never).unwrap() == Progress::More {}
                assert_eq!(self.tables(), before, "a rebuild makes the same tables");
            }
        }
        self.check();
    }

    /// The object comes back.
    fn wake(&mut self) {
        self.store = if self.is_deployed {
            open::<TodosAgain>(&self.sql, "me")
        } else {
            open::<Todos>(&self.sql, "me")
        };
    }

    fn next(&self) -> i64 {
        i64::try_from(self.log.len()).unwrap() + 1
    }

    /// The backend takes an event, if clients can apply it.
    fn accept(&mut self, event: &LogEvent) -> bool {
        let applied = self.reference.apply(vec![event.clone()], &never).unwrap();
        if applied.halted.is_some() {
            // The reference is to go on.
            self.reference.delete_meta(crate::livestore::client::layout::Meta::Halted).unwrap();
            return false;
        }
        self.log.push(Rc::clone(&event.content));
        true
    }

    /// Pushes; returns the last event that was taken.
    fn push(&mut self, count: usize) -> Option<i64> {
        let heads = self.store.heads().unwrap();
        if heads.head + 1 != self.next() {
            return None;
        }
        let batch = self.store.events(heads.head, count as i64).unwrap();
        for event in &batch {
            assert!(self.accept(event), "an own event fits behind the log: {event:?}");
        }
        batch.last().map(|event| event.seq.global)
    }

    fn pull(&mut self, count: usize) {
        let heads = self.store.heads().unwrap();
        let from = usize::try_from(heads.head).unwrap();
        let page = self.log.iter().enumerate().skip(from).take(count);
        let page = page.map(|(index, content)| LogEvent {
            seq: Seq::synced(index as i64 + 1),
            parent: Seq::synced(index as i64),
            is_client_only: false,
            content: Rc::clone(content),
        });
        let page: Vec<_> = page.collect();
        let pending = self.store.events(heads.head, i64::MAX).unwrap();
        let applied = self.store.apply(page, &never).unwrap();
        assert!(applied.halted.is_none());
        // Every pending event has one end.
        let now = self.store.events(0, i64::MAX).unwrap();
        for (number, fate) in &applied.fates {
            let was = pending.iter().find(|event| event.seq.global == *number).unwrap();
            let place = match fate {
                Fate::Confirmed => *number,
                Fate::Moved(place) => *place,
                Fate::Rejected(_) => continue,
            };
            let is = now.iter().find(|event| event.seq.global == place).unwrap();
            assert_eq!(is.content, was.content);
        }
    }

    fn tables(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        rows(&self.sql)
    }

    /// The tables are those of the log, applied from its beginning.
    fn check(&self) {
        let heads = self.store.heads().unwrap();
        let events = self.store.events(0, i64::MAX).unwrap();
        let numbers: Vec<i64> = events.iter().map(|event| event.seq.global).collect();
        assert_eq!(numbers, (1..=heads.last).collect::<Vec<_>>());
        let fresh = memory();
        let reference = open::<Todos>(&fresh, "me");
        let applied = reference.apply(events, &never).unwrap();
        assert!(applied.halted.is_none(), "{applied:?}");
        assert_eq!(rows(&fresh), rows(&self.sql));
        if heads.pending() == 0 {
            assert_eq!(undo_rows(&self.sql), 0, "nothing is left of confirmed events");
        }
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_tables_are_always_those_of_the_log(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
        }
        // In the end all is pushed and pulled. Each turn confirms an event, or has none to confirm.
        for _ in 0..=world.log.len() + 3 * steps.len() {
            let heads = world.store.heads().unwrap();
            if heads.pending() == 0 && heads.head + 1 == world.next() {
                break;
            }
            world.pull(100);
            if let Some(last) = world.push(100) {
                world.store.confirm(last).unwrap();
            }
        }
        world.check();
        let heads = world.store.heads().unwrap();
        prop_assert_eq!((heads.pending(), heads.last), (0, world.next() - 1));
        let expected = rows(&world.reference.connection.sql);
        prop_assert_eq!(rows(&world.sql), expected);
    }
}
