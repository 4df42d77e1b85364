//! Many clients against one backend, in any order of events: nobody misses an event, sees one twice or out
//! of order, or is left waiting.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    /// A client that knows the head pushes this many events, numbered with gaps.
    Push {
        client: usize,
        count: i64,
        gap: i64,
    },
    /// A client pushes on an old head.
    StalePush {
        client: usize,
    },
    /// A client acknowledges one chunk.
    Ack {
        client: usize,
    },
    /// A client gives its pull up and starts another after what it has.
    Restart {
        client: usize,
    },
    /// A client's connection breaks, and it comes back.
    Reconnect {
        client: usize,
    },
    Hibernate,
}

const CLIENTS: usize = 4;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let client = 0..CLIENTS;
    let step = prop_oneof![
        4 => (client.clone(), 1..180_i64, 1..3_i64).prop_map(|(client, count, gap)| Step::Push { client, count, gap }),
        1 => client.clone().prop_map(|client| Step::StalePush { client }),
        6 => client.clone().prop_map(|client| Step::Ack { client }),
        1 => client.clone().prop_map(|client| Step::Restart { client }),
        1 => client.prop_map(|client| Step::Reconnect { client }),
        1 => Just(Step::Hibernate),
    ];
    prop::collection::vec(step, 1..40)
}

/// An official client as far as pulling goes: it applies chunks strictly in order.
struct Puller {
    client: Client,
    id: u32,
    seen: Vec<i64>,
    unacknowledged: usize,
    backend_id: Option<String>,
}

impl Puller {
    fn start(server: &Server) -> Self {
        let client = server.connect();
        let mut puller = Self { client, id: 0, seen: Vec::new(), unacknowledged: 0, backend_id: None };
        puller.pull(server);
        puller
    }

    fn pull(&mut self, server: &Server) {
        self.id += 1;
        self.unacknowledged = 0;
        let cursor = match (self.seen.last(), &self.backend_id) {
            (Some(last), Some(id)) => {
                format!(r#"{{"_tag":"Some","value":{{"backendId":"{id}","eventSequenceNumber":{last}}}}}"#)
            }
            _ => r#"{"_tag":"None"}"#.to_owned(),
        };
        let request = pull(self.id, true).replace(r#"{"_tag":"None"}"#, &cursor);
        let answer = server.send(&self.client, &request);
        self.take(answer);
    }

    fn take(&mut self, frames: Vec<Json>) {
        let id = Json::from(self.id.to_string());
        for frame in frames {
            if frame["_tag"] == "Chunk" && frame["requestId"] == id {
                self.unacknowledged += 1;
                self.backend_id = frame["values"][0]["backendId"].as_str().map(str::to_owned);
                for number in numbers(&frame) {
                    let last = self.seen.last().copied().unwrap_or_default();
                    assert!(number > last, "event {number} came after {last}");
                    self.seen.push(number);
                }
            } else {
                assert_ne!(frame["requestId"], id, "a live pull ended: {frame}");
            }
        }
    }

    fn acknowledge(&mut self, server: &Server) -> bool {
        if self.unacknowledged == 0 {
            return false;
        }
        self.unacknowledged -= 1;
        let answer = server.send(&self.client, &ack(self.id));
        self.take(answer);
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn everyone_sees_the_same_log(steps in steps()) {
        let mut server = Server::new();
        let mut log: Vec<i64> = Vec::new();
        let mut pullers: Vec<_> = (0..CLIENTS).map(|_| Puller::start(&server)).collect();
        for (at, step) in steps.into_iter().enumerate() {
            let push_id = 1_000 + at as u32;
            match step {
                Step::Push { client, count, gap } => {
                    let head = log.last().copied().unwrap_or_default();
                    let numbers: Vec<_> = (1..=count).map(|n| head + n * gap).collect();
                    let events: Vec<_> = numbers.iter().enumerate().map(|(index, number)| {
                        event(*number, if index == 0 { head } else { numbers[index - 1] })
                    }).collect();
                    let answer = server.send(&pullers[client].client, &push(push_id, &events));
                    prop_assert_eq!(&answer.last().unwrap()["exit"]["_tag"], "Success");
                    pullers[client].take(answer);
                    log.extend(numbers);
                }
                Step::StalePush { client } => {
                    let head = log.last().copied().unwrap_or_default();
                    let answer = server.send(&pullers[client].client, &push(push_id, &[event(head + 2, head + 1)]));
                    prop_assert_eq!(&answer[0]["exit"]["cause"]["error"]["_tag"], "ServerAheadError");
                }
                Step::Ack { client } => {
                    pullers[client].acknowledge(&server);
                }
                Step::Restart { client } => {
                    let puller = &mut pullers[client];
                    server.send(&puller.client, &interrupt(puller.id));
                    puller.pull(&server);
                }
                Step::Reconnect { client } => {
                    pullers[client].client.line.close(None, "").unwrap();
                    pullers[client].client = server.connect();
                    pullers[client].pull(&server);
                }
                Step::Hibernate => server.hibernate(),
            }
            for puller in &mut pullers {
                let published = puller.client.received();
                puller.take(published);
            }
        }
        for puller in &mut pullers {
            while puller.acknowledge(&server) {}
            prop_assert_eq!(&puller.seen, &log);
        }
    }
}
