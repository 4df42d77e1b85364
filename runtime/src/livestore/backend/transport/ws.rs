//! One WebSocket for each client: JSON frames, and pulls that stay open.

use super::publish as publish_everywhere;
use super::subscription::{Connection, Next, Pull};
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::log::EventLog;
use crate::livestore::backend::publication::Publication;
use crate::livestore::backend::store::{Pushed, Store};
use crate::livestore::protocol::{
    self as wire, Failure, Frame, PageInfo, PullRequest, PushRequest, Request as Call, RequestId,
};
use crate::{Ctx, Message, Request, Response, Result, Socket, Text, sys};

/// Close codes, RFC 6455 section 7.4.1 and its registry.
const INTERNAL_ERROR: u16 = 1011;
const SERVICE_RESTART: u16 = 1012;

const PING: &str = r#"{"_tag":"Ping"}"#;
const PONG: &str = r#"{"_tag":"Pong"}"#;

/// Has the platform answer pings, without waking the object.
pub(crate) fn answer_pings(ctx: &Ctx) -> Result<()> {
    ctx.auto_response().set(PING, PONG)
}

/// Takes a client's socket.
pub(crate) fn accept(ctx: &Ctx, request: &Request) -> Result<Response> {
    ctx.accept(request, &Connection::default()).response()
}

/// Handles a frame.
pub(crate) async fn receive<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, message: Message) {
    if let Err(error) = handle(store, socket, message).await {
        // A pull that is answered with an error never recovers, one whose socket closes does.
        sys::log_error(&format!("SyncBackend: {error}"));
        let _ = socket.close(INTERNAL_ERROR, "the sync backend failed, connect again");
    }
}

async fn handle<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, message: Message) -> Result<()> {
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
            Ok(Call::Pull(call)) => pull(store, socket, id, &call).await,
            Ok(Call::Push(call)) => push(store, socket, &id, &call, &text).await,
            Err(why) => socket.send(wire::failed(&id, &Failure::Die(why))),
        },
        Ok(Frame::Ack { id }) => acknowledge(store, socket, &id),
        Ok(Frame::Interrupt { id }) => interrupt(socket, &id),
        Ok(Frame::Ping) => socket.send(PONG),
        Ok(Frame::Eof) => Ok(()),
        Err(why) => socket.send(wire::defect("SyntaxError", &why.0)),
    }
}

async fn pull<H: Hooks>(
    store: &Store<H>,
    socket: &Socket<Connection>,
    id: RequestId,
    pull: &PullRequest<'_>,
) -> Result<()> {
    let admitted = store.admit_pull(pull).await?;
    let mut connection = socket.attachment()?;
    let opened = admitted.and_then(|cursor| {
        connection.open(id.clone(), pull.live, cursor).ok_or_else(|| Failure::Unknown {
            name: "TooManyPulls".to_owned(),
            message: "this socket has too many unfinished pulls".to_owned(),
        })
    });
    match opened {
        Err(failure) => socket.send(wire::failed(&id, &failure)),
        Ok(pull) => {
            if pump(&*store.log()?, socket, pull)? == Progress::Ended {
                connection.end(&id);
            }
            socket.set_attachment(&connection)
        }
    }
}

fn acknowledge<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    let Some(pull) = connection.find(id) else {
        // The rest of an earlier connection: the client believes in a pull that nobody serves.
        return if connection.has_pulled() { Ok(()) } else { socket.close(SERVICE_RESTART, "pull again") };
    };
    if !pull.acknowledged() {
        return Ok(());
    }
    if pump(&*store.log()?, socket, pull)? == Progress::Ended {
        connection.end(id);
    }
    socket.set_attachment(&connection)
}

async fn push<H: Hooks>(
    store: &Store<H>,
    socket: &Socket<Connection>,
    id: &RequestId,
    push: &PushRequest<'_>,
    frame: &Text,
) -> Result<()> {
    if let Err(failure) = store.admit_push(push).await? {
        return socket.send(wire::failed(id, &failure));
    }
    // From here to the answer nothing is awaited: what is stored is also published.
    match store.append(push, frame, socket.attachment()?.pusher())? {
        Pushed::Nothing => socket.send(wire::push_done(id)),
        Pushed::Stored(publication) => {
            publish_everywhere(store.ctx(), &publication);
            socket.send(wire::push_done(id))
        }
        Pushed::Refused(failure) => socket.send(wire::failed(id, &failure)),
        Pushed::Reconnect => socket.close(SERVICE_RESTART, "pull again"),
    }
}

/// A client abandons a request: its pull, or a push, which then is stored or not all the same.
fn interrupt(socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    if connection.end(id) { socket.set_attachment(&connection) } else { Ok(()) }
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

/// Sends stored events to every live pull that has seen all before them; the others come to them by
/// themselves.
pub(super) fn publish(ctx: &Ctx, publication: &Publication<'_>) {
    let mut shared: Vec<(RequestId, Vec<Text>)> = Vec::new();
    for (socket, connection) in ctx.sockets::<Connection>().with_attachments() {
        let Ok(connection) = connection else { continue };
        for pull in connection.caught_up() {
            if let Some(rest) = publication.rest_after(pull.last_sent) {
                deliver(&socket, &frames(&rest, &pull.id, publication));
                continue;
            }
            // Most clients use the same few ids, so most share a frame.
            let index = shared.iter().position(|(id, _)| *id == pull.id).unwrap_or_else(|| {
                shared.push((pull.id.clone(), frames(publication.chunks(), &pull.id, publication)));
                shared.len() - 1
            });
            deliver(&socket, &shared[index].1);
        }
    }
}

fn frames(chunks: &[Text], id: &RequestId, publication: &Publication<'_>) -> Vec<Text> {
    let frame = |items| wire::chunk(id, items, PageInfo::NoMore, publication.backend_id());
    chunks.iter().map(frame).collect()
}

/// A socket that takes no more is on its way out, and its client pulls again from elsewhere.
fn deliver(socket: &Socket<Connection>, frames: &[Text]) {
    for frame in frames {
        let _ = socket.send(frame.clone());
    }
}
