//! One WebSocket for each client: JSON frames, and pulls that stay open.

use std::pin::Pin;

use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::listeners::{Closing, Connection, give_up};
use crate::livestore::backend::log::Pending;
use crate::livestore::backend::metrics::Activity;
use crate::livestore::backend::recovery::{Asked, Remedy, Way};
use crate::livestore::backend::route::refuse;
use crate::livestore::backend::store::Store;
use crate::livestore::wire::{
    self, Failure, Frame, PageInfo, PullRequest, PushRequest, Request as Call, RequestId,
};
use crate::{Ctx, Message, Request, Response, Result, Socket, Text};

/// Bytes that may wait for a client that sends requests. Without those that answer its requests it never is more than
/// its share and a chunk.
const MAX_UNREAD: u64 = 16 << 20;

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
    let sockets = store.listeners().sockets();
    sockets.connected(&id);
    if H::METRICS {
        store.report(Activity::Socket { open: sockets.count() });
    }
    Ok(response)
}

/// Handles a frame.
pub(crate) async fn receive<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, message: Message) {
    let handled = match store.remote() {
        Some(_) => handle_noted(store, socket, message).await,
        None => handle(store, socket, message).await,
    };
    if let Err(error) = handled {
        give_up(socket, &error);
    }
}

/// Handles a frame, and notes on the socket as long as it does: the answer may be lost with the object's memory.
fn handle_noted<'a, H: Hooks>(
    store: &'a Store<H>,
    socket: &'a Socket<Connection>,
    message: Message,
) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> {
    Box::pin(async move {
        if !store.listeners().sockets().frame_begins(socket)? {
            return Closing::Forgotten.close(socket);
        }
        let handled = handle(store, socket, message).await;
        socket.update(Connection::frame_ends)?;
        // Whoever had it closed has said why.
        if socket.is_open() { handled } else { Ok(()) }
    })
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
    let frames = match Frame::parse_all(&json) {
        Ok(frames) => frames,
        Err(why) => return socket.send(wire::defect("SyntaxError", &why.0)),
    };
    // The log is opened before a frame changes what the socket keeps.
    let id = frames.iter().find_map(|(frame, _)| frame.id());
    let remedy = id.map_or(Remedy::Close, pulling);
    store.persist_reading(remedy, &|| socket.is_open(), &|| Box::pin(store.wake())).await?;
    for (frame, part) in frames {
        if socket.buffered_bytes() > MAX_UNREAD {
            return Closing::Unread.close(socket);
        }
        let text = if part.len() == json.len() { text.clone() } else { part.into() };
        answer(store, socket, frame, &text).await?;
    }
    Ok(())
}

async fn answer<H: Hooks>(
    store: &Store<H>,
    socket: &Socket<Connection>,
    frame: Frame<'_>,
    text: &Text,
) -> Result<()> {
    match frame {
        Frame::Request { id, method, payload } => match Call::parse(SERVICE, &method, payload) {
            Ok(Call::Pull(call)) => match call.live {
                Some(live) => pull(store, socket, id, &call, live).await,
                None => socket.send(wire::failed(&id, &Failure::Die("a pull needs `live`".to_owned()))),
            },
            Ok(Call::Push(call)) => push(store, socket, &id, &call, text).await,
            Err(why) => socket.send(wire::failed(&id, &Failure::Die(why))),
        },
        Frame::Ack { id } => match store.listeners().sockets().acknowledge(socket, &id)? {
            true => serve(store, socket, &id).await,
            false => Ok(()),
        },
        Frame::Interrupt { id } => store.listeners().sockets().interrupt(socket, &id),
        Frame::Ping => socket.send(PONG),
        Frame::Eof => Ok(()),
    }
}

async fn pull<H: Hooks>(
    store: &Store<H>,
    socket: &Socket<Connection>,
    id: RequestId,
    pull: &PullRequest<'_>,
    live: bool,
) -> Result<()> {
    let _words = socket.last_words(None);
    let connection = socket.attachment()?;
    if !connection.has_pulled() {
        store.listeners().sockets().heard(socket)?;
    }
    let admit = || -> Pending<'_, _> { Box::pin(store.admit_pull(pull, connection.headers())) };
    let admitted = store.persist(pulling(&id), &|| socket.is_open(), &admit).await?;
    match store.listeners().sockets().open(socket, &id, live, admitted)? {
        Ok(()) => serve(store, socket, &id).await,
        Err(failure) => socket.send(wire::failed(&id, &failure)),
    }
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
        store.listeners().sockets().heard(socket)?;
    }
    let (remedy, waits) = (Remedy::of(Asked::Push, Way::Socket, id), || socket.is_open());
    // Nobody else would tell the client, which would wait for ever.
    let _words = socket.last_words(Some(&wire::failed(id, &crashed())));
    let answer = super::push::push(store, push, frame, connection.headers(), remedy, &waits).await?;
    // A client that has lost its pull would wait for a chunk for ever; a closed socket makes it start over.
    if answer.is_stale() && knows_us && !socket.attachment()?.has_pulled() {
        return Closing::Unserved.close(socket);
    }
    socket.send(answer.exit(id))
}

/// What became of a push during which the object was lost: nobody knows.
fn crashed() -> Failure {
    let message = "the object crashed before it had answered";
    Failure::Unknown { name: "ObjectCrashed".to_owned(), message: message.to_owned() }
}

/// Goes on with a pull that has fallen behind.
pub(super) async fn resume<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) {
    // Somebody else waits for this.
    if let Err(error) = advance(store, socket, id).await {
        give_up(socket, &error);
    }
}

/// What is done about trouble that a pull meets.
fn pulling(id: &RequestId) -> Remedy {
    Remedy::of(Asked::Pull, Way::Socket, id)
}

/// Sends a pull's next pages, whatever trouble passes meanwhile.
async fn serve<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let _words = socket.last_words(None);
    store.persist_reading(pulling(id), &|| socket.is_open(), &|| advance(store, socket, id)).await
}

/// Sends a pull's next pages, until the window is full or the log is at its end.
///
/// Boxed, so that it is compiled once and not into each that awaits it.
fn advance<'a, H: Hooks>(
    store: &'a Store<H>,
    socket: &'a Socket<Connection>,
    id: &'a RequestId,
) -> Pending<'a, ()> {
    Box::pin(async move {
        store.wake().await?;
        let (log, sockets) = (store.log()?, store.listeners().sockets());
        while let Some(cursor) = sockets.wanted(socket, id)? {
            let page = log.page_within(sockets.page_bytes(), cursor).await?;
            // Nothing is awaited since it was read.
            if !sockets.send(socket, id, cursor, &log, &page)? {
                continue;
            }
            store.sent(&log, &page).await;
            if page.info == PageInfo::NoMore {
                break;
            }
        }
        Ok(())
    })
}
