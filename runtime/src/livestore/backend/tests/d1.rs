//! Events in a database that is asked, and answers later: what happens meanwhile, and when it does not.

use std::pin::Pin;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Result;
use crate::livestore::backend::{Storage, hooks};
use crate::storage::Value;

struct InD1;

impl hooks::Hooks for InD1 {
    const STORAGE: Storage = Storage::D1 { binding: "DB" };

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A store whose database answers when it is told to.
struct World {
    database: sys::Database,
    server: Server<InD1>,
    object: Rc<SyncBackend<InD1>>,
    tasks: Vec<Task>,
}

impl World {
    fn new() -> Self {
        Self::with(sys::Database::bind(), "s")
    }

    fn with(database: sys::Database, store_id: &str) -> Self {
        let server = Server::<InD1>::untold();
        ready(server.object.store.open(store_id)).unwrap().unwrap();
        let object = Rc::new(wake(&server.state));
        ready(object.store.wake()).unwrap();
        Self { database, server, object, tasks: Vec::new() }
    }

    fn connect(&self) -> Client {
        self.server.connect()
    }

    /// Delivers a message, whose handling may take longer than this.
    fn send(&mut self, client: &Client, frame: &str) {
        let (object, socket, message) =
            (Rc::clone(&self.object), client.socket.clone(), Message::from(frame));
        self.tasks.push(Box::pin(async move { object.message(socket, message).await }));
        self.run();
    }

    /// Goes on with whatever can go on.
    fn run(&mut self) {
        let mut round = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            self.tasks.retain_mut(|task| task.as_mut().poll(&mut round).is_pending());
        }
    }

    /// Everything that waits is answered, and whatever that leads to.
    fn settle(&mut self) {
        self.run();
        while self.database.waiting() > 0 {
            self.database.answer(0);
            self.run();
        }
        self.run();
        assert_eq!(self.tasks.len(), 0, "something waits for nothing");
    }

    fn answer(&mut self, index: usize) {
        self.database.answer(index);
        self.run();
    }

    /// Memory is lost, and with it whatever was going on.
    fn lose_memory(&mut self) {
        self.tasks.clear();
        self.object = Rc::new(wake(&self.server.state));
    }

    fn stored(&self) -> Vec<i64> {
        integers(&self.database.query("SELECT seqNum FROM eventlog_7_s ORDER BY seqNum"))
    }

    fn head(&self) -> i64 {
        let cursor = self.server.state.execute("SELECT currentHead FROM context_7", Vec::new()).unwrap();
        integers(&[cursor.next_row().unwrap().unwrap()])[0]
    }
}

fn integers(rows: &[Vec<Value>]) -> Vec<i64> {
    let integer = |row: &Vec<Value>| match row.as_slice() {
        [Value::Integer(integer)] => *integer,
        other => panic!("no integer: {other:?}"),
    };
    rows.iter().map(integer).collect()
}

fn batch(range: std::ops::RangeInclusive<i64>) -> Vec<String> {
    range.map(|number| event(number, number - 1)).collect()
}

/// The numbers of all events in chunks.
fn seen(frames: &[Json]) -> Vec<i64> {
    frames.iter().filter(|frame| frame["_tag"] == "Chunk").flat_map(numbers).collect()
}

fn failure(frame: &Json) -> &Json {
    &frame["exit"]["cause"]["error"]["_tag"]
}

fn is_last(frame: &Json) -> bool {
    frame["values"][0]["pageInfo"]["_tag"] == "NoMore"
}

