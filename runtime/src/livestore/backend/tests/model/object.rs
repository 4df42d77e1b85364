//! A client that is a durable object.

use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::super::parse;
use super::Client;
use super::poller::Flight;
use super::replica::{Reaction, Replica};
use super::world::{BINDING, World};
use crate::livestore::backend::transport::rpc;
use crate::livestore::wire::msgpack;
use crate::{Error, sys};

/// How long an object that nobody calls stays in memory, at least.
const IDLE: i64 = 10_000;
/// A client has applied the answer of its pull this long after it was given, and this more for each event.
const APPLY: i64 = 500;
const APPLY_EVENT: i64 = 2;

pub(super) struct ObjectClient {
    replica: Replica,
    id: String,
    /// Whether its store is open.
    awake: bool,
    pull: Option<Flight>,
    /// The answer of its pull, and when it has applied it.
    applying: Option<(Json, i64)>,
    /// The pull it listens with.
    live: Option<u32>,
    push: Option<Flight>,
    /// The call that has opened its store, until it has.
    waking: Option<(u32, sys::Call)>,
    /// Its pull has ended, as it got an event twice.
    deaf: bool,
    /// The process of the backend that last called it with events.
    called_by: u32,
    used_at: i64,
    /// How long an answer takes it, in percent of the longest time.
    slowness: i64,
    /// How often the log had been replaced when it began to listen.
    replaced: u32,
}

impl ObjectClient {
    pub(super) fn new(world: &World, replica: Replica) -> Self {
        let id = format!("{:064}", replica.name());
        Self {
            replica,
            id,
            awake: false,
            pull: None,
            applying: None,
            live: None,
            push: None,
            waking: None,
            deaf: false,
            called_by: 0,
            used_at: world.now(),
            slowness: 100,
            replaced: 0,
        }
    }

    fn request(id: u32, method: &str, payload: &Json) -> String {
        let tag = format!("SyncDoRpc.{method}");
        json!([{ "_tag": "Request", "id": id.to_string(), "tag": tag, "payload": payload, "headers": [] }])
            .to_string()
    }

    fn open(&mut self, world: &World) {
        self.awake = true;
        self.used_at = world.now();
        self.replaced = world.replaced;
        let id = self.replica.next_id();
        let caller = json!({ "bindingName": BINDING, "durableObjectId": self.id });
        let pull = json!({ "storeId": "s", "cursor": self.replica.cursor(), "rpcContext": { "callerContext": caller } });
        self.pull = Some(Flight::new(world, id, Self::request(id, "Pull", &pull)));
    }

    fn react(&mut self, reaction: &Reaction) {
        match reaction {
            Reaction::Interrupt(Some(_)) => self.push = None,
            Reaction::Wiped => self.end(&Error::new("the store was shut down")),
            Reaction::None | Reaction::Interrupt(None) => {}
        }
    }

    /// Its memory is lost. Who waits for it is told so.
    fn end(&mut self, why: &Error) {
        (self.awake, self.deaf) = (false, false);
        (self.pull, self.applying, self.live, self.push) = (None, None, None, None);
        self.replica.restart();
        if let Some((_, call)) = self.waking.take() {
            call.answer(Err(why.clone()));
        }
    }

    /// It has applied the answer of its pull.
    fn applied(&mut self, messages: &Json) {
        for message in messages.as_array().unwrap() {
            let reaction = match message["_tag"].as_str() {
                Some("Chunk") => self.replica.take_chunk(message),
                Some("Exit") if message["exit"]["_tag"] == "Success" => {
                    self.live = Some(message["requestId"].as_str().unwrap().parse().unwrap());
                    Reaction::None
                }
                Some("Exit") => self.replica.take_pull_failure(&message["exit"]),
                _ => panic!("{}: {message} is no answer", self.replica),
            };
            self.react(&reaction);
        }
        if let Some((process, call)) = self.waking.take() {
            self.called(process, call);
        }
    }

    /// A call is taken as far as its chunk is one of the live pull; if not it is dropped without a word.
    fn called(&mut self, process: u32, call: sys::Call) {
        let chunk = parse(&call.json.to_string());
        let id = chunk["requestId"].as_str().and_then(|id| id.parse::<u32>().ok());
        // A process that dies before it hears that a call was taken makes it again, there is nobody to ask: the pull
        // ends. The object starts over once it is evicted.
        self.deaf |= self.called_by != process && self.replica.knows(&chunk);
        if chunk["values"][0]["batch"] != json!([]) {
            self.called_by = process;
        }
        if id.is_some() && id == self.live && !self.deaf {
            let reaction = self.replica.take_chunk(&chunk);
            self.react(&reaction);
        }
        call.answer(Ok(()));
    }

