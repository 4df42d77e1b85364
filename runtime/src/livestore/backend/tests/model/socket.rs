//! A client with a socket.

use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::super::{ack, interrupt, parse};
use super::Client;
use super::replica::{Reaction, Replica};
use super::world::{Mailbox, World};
use crate::livestore::backend::listeners::Connection;
use crate::livestore::backend::transport::ws;
use crate::{Date, Message, Socket, sys};

pub(super) struct SocketClient {
    replica: Replica,
    link: Option<Link>,
    /// Connections that it has given up, and of which the server does not know that.
    ghosts: Vec<Link>,
    /// The pull that it believes to be open.
    pull: Option<u32>,
    /// When it pinged last.
    pinged: i64,
}

/// How often clients ping, in milliseconds.
const PINGS: i64 = 10_000;

struct Link {
    line: sys::Socket,
    up: VecDeque<Sent>,
    down: Mailbox,
}

enum Sent {
    /// The object does not hear of it: the platform answers.
    Ping,
    Frame(String),
}

impl Link {
    fn open(world: &mut World) -> Self {
        let id = world.next_socket();
        let line = world.state.connect(&[format!("id={id}")]);
        let socket = Socket::new(Rc::clone(&world.state), line.clone());
        socket.set_attachment(&Connection::default()).unwrap();
        world.service.listeners().sockets().connected(&socket.id().unwrap());
        let down = Mailbox::default();
        world.add_line(&line, &down);
        Self { line, up: VecDeque::new(), down }
    }

    /// One message reaches the server, if it still listens.
    fn deliver(&mut self, world: &mut World) -> bool {
        match self.up.pop_front() {
            None => return false,
            Some(_) if !self.line.is_open() => {}
            Some(Sent::Ping) => self.line.ping(Date::from_millis(world.now()).unwrap()),
            Some(Sent::Frame(frame)) => {
                let socket = Socket::<Connection>::new(Rc::clone(&world.state), self.line.clone());
                let service = Rc::clone(&world.service);
                let work = async move {
                    ws::receive(&*service, &socket, Message::from(&*frame)).await;
                    None
                };
                world.serve(work, &self.down);
            }
        }
        true
    }
}

impl SocketClient {
    pub(super) fn new(replica: Replica) -> Self {
        Self { replica, link: None, ghosts: Vec::new(), pull: None, pinged: 0 }
    }

    fn send(&mut self, frame: String) {
        if let Some(link) = &mut self.link {
            link.up.push_back(Sent::Frame(frame));
        }
    }

    /// It pings on a schedule of its own, whatever becomes of its connections.
    fn ping(&mut self, world: &World) {
        if let Some(link) = &mut self.link
            && world.now() - self.pinged >= PINGS
        {
            self.pinged = world.now();
            link.up.push_back(Sent::Ping);
        }
    }

    fn request(&mut self, id: u32, method: &str, payload: &Json) {
        let tag = format!("SyncWsRpc.{method}");
        let request =
            json!({ "_tag": "Request", "id": id.to_string(), "tag": tag, "payload": payload, "headers": [] });
        self.send(request.to_string());
    }

    fn start_pull(&mut self) {
        let id = self.replica.next_id();
        self.pull = Some(id);
        let pull = json!({ "storeId": "s", "live": true, "cursor": self.replica.cursor() });
        self.request(id, "Pull", &pull);
    }

    fn take(&mut self, frame: &Json) {
        let id = frame["requestId"].as_str().and_then(|id| id.parse().ok());
        let pulled = id.is_some() && id == self.pull;
        let reaction = match frame["_tag"].as_str() {
            Some("Chunk") if pulled => {
                self.send(ack(id.unwrap()));
                self.replica.take_chunk(frame)
            }
            Some("Exit") if pulled => self.replica.take_pull_failure(&frame["exit"]),
            Some("Exit") => self.replica.take_push_exit(id.unwrap(), &frame["exit"]),
            Some("Chunk") => Reaction::None,
            _ => panic!("{}: {frame} ends all its requests", self.replica),
        };
        match reaction {
            Reaction::Interrupt(Some(id)) => self.send(interrupt(id)),
            Reaction::Wiped => self.disconnect(false),
            Reaction::None | Reaction::Interrupt(None) => {}
        }
    }

    /// A connection that ends takes with it what was asked over it.
    fn disconnect(&mut self, unnoticed: bool) {
        self.pull = None;
        self.replica.push_failed();
        if let Some(link) = self.link.take() {
            if unnoticed {
                self.ghosts.push(link);
            } else {
                link.line.close(Some(1006), "").unwrap();
            }
        }
    }
}

impl Client for SocketClient {
    fn replica(&mut self) -> &mut Replica {
        &mut self.replica
    }

    fn act(&mut self, world: &mut World) {
        if self.link.is_none() {
            self.link = Some(Link::open(world));
            self.start_pull();
        }
        self.ping(world);
        if let Some((id, push)) = self.replica.push() {
            self.request(id, "Push", &push);
        }
    }

    fn idle(&mut self, world: &mut World) {
        self.ping(world);
        if let Some(link) = &mut self.link
            && matches!(link.up.front(), Some(Sent::Ping))
        {
            link.deliver(world);
        }
    }

    fn to_server(&mut self, world: &mut World) -> bool {
        self.link.as_mut().is_some_and(|link| link.deliver(world))
    }

    fn to_client(&mut self, world: &mut World) -> bool {
        let Some(link) = &self.link else { return false };
        let frame = link.down.borrow_mut().pop_front();
        match frame {
            Some(frame) => self.take(&parse(&frame.text)),
            None if link.line.is_open() => return false,
            None => {
                world.closed += 1;
                self.disconnect(false);
            }
        }
        true
    }

    fn cut(&mut self, _world: &mut World, unnoticed: bool) {
        self.disconnect(unnoticed);
    }

    /// Something arrives late that was sent over an earlier connection; or it gives its pull up for another one; or
    /// pings were not answered for so long that it connects again, and believes its requests to be under way still.
    fn trouble(&mut self, world: &mut World, which: usize) {
        match which % 4 {
            0 => {
                if let Some(ghost) = self.ghosts.first_mut()
                    && !ghost.deliver(world)
                {
                    ghost.line.close(Some(1006), "").unwrap();
                    self.ghosts.remove(0);
                }
            }
            1 => {
                if let Some(id) = self.pull {
                    self.send(interrupt(id));
                    self.start_pull();
                }
            }
            _ => {
                let Some(old) = self.link.take() else { return };
                let new = Link::open(world);
                // What had reached it is still there to be handled.
                let received: Vec<_> = old.down.borrow_mut().drain(..).take(which / 4).collect();
                new.down.borrow_mut().extend(received);
                self.link = Some(new);
                self.ghosts.push(old);
            }
        }
    }

    fn restart(&mut self, _world: &mut World) {
        self.disconnect(false);
        self.replica.restart();
        self.replica.restart_ids();
    }

    fn calm(&mut self, world: &mut World) {
        while !self.ghosts.is_empty() {
            self.trouble(world, 0);
        }
    }
}