#[test]
fn what_is_pushed_is_pulled_as_it_was() {
    let mut world = World::new();
    let live = world.connect();
    world.send(&live, &pull(0, true));
    let odd = r#"{"name":"né\u0001w","args":{"n":1e21,"s":"\ud800 \u0000 é","d":1,"d":2},"seqNum":7,"parentSeqNum":0,"clientId":"\"c\\","sessionId":"s"}"#;
    let without = r#"{"name":"n","seqNum":8,"parentSeqNum":7,"clientId":"c","sessionId":"s"}"#;
    let null = r#"{"name":"n","args":null,"seqNum":9,"parentSeqNum":8,"clientId":"c","sessionId":"s"}"#;
    let deep =
        event(10, 9).replace(r#"{"id":"t10"}"#, &format!("{}1{}", "[".repeat(1_500), "]".repeat(1_500)));
    live.line.take_sent();
    let events = [odd.to_owned(), without.to_owned(), null.to_owned()];
    world.send(&live, &push(1, &events));
    world.send(&live, &push(2, &[deep]));
    let published = live.line.take_sent();
    assert!(published[1].contains("Success") && published[3].contains("Success"), "{published:?}");
    let late = world.connect();
    world.send(&late, &pull(0, true));
    let pulled = late.line.take_sent();
    let batch = |frame: &str| {
        let (_, rest) = frame.split_once(r#""batch":["#).unwrap();
        rest.split_once(r#"],"pageInfo""#).unwrap().0.to_owned()
    };
    assert_eq!(batch(&pulled[0]), format!("{},{}", batch(&published[0]), batch(&published[2])));
    world.send(&late, &push(3, &events));
    assert_eq!(late.received()[0]["exit"]["_tag"], "Success", "they are known");
    world.send(&late, &push(3, &[event(7, 0)]));
    assert_eq!(failure(&late.received()[0]), "ServerAheadError");
    assert_eq!((world.stored(), world.head()), (vec![7, 8, 9, 10], 10));
}

#[test]
fn pages_fit_an_answer_and_large_events_travel_alone() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &pull(0, true));
    let sized = |number: i64, size: usize| {
        event(number, number - 1).replace(&format!("t{number}"), &"x".repeat(size))
    };
    let events: Vec<_> = (1..=12).map(|number| sized(number, 100_000)).collect();
    world.send(&client, &push(1, &events));
    world.send(&client, &push(2, &[sized(13, 1_800_000), sized(14, 10), sized(15, 1_000_000)]));
    assert_eq!(client.received().iter().filter(|frame| frame["exit"]["_tag"] == "Success").count(), 2);
    let late = world.connect();
    world.send(&late, &pull(0, true));
    let mut frames = late.received();
    for _ in 0..10 {
        world.send(&late, &ack(0));
        frames.extend(late.received());
    }
    let pages: Vec<_> = frames.iter().map(numbers).collect();
    assert_eq!(
        pages,
        [vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9, 10, 11, 12], vec![13], vec![14], vec![15]]
    );
    assert!(is_last(frames.last().unwrap()));
}

#[test]
fn a_page_that_was_read_before_a_push_is_not_the_last() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.send(&writer, &push(0, &batch(1..=2)));
    world.database.hold(true);
    world.send(&reader, &pull(0, true));
    world.database.run(0);
    world.send(&writer, &push(1, &batch(3..=3)));
    // The push is answered first.
    world.answer(1);
    assert_eq!(reader.received(), Vec::<Json>::new());
    world.answer(0);
    let page = reader.received();
    assert_eq!((numbers(&page[0]), is_last(&page[0])), (vec![1, 2], false));
    world.settle();
    let page = reader.received();
    assert_eq!((numbers(&page[0]), is_last(&page[0])), (vec![3], true));
}

#[test]
fn an_empty_page_that_was_read_before_a_push_is_read_again() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&reader, &pull(0, true));
    world.database.run(0);
    world.send(&writer, &push(1, &batch(1..=3)));
    world.answer(1);
    world.answer(0);
    assert_eq!(reader.received(), Vec::<Json>::new());
    world.settle();
    let page = reader.received();
    assert_eq!((page.len(), numbers(&page[0]), is_last(&page[0])), (1, vec![1, 2, 3], true));
}

#[test]
fn a_page_that_has_a_push_before_it_is_answered_has_it_once() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=3)));
    world.database.run(0);
    world.send(&reader, &pull(0, true));
    world.answer(1);
    assert_eq!(seen(&reader.received()), [1, 2, 3]);
    world.settle();
    assert_eq!(reader.received(), Vec::<Json>::new());
    world.send(&writer, &push(2, &batch(4..=4)));
    world.settle();
    assert_eq!(seen(&reader.received()), [4]);
}

#[test]
fn frames_that_arrive_while_a_page_is_read_lose_nothing() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.send(&writer, &push(0, &batch(1..=600)));
    world.send(&reader, &pull(0, true));
    world.send(&reader, &pull(1, false));
    let first = reader.received();
    assert_eq!(first.len(), 8, "two windows");
    world.database.hold(true);
    // All acknowledgements at once: only one page is read at a time, and none twice.
    for _ in 0..4 {
        world.send(&reader, &ack(0));
    }
    assert_eq!(world.database.waiting(), 1);
    world.send(&reader, &ack(1));
    assert_eq!(world.database.waiting(), 2);
    // The second pull goes, the first goes on.
    world.send(&reader, &interrupt(1));
    world.settle();
    let rest = reader.received();
    assert_eq!(rest.iter().map(|frame| frame["requestId"].clone()).collect::<Vec<_>>(), ["0", "0"]);
    assert_eq!(seen(&rest), (401..=600).collect::<Vec<_>>());
    // A pull takes the place of one that is still being read.
    world.send(&reader, &pull(2, false));
    world.send(&reader, &interrupt(2));
    world.send(&reader, &pull(2, false));
    world.settle();
    assert_eq!(seen(&reader.received()), (1..=400).collect::<Vec<_>>());
    // And one whose socket goes meanwhile harms nobody.
    world.send(&reader, &pull(3, false));
    reader.line.close(None, "").unwrap();
    world.settle();
    world.send(&writer, &push(1, &batch(601..=601)));
    world.settle();
    assert_eq!(writer.received().last().unwrap()["exit"]["_tag"], "Success");
}