    /// Calls come in order: also one of an earlier pull, whose answer nobody needs any more, before those of a later.
    fn take_call(&mut self, world: &mut World) -> bool {
        if self.waking.is_some() {
            return false;
        }
        let Some((process, call)) = world.next_call_of(&self.id) else { return false };
        self.used_at = world.now();
        if self.awake {
            self.called(process, call);
        } else {
            self.open(world);
            self.waking = Some((process, call));
        }
        true
    }
}

impl Client for ObjectClient {
    fn replica(&mut self) -> &mut Replica {
        &mut self.replica
    }

    fn act(&mut self, world: &mut World) {
        if !self.awake {
            self.open(world);
        }
        if self.live.is_some()
            && let Some((id, push)) = self.replica.push()
        {
            self.used_at = world.now();
            self.push = Some(Flight::new(world, id, Self::request(id, "Push", &push)));
        }
    }

    fn to_server(&mut self, world: &mut World) -> bool {
        let mut moved = false;
        for flight in [&mut self.push, &mut self.pull].into_iter().flatten() {
            let Some(request) = flight.arrive(world) else { continue };
            let service = Rc::clone(&world.service);
            let message = msgpack::from_json(&request).unwrap();
            let work = async move {
                let answer = rpc::answer(&*service, &message).await.unwrap();
                Some(msgpack::to_json(&answer).unwrap())
            };
            world.serve(work, &flight.answer);
            moved = true;
        }
        moved
    }

    fn to_client(&mut self, world: &mut World) -> bool {
        if let Some((_, until)) = &self.applying
            && *until <= world.now()
        {
            let (messages, _) = self.applying.take().unwrap();
            self.used_at = world.now();
            self.applied(&messages);
            return true;
        }
        if let Some(answer) = Flight::answer_of(&self.push) {
            let id = self.push.take().unwrap().id;
            let reaction = self.replica.take_push_exit(id, &parse(&answer.text)[0]["exit"]);
            self.react(&reaction);
            return true;
        }
        if let Some(answer) = Flight::answer_of(&self.pull) {
            self.pull = None;
            let messages = parse(&answer.text);
            let events = |message: &Json| message["values"][0]["batch"].as_array().map_or(0, Vec::len);
            let events: usize = messages.as_array().unwrap().iter().map(events).sum();
            let longest = APPLY + APPLY_EVENT * i64::try_from(events).unwrap();
            self.applying = Some((messages, answer.at + longest * self.slowness / 100));
            return true;
        }
        if [&self.push, &self.pull].into_iter().flatten().any(|flight| flight.is_lost(world)) {
            self.cut(world, false);
            return true;
        }
        self.take_call(world)
    }

    /// A call that fails is a defect to the official client: its store is of no use until the object starts anew.
    fn cut(&mut self, _world: &mut World, _unnoticed: bool) {
        self.end(&Error::new("the connection is lost"));
    }

    /// It is evicted after a while without calls, or calls of it fail, or it takes less time for an answer.
    fn trouble(&mut self, world: &mut World, which: usize) {
        // A call on its way takes milliseconds, and the platform does not evict its object meanwhile.
        let idle = self.push.is_none()
            && self.pull.is_none()
            && self.applying.is_none()
            && !world.is_calling(&self.id);
        match which % 3 {
            0 if idle && world.now() - self.used_at >= IDLE => {
                self.end(&Error::new("evicted"));
                self.replica.restart_ids();
            }
            1 => {
                for (_, call) in world.calls_of(&self.id) {
                    call.answer(Err(Error::new("the object fails")));
                }
            }
            _ => self.slowness = i64::try_from(which % 101).unwrap(),
        }
    }

    fn restart(&mut self, _world: &mut World) {
        self.end(&Error::new("the object was reset"));
    }

    /// After a reset or an import an object that listens is not called any more.
    fn calm(&mut self, world: &mut World) {
        if self.deaf || self.awake && self.replaced < world.replaced {
            self.restart(world);
        }
    }
}
