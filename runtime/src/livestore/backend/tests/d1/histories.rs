//! Random histories.

use proptest::prelude::*;

use super::*;

/// What happens next in a random history.
#[derive(Debug, Clone)]
enum Step {
    Push {
        client: usize,
        count: i64,
    },
    Ack {
        client: usize,
    },
    Restart {
        client: usize,
    },
    /// A request is carried out.
    Run {
        index: usize,
    },
    /// A request is answered.
    Answer {
        index: usize,
    },
    /// An answer is lost, whether the request was carried out or not.
    Lose {
        index: usize,
    },
    LoseMemory,
}

const CLIENTS: usize = 3;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let client = 0..CLIENTS;
    let step = prop_oneof![
        6 => (client.clone(), 1..150_i64).prop_map(|(client, count)| Step::Push { client, count }),
        6 => client.clone().prop_map(|client| Step::Ack { client }),
        1 => client.prop_map(|client| Step::Restart { client }),
        6 => (0..8_usize).prop_map(|index| Step::Run { index }),
        12 => (0..8_usize).prop_map(|index| Step::Answer { index }),
        1 => (0..8_usize).prop_map(|index| Step::Lose { index }),
        1 => Just(Step::LoseMemory),
    ];
    prop::collection::vec(step, 1..80)
}

/// A client that pulls live and applies what it gets strictly in order; when its socket is closed it starts over from
/// what it has.
struct Follower {
    client: Client,
    id: u32,
    seen: Vec<i64>,
    unacknowledged: usize,
    backend_id: Option<String>,
}

impl Follower {
    fn start(world: &mut World) -> Self {
        let client = world.connect();
        let mut follower = Self { client, id: 0, seen: Vec::new(), unacknowledged: 0, backend_id: None };
        follower.pull(world);
        follower
    }

    fn pull(&mut self, world: &mut World) {
        self.id += 1;
        self.unacknowledged = 0;
        let cursor = match (self.seen.last(), &self.backend_id) {
            (Some(last), Some(id)) => {
                format!(r#"{{"_tag":"Some","value":{{"backendId":"{id}","eventSequenceNumber":{last}}}}}"#)
            }
            _ => r#"{"_tag":"None"}"#.to_owned(),
        };
        world.send(&self.client, &pull(self.id, true).replace(r#"{"_tag":"None"}"#, &cursor));
    }

    /// Takes what has come; whether anything has, or it had to start over.
    fn read(&mut self, world: &mut World) -> bool {
        let id = Json::from(self.id.to_string());
        let frames = self.client.received();
        let mut news = !frames.is_empty();
        for frame in frames {
            if frame["_tag"] == "Chunk" && frame["requestId"] == id {
                self.unacknowledged += 1;
                self.backend_id = frame["values"][0]["backendId"].as_str().map(str::to_owned);
                for number in numbers(&frame) {
                    let last = self.seen.last().copied().unwrap_or_default();
                    assert_eq!(number, last + 1, "nothing twice, nothing left out");
                    self.seen.push(number);
                }
            } else {
                assert_ne!(frame["requestId"], id, "a live pull ended: {frame}");
            }
        }
        if self.client.line.close_code().is_some() {
            self.client = world.connect();
            self.pull(world);
            news = true;
        }
        news
    }

    fn acknowledge(&mut self, world: &mut World) -> bool {
        if self.unacknowledged == 0 {
            return false;
        }
        self.unacknowledged -= 1;
        world.send(&self.client, &ack(self.id));
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_database_does_everyone_sees_the_log(steps in steps()) {
        let mut world = World::new();
        world.database.hold(true);
        let mut followers: Vec<_> = (0..CLIENTS).map(|_| Follower::start(&mut world)).collect();
        for (at, step) in steps.into_iter().enumerate() {
            let waiting = world.database.waiting();
            match step {
                Step::Push { client, count } => {
                    let head = followers[client].seen.last().copied().unwrap_or_default();
                    let events: Vec<_> = (head + 1..=head + count)
                        .map(|number| event(number, number - 1).replace("\"c\"", &format!("\"c{client}-{at}\"")))
                        .collect();
                    world.send(&followers[client].client, &push(1_000 + at as u32, &events));
                }
                Step::Ack { client } => {
                    followers[client].acknowledge(&mut world);
                }
                Step::Restart { client } => {
                    let follower = &mut followers[client];
                    world.send(&follower.client, &interrupt(follower.id));
                    follower.pull(&mut world);
                }
                Step::Run { index } if index < waiting => world.database.run(index),
                Step::Answer { index } if index < waiting => world.answer(index),
                Step::Lose { index } if index < waiting => {
                    world.database.lose(index);
                    world.run();
                }
                Step::Run { .. } | Step::Answer { .. } | Step::Lose { .. } => {}
                Step::LoseMemory => world.lose_memory(),
            }
            for follower in &mut followers {
                follower.read(&mut world);
            }
        }
        // Somebody pushes until it is stored, as clients do, and everyone reads to the end.
        let writer = world.connect();
        world.settle();
        loop {
            world.settle();
            let stored = world.stored();
            let next = stored.last().copied().unwrap_or_default() + 1;
            let writer = if writer.line.close_code().is_some() { world.connect() } else { Client { line: writer.line.clone(), socket: writer.socket.clone() } };
            world.send(&writer, &push(9_000, &[event(next, next - 1)]));
            world.settle();
            let done = writer.received().iter().any(|frame| frame["exit"]["_tag"] == "Success");
            if done {
                break;
            }
        }
        for _ in 0..200 {
            let mut busy = false;
            for follower in &mut followers {
                busy |= follower.read(&mut world);
                busy |= follower.acknowledge(&mut world);
            }
            world.settle();
            if !busy && followers.iter().all(|follower| follower.client.line.close_code().is_none()) {
                break;
            }
        }
        let stored = world.stored();
        for follower in &mut followers {
            follower.read(&mut world);
            prop_assert_eq!(&follower.seen, &stored);
        }
        prop_assert_eq!(world.head(), *stored.last().unwrap());
    }
}