#[test]
fn pushes_take_turns() {
    let mut world = World::new();
    let clients: Vec<_> = (0..8).map(|_| world.connect()).collect();
    world.database.hold(true);
    for (index, client) in clients.iter().enumerate() {
        let own = event(1, 0).replace("\"c\"", &format!("\"c{index}\""));
        world.send(client, &push(1, &[own]));
    }
    assert_eq!(world.database.waiting(), 1);
    world.settle();
    let answers: Vec<_> = clients.iter().flat_map(Client::received).collect();
    assert_eq!(answers.iter().filter(|frame| frame["exit"]["_tag"] == "Success").count(), 1);
    assert_eq!(answers.iter().filter(|frame| *failure(frame) == "ServerAheadError").count(), 7);
    assert_eq!(world.stored(), [1]);
}

#[test]
fn a_push_whose_answer_is_lost_is_stored_and_published_once() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.send(&reader, &pull(0, true));
    reader.received();
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=2)));
    world.database.run(0);
    world.database.lose(0);
    world.settle();
    assert_eq!(writer.received()[0]["exit"]["_tag"], "Success");
    assert_eq!(seen(&reader.received()), [1, 2]);
    assert_eq!((world.stored(), world.head(), reader.line.close_code()), (vec![1, 2], 2, None));
}

#[test]
fn a_push_that_never_arrives_is_refused_and_may_come_again() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &pull(0, true));
    client.received();
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=2)));
    for _ in 0..3 {
        world.database.lose(0);
        world.run();
    }
    assert_eq!(failure(&client.received()[0]), "UnknownError");
    // Nothing was answered, so nothing is known until the log is opened again.
    let client = world.connect();
    world.send(&client, &pull(0, true));
    world.settle();
    assert_eq!(seen(&client.received()), Vec::<i64>::new());
    world.send(&client, &push(2, &batch(1..=2)));
    world.settle();
    let answer = client.received();
    assert_eq!((seen(&answer), &answer[1]["exit"]["_tag"]), (vec![1, 2], &json!("Success")));
}

#[test]
fn events_that_were_stored_without_the_head_are_taken_up() {
    let mut world = World::new();
    let (writer, listener) = (world.connect(), world.connect());
    world.send(&listener, &pull(0, true));
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=2)));
    world.database.run(0);
    // The object is lost between the INSERT and the head.
    world.lose_memory();
    world.database.lose(0);
    assert_eq!((world.stored(), world.head()), (vec![1, 2], 0));
    let late = world.connect();
    world.send(&late, &pull(0, true));
    world.settle();
    assert_eq!(world.head(), 2);
    // Those who have heard nothing of it start over.
    assert_eq!([&writer, &listener].map(|client| client.line.close_code()), [Some(1012); 2]);
    let again = world.connect();
    world.send(&again, &push(1, &batch(1..=2)));
    world.settle();
    assert_eq!(again.received()[0]["exit"]["_tag"], "Success", "stored once");
    world.send(&again, &push(2, &batch(3..=3)));
    world.settle();
    assert_eq!(again.received()[0]["exit"]["_tag"], "Success");
    assert_eq!(world.stored(), [1, 2, 3]);
}

#[test]
fn a_push_of_an_object_that_is_gone_is_not_stored_behind_its_successor() {
    let mut world = World::new();
    let client = world.connect();
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=3)));
    world.lose_memory();
    let client = world.connect();
    world.send(&client, &push(1, &[event(5, 0)]));
    // The request of the earlier one waits first, and is carried out last.
    for _ in 0..3 {
        world.answer(1);
    }
    assert_eq!(client.received()[0]["exit"]["_tag"], "Success");
    world.database.run(0);
    assert_eq!(world.stored(), [5]);
}

#[test]
fn a_push_of_an_object_that_is_gone_that_arrives_in_time_is_noticed() {
    let mut world = World::new();
    let (client, listener) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=3)));
    world.lose_memory();
    world.send(&listener, &pull(0, true));
    for _ in 0..3 {
        world.answer(1);
    }
    let page = listener.received();
    assert_eq!((seen(&page), is_last(&page[0])), (vec![], true));
    // It comes late.
    world.answer(0);
    let other = world.connect();
    world.send(&other, &push(1, &[event(1, 0).replace("t1", "other")]));
    world.settle();
    assert_eq!(listener.line.close_code(), Some(1012), "it lacks events, and asks again");
    assert_eq!((world.stored(), world.head()), (vec![1, 2, 3], 3));
    let reader = world.connect();
    world.send(&reader, &pull(0, true));
    world.settle();
    assert_eq!(seen(&reader.received()), [1, 2, 3]);
}

