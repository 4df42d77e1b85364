//! The sockets that listen, and the pulls that each has open.

mod attachment;
mod broadcast;
mod closing;
mod connections;
mod expiry;
mod flow;
mod pulls;
mod silence;

use std::cell::OnceCell;
use std::rc::Rc;

pub(crate) use self::attachment::Connection;
pub(super) use self::broadcast::Published;
pub(crate) use self::closing::Closing;
use self::connections::Connections;
use self::expiry::Expiry;
use self::flow::{Flows, Share};
use self::silence::NewSockets;
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::publication::Publication;
use crate::livestore::wire::{self, Failure};
use crate::{Ctx, Date, Error, Result, Socket, sys};

/// All sockets of an object.
pub(crate) struct Sockets {
    ctx: Ctx,
    connections: Connections,
    /// Sockets whose clients have not made a request yet.
    new: Rc<NewSockets>,
    /// The counts of the chunks that are on their way to clients.
    flows: Flows,
    expiry: Expiry,
    life: OnceCell<u32>,
}

/// The numbers of sockets and live pulls.
#[derive(Default)]
pub(crate) struct Census {
    pub(crate) open: usize,
    pub(crate) live: usize,
    /// The number of live pulls that have not caught up.
    pub(crate) slow: usize,
}

impl Sockets {
    pub(super) fn new(ctx: &Ctx) -> Self {
        Self {
            ctx: ctx.clone(),
            connections: Connections::new(ctx),
            new: Rc::default(),
            flows: Flows::default(),
            expiry: Expiry::default(),
            life: OnceCell::new(),
        }
    }

    /// Notes a new socket.
    pub(crate) fn connected(&self, id: &str) {
        self.new.watch(&self.ctx, id);
        self.flows.connected();
    }

    /// Makes sure that a socket is closed at a time.
    pub(crate) fn close_at(&self, until: Date) -> Boxed<'_, ()> {
        Box::pin(self.expiry.arm(&self.ctx, until.as_millis()))
    }

    /// Closes the sockets whose time is over.
    pub(crate) fn close_due(&self) -> Boxed<'_, ()> {
        Box::pin(self.expiry.close_due(&self.ctx))
    }

    /// Notes that a client has pulled, or has shown that it never had a pull.
    pub(crate) fn heard(&self, socket: &Socket<Connection>) -> Result<()> {
        self.new.heard(socket)
    }

    /// Returns the connection of a socket.
    pub(crate) fn connection(&self, socket: &Socket<Connection>) -> Result<Rc<Connection>> {
        self.connections.of(socket)
    }

    pub(crate) fn count(&self) -> usize {
        self.ctx.sockets::<Connection>().count()
    }

    /// Counts the sockets and their live pulls.
    pub(crate) fn census(&self) -> Census {
        let mut census = Census::default();
        for (_, connection) in self.ctx.sockets::<Connection>().with_attachments() {
            census.open += 1;
            for caught_up in connection.iter().flat_map(Connection::live_pulls) {
                census.live += 1;
                census.slow += usize::from(!caught_up);
            }
        }
        census
    }

    pub(super) fn publish(&self, publication: &Publication<'_>) -> Published {
        broadcast::publish(&self.connections, &self.flows, publication)
    }

    /// Returns the most bytes of a page that a socket can take.
    pub(crate) fn page_bytes(&self) -> usize {
        self.share().page()
    }

    /// Returns the bytes that may wait for each socket.
    fn share(&self) -> Share {
        self.flows.share(|| self.count())
    }

    /// Returns the number of this life of the object.
    fn life(&self) -> u32 {
        *self.life.get_or_init(life)
    }

    /// Notes on a socket that the object is handling a frame of its client. Returns false when the client has
    /// to start over.
    pub(crate) fn frame_begins(&self, socket: &Socket<Connection>) -> Result<bool> {
        self.connections.update(socket, |connection| connection.frame_begins(self.life()))
    }

    /// Notes on a socket that a frame of its client has been handled.
    pub(crate) fn frame_ends(&self, socket: &Socket<Connection>) -> Result<()> {
        self.connections.update(socket, Connection::frame_ends)
    }

    /// Makes clients start over: closes the sockets whose connection is `concerned`.
    pub(super) fn close(&self, reason: Closing, concerned: impl Fn(&Connection) -> bool) {
        for (socket, connection) in self.ctx.sockets::<Connection>().with_attachments() {
            if connection.map_or(true, |connection| concerned(&connection)) {
                // A socket that cannot be closed is gone.
                let _ = reason.close(&socket);
            }
        }
    }

    /// Closes the sockets whose clients wait for answers that an earlier life of the object has lost, or `all`.
    pub(super) fn close_lost(&self, all: bool) {
        let life = self.life();
        self.close(Closing::Behind, |connection| {
            // If a client waits for a page that is not being read, that page was lost.
            all || connection.is_left_alone(life)
                || connection.is_being_read() && !connection.is_being_served()
        });
    }

    /// Sends the live pulls of later clients the reason for their end, and those clients act on it. They do
    /// not pull again when their socket is closed, as earlier clients do.
    pub(super) fn end_pulls(&self, failure: &Failure) {
        for (socket, connection) in self.ctx.sockets::<Connection>().with_attachments() {
            for pull in connection.iter().flat_map(Connection::pulls).filter(|pull| pull.id.is_number()) {
                // A socket that refuses it is gone.
                let _ = socket.send(wire::failed(&pull.id, failure));
            }
        }
    }
}

/// Closes a socket because of an error. A pull that gets an error as its answer never recovers; a pull whose
/// socket closes does.
pub(crate) fn give_up(socket: &Socket<Connection>, error: &Error) {
    sys::log_error(&format!("SyncBackend: {error}"));
    let _ = Closing::Failed.close(socket);
}

/// Returns a number that another life of an object is unlikely to have: the last digits of a random UUID.
fn life() -> u32 {
    let uuid = sys::random_uuid();
    uuid.get(28..).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
