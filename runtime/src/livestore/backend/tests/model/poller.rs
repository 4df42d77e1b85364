//! A client that asks again and again over HTTP.

use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::super::parse;
use super::Client;
use super::replica::{Reaction, Replica};
use super::world::{Mailbox, Posted, World};
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::transport::http::answer;

pub(super) struct Poller {
    replica: Replica,
    pull: Option<Flight>,
    push: Option<Flight>,
    /// A pull that fails is an official client's last.
    dead: bool,
}

/// A request, and its answer.
pub(super) struct Flight {
    pub(super) id: u32,
    /// As long as the server does not have it.
    pub(super) request: Option<String>,
    pub(super) answer: Mailbox,
    deaths: u32,
}

impl Flight {
    pub(super) fn new(world: &World, id: u32, request: String) -> Self {
        Self { id, request: Some(request), answer: Mailbox::default(), deaths: world.deaths }
    }

    /// The request reaches the server, which may be another process than when it was made.
    pub(super) fn arrive(&mut self, world: &World) -> Option<String> {
        let request = self.request.take()?;
        self.deaths = world.deaths;
        Some(request)
    }

    /// The answer, if there is one by now.
    pub(super) fn answer_of(flight: &Option<Self>) -> Option<Posted> {
        flight.as_ref()?.answer.borrow_mut().pop_front()
    }

    /// Whether there will be no answer.
    pub(super) fn is_lost(&self, world: &World) -> bool {
        self.request.is_none() && self.answer.borrow().is_empty() && self.deaths != world.deaths
    }
}

impl Poller {
    pub(super) fn new(replica: Replica) -> Self {
        Self { replica, pull: None, push: None, dead: false }
    }

    fn request(id: u32, method: &str, payload: &Json) -> String {
        let tag = format!("SyncHttpRpc.{method}");
        json!({ "_tag": "Request", "id": id.to_string(), "tag": tag, "payload": payload, "headers": [] })
            .to_string()
    }

    fn react(&mut self, reaction: &Reaction) {
        match reaction {
            Reaction::Interrupt(Some(_)) => self.push = None,
            Reaction::Wiped => (self.pull, self.push) = (None, None),
            Reaction::None | Reaction::Interrupt(None) => {}
        }
    }

    fn take_pull(&mut self, messages: &Json) {
        for message in messages.as_array().unwrap() {
            let reaction = match message["_tag"].as_str() {
                Some("Chunk") => self.replica.take_chunk(message),
                Some("Exit") if message["exit"]["_tag"] == "Success" => Reaction::None,
                Some("Exit") => self.replica.take_pull_failure(&message["exit"]),
                _ => panic!("{}: {message} is no answer", self.replica),
            };
            self.react(&reaction);
        }
    }

    fn serve(world: &mut World, body: String, to: &Mailbox) {
        let service = Rc::clone(&world.service);
        let work = async move {
            let mut answer = answer(&service, &body, &ForwardedHeaders::default()).await.unwrap();
            let mut text = String::new();
            loop {
                let (piece, more) = answer.next(&service).await;
                text.push_str(&piece.to_string());
                if !more {
                    break;
                }
            }
            Some(text)
        };
        world.serve(work, to);
    }
}

impl Client for Poller {
    fn replica(&mut self) -> &mut Replica {
        &mut self.replica
    }

    fn act(&mut self, world: &mut World) {
        if self.pull.is_none() && !self.dead {
            let id = self.replica.next_id();
            let pull = json!({ "storeId": "s", "cursor": self.replica.cursor() });
            self.pull = Some(Flight::new(world, id, Self::request(id, "Pull", &pull)));
        }
        if let Some((id, push)) = self.replica.push() {
            self.push = Some(Flight::new(world, id, Self::request(id, "Push", &push)));
        }
    }

    fn to_server(&mut self, world: &mut World) -> bool {
        let mut moved = false;
        for flight in [&mut self.push, &mut self.pull].into_iter().flatten() {
            if let Some(body) = flight.arrive(world) {
                Self::serve(world, body, &flight.answer);
                moved = true;
            }
        }
        moved
    }

    fn to_client(&mut self, world: &mut World) -> bool {
        if let Some(answer) = Flight::answer_of(&self.push) {
            let id = self.push.take().unwrap().id;
            let reaction = self.replica.take_push_exit(id, &parse(&answer.text)[0]["exit"]);
            self.react(&reaction);
            return true;
        }
        if let Some(answer) = Flight::answer_of(&self.pull) {
            self.pull = None;
            self.take_pull(&parse(&answer.text));
            return true;
        }
        if [&self.push, &self.pull].into_iter().flatten().any(|flight| flight.is_lost(world)) {
            self.cut(world, false);
            return true;
        }
        false
    }

    /// Both requests fail: the push is made again.
    fn cut(&mut self, _world: &mut World, _unnoticed: bool) {
        self.push = None;
        self.replica.push_failed();
        self.dead |= self.pull.take().is_some();
    }

    /// Its push arrives twice, or its answer gets lost on the way.
    fn trouble(&mut self, world: &mut World, which: usize) {
        if which.is_multiple_of(2) {
            let Some(body) = self.push.as_mut().and_then(|flight| flight.request.clone()) else { return };
            Self::serve(world, body, &Mailbox::default());
        } else if self.push.as_ref().is_some_and(|flight| flight.request.is_none()) {
            self.push = None;
            self.replica.push_failed();
        }
    }

    fn restart(&mut self, _world: &mut World) {
        (self.pull, self.push, self.dead) = (None, None, false);
        self.replica.restart();
    }

    fn calm(&mut self, world: &mut World) {
        if self.dead {
            self.restart(world);
        }
    }
}
