//! Clients that read slowly, or not at all.

use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::Date;

/// What one socket may have to read, where there are few.
const SHARE: usize = 4 << 20;

fn large(number: i64, bytes: usize) -> String {
    event(number, number - 1).replace(&format!("t{number}"), &"x".repeat(bytes))
}

/// A live pull whose client reads when it is told to.
struct Reader {
    client: Client,
    waiting: VecDeque<String>,
    seen: Vec<i64>,
}

impl Reader {
    fn new(server: &Server) -> Self {
        let mut reader = Self { client: server.connect(), waiting: VecDeque::new(), seen: Vec::new() };
        ready(server.object.message(reader.client.socket.clone(), pull(0, true).into()));
        reader.receive();
        reader.read(server, usize::MAX);
        reader
    }

    fn receive(&mut self) {
        self.waiting.extend(self.client.line.take_sent());
    }

    fn waiting_bytes(&self) -> usize {
        self.waiting.iter().map(String::len).sum()
    }

    /// Reads so many chunks, and acknowledges each.
    fn read(&mut self, server: &Server, chunks: usize) {
        for _ in 0..chunks {
            let Some(chunk) = self.waiting.pop_front() else { return };
            for number in numbers(&parse(&chunk)) {
                assert!(self.seen.last().is_none_or(|last| *last < number), "event {number} came again");
                self.seen.push(number);
            }
            ready(server.object.message(self.client.socket.clone(), ack(0).into()));
            self.receive();
        }
    }

    /// Where its pull is, unless it has caught up.
    fn behind_at(&self) -> Option<i64> {
        let attached = self.client.line.attachment().unwrap().unwrap();
        let pull = &parse(attached.strip_prefix('1').unwrap())["pulls"][0];
        (pull["up"] == false).then(|| pull["at"].as_i64().unwrap())
    }
}

#[test]
fn who_does_not_read_falls_behind_and_comes_back_in_few_pages() {
    let server = Server::new();
    let writer = server.connect();
    let (mut slow, mut quick) = (Reader::new(&server), Reader::new(&server));
    let mut push_one = |number, bytes| {
        server.send(&writer, &push(1, &[large(number, bytes)]));
        slow.receive();
        quick.receive();
        quick.read(&server, usize::MAX);
        assert_eq!(quick.behind_at(), None);
        slow.behind_at()
    };
    let positions: Vec<_> = (1..=10).map(|number| push_one(number, 900_000)).collect();
    let expected = [None, None, None, None, Some(4), Some(4), Some(4), Some(4), Some(4), Some(4)];
    assert_eq!(positions, expected, "its position is noted once, after what its share had room for");
    for number in 11..=500 {
        push_one(number, 1);
    }
    assert!(slow.waiting_bytes() <= SHARE);
    assert_eq!(slow.waiting.len(), 4);

    let mut pages = 0;
    while !slow.waiting.is_empty() {
        slow.read(&server, 1);
        pages += 1;
    }
    assert_eq!(slow.seen, (1..=500).collect::<Vec<_>>());
    assert_eq!(slow.behind_at(), None);
    // Behind large events the first page is short: it might have gone on like that.
    assert_eq!(pages, 10 + 6, "few pages for many pushes");
    // It is live again.
    server.send(&writer, &push(1, &[event(501, 500)]));
    slow.receive();
    slow.read(&server, 1);
    assert_eq!(slow.seen.last(), Some(&501));
}

#[test]
fn a_batch_that_is_larger_than_the_share_is_sent_as_far_as_it_goes() {
    let mut server = Server::new();
    let writer = server.connect();
    let mut slow = Reader::new(&server);
    let batch: Vec<_> = (1..=9).map(|number| large(number, 800_000)).collect();
    server.send(&writer, &push(1, &batch));
    slow.receive();
    assert_eq!(slow.behind_at(), Some(5));
    assert!(slow.waiting_bytes() <= SHARE);
    server.hibernate();
    slow.read(&server, usize::MAX);
    assert_eq!(slow.seen, (1..=9).collect::<Vec<_>>());
    assert_eq!(slow.behind_at(), None);
}

