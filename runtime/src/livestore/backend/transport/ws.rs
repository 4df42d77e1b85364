//! One WebSocket for each client: JSON frames, and pulls that stay open.

use std::pin::Pin;

use super::subscription::Connection;
use super::{SERVICE_RESTART, publish as publish_everywhere};
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::publication::{Part, Publication};
use crate::livestore::backend::route::refuse;
use crate::livestore::backend::store::{Pushed, Store};
use crate::livestore::protocol::{
    self as wire, Failure, Frame, PageInfo, PullRequest, PushRequest, Request as Call, RequestId,
};
use crate::{Ctx, Message, Request, Response, Result, Socket, Text, sys};

/// A close code of RFC 6455, section 7.4.1.
const INTERNAL_ERROR: u16 = 1011;

/// What the names of its requests begin with.
const SERVICE: &str = "SyncWsRpc";

const PING: &str = r#"{"_tag":"Ping"}"#;
const PONG: &str = r#"{"_tag":"Pong"}"#;

/// Has the platform answer pings, without waking the object.
pub(crate) fn answer_pings(ctx: &Ctx) -> Result<()> {
    ctx.auto_response().set(PING, PONG)
}

/// Takes a client's socket.
pub(crate) fn accept<H: Hooks>(
    store: &Store<H>,
    request: &Request,
    headers: ForwardedHeaders,
) -> Result<Response> {
    let Some(connection) = Connection::new(headers) else {
        return refuse(431, "the forwarded headers are larger than a socket can keep");
    };
    let upgrade = store.ctx().accept(request, &connection);
    let id = upgrade.id().to_owned();
    let response = upgrade.response()?;
    if let Some(socket) = store.ctx().sockets().get(&id) {
        store.new_sockets().watch(socket)?;
    }
    Ok(response)
}

/// Handles a frame.
pub(crate) async fn receive<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, message: Message) {
    let handled = match store.remote() {
        Some(remote) => handle_noted(store, remote.life(), socket, message).await,
        None => handle(store, socket, message).await,
    };
    if let Err(error) = handled {
        // A pull that is answered with an error never recovers, one whose socket closes does.
        sys::log_error(&format!("SyncBackend: {error}"));
        let _ = socket.close(INTERNAL_ERROR, "the sync backend failed, connect again");
    }
}

/// Handles a frame, and notes on the socket as long as it does: the answer may be lost with the object's memory.
fn handle_noted<'a, H: Hooks>(
    store: &'a Store<H>,
    life: &'a str,
    socket: &'a Socket<Connection>,
    message: Message,
) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> {
    Box::pin(async move {
        if !socket.update(|connection| connection.frame_begins(life))? {
            return socket.close(SERVICE_RESTART, "the object has lost what it was asked: pull again");
        }
        let handled = handle(store, socket, message).await;
        socket.update(Connection::frame_ends)?;
        // Whoever had it closed has said why.
        if socket.is_open() { handled } else { Ok(()) }
    })
}

async fn handle<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, message: Message) -> Result<()> {
    store.wake().await?;
    let text = match message {
        Message::Text(text) => text,
        Message::Binary(bytes) => match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(why) => return socket.send(wire::defect("SyntaxError", &why.to_string())),
        },
    };
    let json = text.to_string();
    match Frame::parse(&json) {
        Ok(Frame::Request { id, method, payload }) => match Call::parse(SERVICE, &method, payload) {
            Ok(Call::Pull(call)) => match call.live {
                Some(live) => pull(store, socket, id, &call, live).await,
                None => socket.send(wire::failed(&id, &Failure::Die("a pull needs `live`".to_owned()))),
            },
            Ok(Call::Push(call)) => push(store, socket, &id, &call, &text).await,
            Err(why) => socket.send(wire::failed(&id, &Failure::Die(why))),
        },
        Ok(Frame::Ack { id }) => acknowledge(store, socket, &id).await,
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
    live: bool,
) -> Result<()> {
    store.new_sockets().heard(socket)?;
    let admitted = store.admit_pull(pull, socket.attachment()?.headers()).await?;
    // Other frames may have been handled meanwhile.
    let mut connection = socket.attachment()?;
    let opened = admitted.and_then(|cursor| {
        connection.open(id.clone(), live, cursor).ok_or_else(|| Failure::Unknown {
            name: "TooManyPulls".to_owned(),
            message: "this socket has too many unfinished pulls".to_owned(),
        })
    });
    match opened {
        Err(failure) => socket.send(wire::failed(&id, &failure)),
        Ok(_) => {
            socket.set_attachment(&connection)?;
            advance(store, socket, &id).await
        }
    }
}