#[test]
fn who_has_read_further_than_the_object_knows_may_go_on_from_there() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &push(0, &batch(1..=1)));
    world.send(&client, &pull(0, true));
    assert_eq!(seen(&client.received()[1..]), [1]);
    world.database.query("INSERT INTO eventlog_7_s VALUES (2, 1, 'n', '{}', 't', 'c', 's')");
    let reader = world.connect();
    world.send(&reader, &pull(0, true));
    assert_eq!(seen(&reader.received()), [1, 2]);
    world.send(&reader, &push(1, &batch(3..=3)));
    assert_eq!(client.line.close_code(), Some(1012), "it has not read the second");
    assert_eq!((world.stored(), world.head()), (vec![1, 2, 3], 3));
}

#[test]
fn a_log_that_is_gone_takes_no_late_events_into_its_successor() {
    let mut world = World::new();
    let client = world.connect();
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=3)));
    world.lose_memory();
    world.database.query("UPDATE eventlog_owner_7 SET backendId = 'another'");
    world.database.run(0);
    assert_eq!(world.stored(), Vec::<i64>::new());
}

#[test]
fn stores_share_no_table() {
    let database = sys::Database::bind();
    let stores = ["a-b", "a_b", "A.B", "a b"].map(|id| World::with(database.clone(), id));
    let tables = database.query("SELECT eventlog FROM eventlog_owner_7 ORDER BY rowid");
    let tables: Vec<_> = tables
        .iter()
        .map(|row| match &row[0] {
            Value::Text(name) => name.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tables[0], "eventlog_7_a_b");
    for (table, upstream) in std::iter::zip(&tables[1..], ["a_b", "A_B", "a_b"]) {
        let suffix = table.strip_prefix(&format!("eventlog_7_{upstream}_")).unwrap();
        assert_eq!(suffix.len(), 32, "{table}");
    }
    for mut store in stores {
        // They find their own again.
        store.lose_memory();
        let client = store.connect();
        let id = ready(store.object.store.wake())
            .map(|()| store.object.store.log().unwrap().store_id().to_owned());
        let own = |frame: &str| {
            frame.replace(r#""storeId":"s""#, &format!(r#""storeId":"{}""#, id.as_ref().unwrap()))
        };
        store.send(&client, &own(&push(1, &[event(1, 0)])));
        store.send(&client, &own(&pull(0, true)));
        let answer = client.received();
        assert_eq!((&answer[0]["exit"]["_tag"], numbers(&answer[1])), (&json!("Success"), vec![1]));
    }
}

#[test]
fn a_table_of_upstreams_stays_its_stores() {
    let database = sys::Database::bind();
    let create = r#"CREATE TABLE "eventlog_7_s" ("seqNum" integer primary key, "parentSeqNum" integer not null, "name" text not null, "args" text, "createdAt" text not null, "clientId" text not null, "sessionId" text not null) strict"#;
    database.query(create);
    database.query("INSERT INTO eventlog_7_s VALUES (1, 0, 'n', '{}', 't', 'c', 's')");
    // A new store that would share it.
    let other = World::with(database.clone(), "S");
    assert_eq!(other.object.store.log().unwrap().head().number, 0);
    // The store whose it is.
    let server = Server::<InD1>::untold();
    for statement in [
        r#"CREATE TABLE "context_7" ("storeId" text primary key, "currentHead" integer not null, "backendId" text not null) strict"#,
        "INSERT INTO context_7 VALUES ('s', 0, 'theirs')",
    ] {
        server.state.execute(statement, Vec::new()).unwrap();
    }
    ready(server.object.store.open("s")).unwrap().unwrap();
    let log = server.object.store.log().unwrap();
    assert_eq!((log.head().number, log.head().backend_id), (1, "theirs"), "it is behind, and catches up");
    // And another one with which upstream has mixed it.
    let mixed = Server::<InD1>::untold();
    mixed.state.execute(r#"CREATE TABLE "context_7" ("storeId" text primary key, "currentHead" integer not null, "backendId" text not null) strict"#, Vec::new()).unwrap();
    mixed.state.execute("INSERT INTO context_7 VALUES ('S', 3, 'others')", Vec::new()).unwrap();
    // The new one above has a claim already, so another spelling is needed.
    mixed.state.execute("UPDATE context_7 SET storeId = 's?'", Vec::new()).unwrap();
    ready(mixed.object.store.open("s?")).unwrap().unwrap();
}

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

    /// Takes what has come.
    fn read(&mut self, world: &mut World) {
        let id = Json::from(self.id.to_string());
        for frame in self.client.received() {
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
        }
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
                follower.read(&mut world);
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
