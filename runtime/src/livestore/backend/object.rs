//! The durable object.

use std::cell::RefCell;
use std::rc::Rc;

use super::admission::{Verdict, admit};
use super::hooks::{Hooks, IncomingPull, IncomingPush};
use super::log::EventLog;
use super::paging::split;
use super::route::{self, Transport};
use super::subscription::{Connection, Next, Pull};
use crate::livestore::protocol::{
    self as wire, Event, Failure, Frame, PageInfo, PullRequest, PushRequest, Request as Call, RequestId,
};
use crate::prelude::*;
use crate::{Date, Text, sys};

/// Close codes, RFC 6455 section 7.4.1 and its registry.
const INTERNAL_ERROR: u16 = 1011;
const SERVICE_RESTART: u16 = 1012;

const PING: &str = r#"{"_tag":"Ping"}"#;
const PONG: &str = r#"{"_tag":"Pong"}"#;

/// Keeps one LiveStore store's event log and hands it to the store's clients.
///
/// A drop-in for the class that `makeDurableObject` of `@livestore/sync-cf` 0.4.0 makes: same wire, same
/// tables. Export it from your worker, with [`Hooks`] of your own or with `()`, and pass it the requests
/// that [`match_sync_request`](super::match_sync_request) recognises:
///
/// ```
/// use durable_object::livestore::backend::SyncBackend;
///
/// durable_object::export_object! {
///     /// One LiveStore store.
///     pub SyncBackendDO = SyncBackend<()>
/// }
/// ```
///
/// It owns no timers, and nothing in memory but where its log ends, so it hibernates as soon as its
/// clients are idle.
#[durable_object]
pub struct SyncBackend<H> {
    ctx: Ctx,
    hooks: H,
    // Empty until the first request says which store this is.
    log: RefCell<Option<Rc<EventLog>>>,
}

#[durable_object]
impl<H: Hooks> SyncBackend<H> {
    #[init]
    pub(super) fn init(ctx: Ctx, env: Env) -> Result<Self> {
        ctx.auto_response().set(PING, PONG)?;
        let log = EventLog::reopen(&ctx)?.map(Rc::new);
        Ok(Self { ctx, hooks: H::new(&env)?, log: RefCell::new(log) })
    }

    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        let Some(sync) = route::match_sync_request(&request) else {
            return Ok(Response::error("Invalid path", 400)?);
        };
        if sync.transport != Transport::WebSocket {
            return Ok(Response::error("the http transport is not enabled", 400)?);
        }
        if let Err(refusal) = self.open(&sync.store_id)? {
            return Ok(Response::error(refusal, 400)?);
        }
        self.ctx.accept(&request, &Connection::default()).response()
    }

    #[websocket(message)]
    pub(super) async fn message(&self, socket: Socket<Connection>, message: Message) {
        if let Err(error) = self.receive(&socket, message).await {
            // A pull that is answered with an error never recovers, one whose socket closes does.
            sys::log_error(&format!("SyncBackend: {error}"));
            let _ = socket.close(INTERNAL_ERROR, "the sync backend failed, connect again");
        }
    }
}