#[test]
fn who_does_not_read_and_does_not_ping_is_given_up() {
    let server = Server::new();
    let writer = server.connect();
    let (slow, silent) = (Reader::new(&server), Reader::new(&server));
    let minutes =
        |minutes: u64| Date::from_millis(0).unwrap().checked_add(Duration::from_secs(60 * minutes)).unwrap();
    let at = |now: u64| sys::set_now(minutes(now).as_millis());
    at(1);
    slow.client.line.ping(minutes(1));
    silent.client.line.ping(minutes(1));
    for number in 1..=8 {
        server.send(&writer, &push(1, &[large(number, 1 << 20)]));
    }
    at(4);
    slow.client.line.ping(minutes(3));
    server.send(&writer, &push(1, &[event(9, 8)]));
    assert_eq!(silent.client.line.close_code(), None, "three minutes are not more than three minutes");
    at(5);
    server.send(&writer, &push(1, &[event(10, 9)]));
    assert_eq!(silent.client.line.close_code(), Some(1013));
    assert_eq!(slow.client.line.close_code(), None);
}

#[test]
fn who_asks_and_does_not_read_the_answers_is_closed() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &push(1, &[large(1, 1_800_000)]));
    client.line.stall();
    let mut pulls = 0;
    while client.line.close_code().is_none() {
        ready(server.object.message(client.socket.clone(), pull(pulls, false).into()));
        pulls += 1;
    }
    assert_eq!(pulls, 11, "16 MiB of answers, and the one too many");
    assert_eq!(client.line.close_code(), Some(1013));
    assert!(client.line.buffered_bytes() < 18 << 20);
}

#[test]
fn a_list_of_requests_is_answered_as_far_as_the_answers_are_read() {
    let server = Server::new();
    let client = server.connect();
    server.send(&client, &push(1, &[large(1, 1_800_000)]));
    client.line.stall();
    let pulls: Vec<_> = (0..900).map(|id| pull(id, false)).collect();
    ready(server.object.message(client.socket.clone(), format!("[{}]", pulls.join(",")).into()));
    assert_eq!(client.line.close_code(), Some(1013));
    assert!(client.line.buffered_bytes() < 18 << 20);
}

#[derive(Debug, Clone)]
enum Step {
    Push { count: i64, bytes: usize },
    Read { reader: usize, chunks: usize },
    Interrupted { reader: usize },
    Hibernate,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (1..30_i64, 1..6_000_usize).prop_map(|(count, bytes)| Step::Push { count, bytes }),
        4 => (0..3_usize, 1..20_usize).prop_map(|(reader, chunks)| Step::Read { reader, chunks }),
        1 => (0..3_usize).prop_map(|reader| Step::Interrupted { reader }),
        1 => Just(Step::Hibernate),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However slowly anybody reads: nothing is lost or comes twice, and only so much waits.
    #[test]
    fn slow_readers_see_the_whole_log(steps in steps()) {
        let mut server = Server::new();
        let writer = server.connect();
        // Many sockets, so that the share of each is small.
        for _ in 0..252 {
            server.connect();
        }
        let mut readers: Vec<_> = (0..3).map(|_| Reader::new(&server)).collect();
        let mut head = 0;
        for step in steps {
            match step {
                Step::Push { count, bytes } => {
                    let batch: Vec<_> = (head + 1..=head + count).map(|number| large(number, bytes)).collect();
                    let answer = server.send(&writer, &push(1, &batch));
                    prop_assert_eq!(&answer[0]["exit"]["_tag"], "Success");
                    head += count;
                }
                Step::Read { reader, chunks } => readers[reader].read(&server, chunks),
                Step::Interrupted { reader } => {
                    // What it has not read yet is of a pull that it has forgotten.
                    server.send(&readers[reader].client, &interrupt(0));
                    readers[reader] = Reader::new(&server);
                }
                // What is on its way keeps an object in memory, so nothing is when it sleeps.
                Step::Hibernate => {
                    for reader in &mut readers {
                        reader.read(&server, usize::MAX);
                    }
                    server.hibernate();
                }
            }
            for reader in &mut readers {
                reader.receive();
                // One chunk may be larger than the share, which is a little more than 256 KiB.
                prop_assert!(reader.waiting_bytes() <= (256 << 10) + (30 * 6_500));
            }
        }
        for reader in &mut readers {
            reader.read(&server, usize::MAX);
            prop_assert_eq!(&reader.seen, &(1..=head).collect::<Vec<_>>());
            prop_assert_eq!(reader.behind_at(), None);
        }
    }
}
