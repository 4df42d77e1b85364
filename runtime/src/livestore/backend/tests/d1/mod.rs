//! Events in a database that is asked, and answers later: what happens meanwhile, and when it does not.

mod histories;
mod pages;
mod pushes;
mod tables;
mod trouble;

use std::pin::Pin;

use serde_json::json;

use super::*;
use crate::Result;
use crate::livestore::backend::{LogStorage, hooks};
use crate::value::Value;

struct InD1;

impl hooks::Hooks for InD1 {
    const STORAGE: LogStorage = LogStorage::D1 { binding: "DB" };

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
        ready(server.object.service.open(store_id)).unwrap().unwrap();
        let object = Rc::new(wake(&server.state));
        ready(object.service.wake()).unwrap();
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
        let cursor = self
            .server
            .state
            .execute(&"SELECT currentHead FROM context_7".into(), Vec::new(), false)
            .unwrap();
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