async fn acknowledge<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    let Some(pull) = connection.find(id) else {
        // The rest of an earlier connection: the client believes in a pull that nobody serves.
        return if connection.has_pulled() { Ok(()) } else { socket.close(SERVICE_RESTART, "pull again") };
    };
    if pull.caught_up {
        return Ok(());
    }
    let waited = pull.acknowledged();
    socket.set_attachment(&connection)?;
    if waited { advance(store, socket, id).await } else { Ok(()) }
}

async fn push<H: Hooks>(
    store: &Store<H>,
    socket: &Socket<Connection>,
    id: &RequestId,
    push: &PushRequest<'_>,
    frame: &Text,
) -> Result<()> {
    let connection = socket.attachment()?;
    // Only a client that has pulled before knows the backend's id.
    let knows_us = push.backend_id.is_some();
    if !knows_us {
        store.new_sockets().heard(socket)?;
    }
    if let Err(failure) = store.admit_push(push, connection.headers()).await? {
        return socket.send(wire::failed(id, &failure));
    }
    let pushed = store.append(push, frame).await?;
    // A client that has lost its pull would wait for a chunk for ever; a closed socket makes it start over.
    if pushed.is_stale() && knows_us && !socket.attachment()?.has_pulled() {
        return socket.close(SERVICE_RESTART, "pull again");
    }
    match pushed {
        Pushed::Nothing | Pushed::Again => socket.send(wire::push_done(id)),
        Pushed::Stored(publication) => {
            let heard = publish_everywhere(store, &publication);
            store.pushed(push, connection.headers(), &publication, heard).await?;
            socket.send(wire::push_done(id))
        }
        Pushed::Refused(failure) => socket.send(wire::failed(id, &failure)),
    }
}

/// A client abandons a request: its pull, or a push, which then is stored or not all the same.
fn interrupt(socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    if connection.end(id) { socket.set_attachment(&connection) } else { Ok(()) }
}

/// Sends a pull's next pages, until the window is full or the log is at its end.
async fn advance<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let log = store.log()?;
    let mut connection = socket.attachment()?;
    while let Some(cursor) = connection.find(id).and_then(|pull| pull.wants()) {
        let page = log.page(cursor).await?;
        // Other frames may have been handled meanwhile. From here to the new attachment nothing is awaited.
        connection = socket.attachment()?;
        let Some(pull) = connection.find(id).filter(|pull| pull.wants() == Some(cursor)) else { continue };
        socket.send(wire::chunk(id, &page.items, page.info, log.head().backend_id))?;
        pull.sent(page.last, page.info != PageInfo::NoMore);
        if pull.has_ended() {
            connection.end(id);
            socket.send(wire::pull_done(id))?;
        }
        socket.set_attachment(&connection)?;
        store.sent(&log, &page).await;
        connection = socket.attachment()?;
    }
    Ok(())
}

/// Sends stored events to every live pull that has seen all before them; the others come to them by
/// themselves. Whether there is any.
pub(super) fn publish(ctx: &Ctx, publication: &Publication<'_>) -> bool {
    let mut heard = false;
    let mut shared: Vec<(RequestId, Vec<Text>)> = Vec::new();
    for (socket, connection) in ctx.sockets::<Connection>().with_attachments() {
        let Ok(connection) = connection else { continue };
        for pull in connection.caught_up() {
            heard = true;
            if let Some(rest) = publication.rest_after(pull.last_sent) {
                deliver(&socket, &frames(&rest, &pull.id, publication));
                continue;
            }
            // Most clients use the same few ids, so most share a frame.
            let index = shared.iter().position(|(id, _)| *id == pull.id).unwrap_or_else(|| {
                shared.push((pull.id.clone(), frames(publication.parts(), &pull.id, publication)));
                shared.len() - 1
            });
            deliver(&socket, &shared[index].1);
        }
    }
    heard
}

fn frames(parts: &[Part], id: &RequestId, publication: &Publication<'_>) -> Vec<Text> {
    let frame = |part: &Part| wire::chunk(id, &part.items, PageInfo::NoMore, publication.backend_id());
    parts.iter().map(frame).collect()
}

/// A socket that takes no more is on its way out, and its client pulls again from elsewhere.
fn deliver(socket: &Socket<Connection>, frames: &[Text]) {
    for frame in frames {
        let _ = socket.send(frame.clone());
    }
}