impl<H: Hooks> SyncBackend<H> {
    /// Makes sure that this object is the store's; the inner error is for the client.
    pub(super) fn open(&self, store_id: &str) -> Result<Result<(), &'static str>> {
        if let Some(log) = &*self.log.borrow() {
            let same = log.store_id() == store_id;
            return Ok(same.then_some(()).ok_or("this object keeps another store"));
        }
        let log = EventLog::open(&self.ctx, store_id)?;
        self.log.replace(Some(Rc::new(log)));
        Ok(Ok(()))
    }

    fn log(&self) -> Result<Rc<EventLog>> {
        let log = self.log.borrow().clone();
        log.ok_or_else(|| Error::new("a message came before any request named a store"))
    }

    async fn receive(&self, socket: &Socket<Connection>, message: Message) -> Result<()> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(bytes) => match String::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(why) => return socket.send(wire::defect("SyntaxError", &why.to_string())),
            },
        };
        let json = text.to_string();
        match Frame::parse(&json) {
            Ok(Frame::Request { id, method, payload }) => match Call::parse(&method, payload) {
                Ok(Call::Pull(pull)) => self.pull(socket, id, pull).await,
                Ok(Call::Push(push)) => self.push(socket, id, push, &text).await,
                Err(why) => socket.send(wire::failed(&id, &Failure::Die(why))),
            },
            Ok(Frame::Ack { id }) => self.acknowledge(socket, &id),
            Ok(Frame::Interrupt { id }) => interrupt(socket, &id),
            Ok(Frame::Ping) => socket.send(PONG),
            Ok(Frame::Eof) => Ok(()),
            Err(why) => socket.send(wire::defect("SyntaxError", &why.0)),
        }
    }

    async fn pull(&self, socket: &Socket<Connection>, id: RequestId, pull: PullRequest<'_>) -> Result<()> {
        let log = self.log()?;
        let cursor = pull.cursor.as_ref().map(|cursor| cursor.event_sequence_number);
        let incoming = IncomingPull {
            store_id: log.store_id(),
            payload: pull.payload.map(|payload| payload.get()),
            live: pull.live,
            cursor,
        };
        let allowed = match other_store(&log, &pull.store_id) {
            Some(failure) => Err(failure),
            None => self.hooks.on_pull(&incoming).await.map_err(unknown),
        };
        let mut connection = socket.attachment()?;
        let opened = allowed.and_then(|()| match pull.cursor {
            Some(cursor) if cursor.backend_id != log.head().backend_id => Err(Failure::BackendIdMismatch {
                expected: log.head().backend_id.to_owned(),
                received: cursor.backend_id,
            }),
            _ => connection.open(id.clone(), pull.live, cursor.unwrap_or(i64::MIN)).ok_or_else(|| {
                Failure::Unknown {
                    name: "TooManyPulls".to_owned(),
                    message: "this socket has too many unfinished pulls".to_owned(),
                }
            }),
        });
        match opened {
            Err(failure) => socket.send(wire::failed(&id, &failure)),
            Ok(pull) => {
                if pump(&log, socket, pull)? == Progress::Ended {
                    connection.end(&id);
                }
                socket.set_attachment(&connection)
            }
        }
    }

    fn acknowledge(&self, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
        let mut connection = socket.attachment()?;
        let Some(pull) = connection.find(id) else {
            // The rest of an earlier connection: the client believes in a pull that nobody serves.
            return if connection.has_pulled() {
                Ok(())
            } else {
                socket.close(SERVICE_RESTART, "pull again")
            };
        };
        if !pull.acknowledged() {
            return Ok(());
        }
        if pump(&*self.log()?, socket, pull)? == Progress::Ended {
            connection.end(id);
        }
        socket.set_attachment(&connection)
    }

    async fn push(
        &self,
        socket: &Socket<Connection>,
        id: RequestId,
        push: PushRequest<'_>,
        frame: &Text,
    ) -> Result<()> {
        let log = self.log()?;
        if let Some(failure) = other_store(&log, &push.store_id) {
            return socket.send(wire::failed(&id, &failure));
        }
        if !push.batch.is_empty() {
            let incoming = IncomingPush {
                store_id: log.store_id(),
                payload: push.payload.map(|payload| payload.get()),
                events: &push.batch,
            };
            if let Err(error) = self.hooks.on_push(&incoming).await {
                return socket.send(wire::failed(&id, &unknown(error)));
            }
        }
        // From here to the last answer nothing is awaited: what is stored is also published.
        let failure = match admit(log.head(), &push, socket.attachment()?.pusher()) {
            Verdict::Nothing => return socket.send(wire::push_done(&id)),
            Verdict::Reconnect => return socket.close(SERVICE_RESTART, "pull again"),
            Verdict::Refuse(failure) => failure,
            Verdict::Store { head } => {
                let created_at = Date::now().to_string();
                match log.append(frame, &push.batch, head, &created_at) {
                    Ok(()) => {
                        self.publish(&log, &push.batch, &created_at);
                        return socket.send(wire::push_done(&id));
                    }
                    Err(error) => {
                        sys::log_error(&format!("SyncBackend: a push could not be stored: {error}"));
                        unknown(error)
                    }
                }
            }
        };
        socket.send(wire::failed(&id, &failure))
    }

    /// Sends stored events to every live pull that has seen all before them; the others come to them by
    /// themselves.
    fn publish(&self, log: &EventLog, batch: &[Event<'_>], created_at: &str) {
        let chunks = Chunks::of(batch, created_at);
        let mut shared: Vec<(RequestId, Vec<Text>)> = Vec::new();
        for (socket, connection) in self.ctx.sockets::<Connection>().with_attachments() {
            let Ok(connection) = connection else { continue };
            for pull in connection.caught_up() {
                let backend_id = log.head().backend_id;
                // A cursor beyond the head says that the client has these events from elsewhere.
                let known = batch.partition_point(|event| event.seq_num <= pull.last_sent);
                if known > 0 {
                    let rest = Chunks::of(&batch[known..], created_at);
                    deliver(&socket, &rest.frames(&pull.id, backend_id));
                    continue;
                }
                // Most clients use the same few ids, so most share a frame.
                let index = shared.iter().position(|(id, _)| *id == pull.id).unwrap_or_else(|| {
                    shared.push((pull.id.clone(), chunks.frames(&pull.id, backend_id)));
                    shared.len() - 1
                });
                deliver(&socket, &shared[index].1);
            }
        }
    }
}

/// A socket that takes no more is on its way out, and its client pulls again from elsewhere.
fn deliver(socket: &Socket<Connection>, frames: &[Text]) {
    for frame in frames {
        let _ = socket.send(frame.clone());
    }
}

/// A batch, as the items of one chunk or several.
struct Chunks(Vec<Text>);

impl Chunks {
    fn of(batch: &[Event<'_>], created_at: &str) -> Self {
        let mut rest = batch;
        let mut chunks = Vec::new();
        for length in split(batch.iter().map(Event::encoded_size)) {
            let (chunk, after) = rest.split_at(length);
            rest = after;
            let mut items = String::new();
            for event in chunk {
                if !items.is_empty() {
                    items.push(',');
                }
                event.write_item(created_at, &mut items);
            }
            chunks.push(Text::from(items));
        }
        Self(chunks)
    }

    fn frames(&self, id: &RequestId, backend_id: &str) -> Vec<Text> {
        self.0.iter().map(|items| wire::chunk(id, items, PageInfo::NoMore, backend_id)).collect()
    }
}

#[derive(PartialEq, Eq)]
enum Progress {
    Open,
    Ended,
}

/// Sends pages until the window is full or the log is at its end.
fn pump(log: &EventLog, socket: &Socket<Connection>, pull: &mut Pull) -> Result<Progress> {
    loop {
        let page = log.page(pull.last_sent)?;
        socket.send(wire::chunk(&pull.id, &page.items, page.info, log.head().backend_id))?;
        match pull.sent(page.last, page.info != PageInfo::NoMore) {
            Next::Page => {}
            Next::Wait => return Ok(Progress::Open),
            Next::CaughtUp if pull.live => return Ok(Progress::Open),
            Next::CaughtUp => {
                socket.send(wire::pull_done(&pull.id))?;
                return Ok(Progress::Ended);
            }
        }
    }
}

/// A client abandons a request: its pull, or a push, which then is stored or not all the same.
fn interrupt(socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    if connection.end(id) { socket.set_attachment(&connection) } else { Ok(()) }
}

fn other_store(log: &EventLog, store_id: &str) -> Option<Failure> {
    (store_id != log.store_id())
        .then(|| Failure::Die("the request names another store than its socket".to_owned()))
}

/// What a client is told about an error: not which statements we run.
fn unknown(error: Error) -> Failure {
    let name = error.name().to_owned();
    match error {
        Error::Sql { message, .. } | Error::Row { message, .. } => Failure::Unknown { name, message },
        other => Failure::Unknown { name, message: other.to_string() },
    }
}
