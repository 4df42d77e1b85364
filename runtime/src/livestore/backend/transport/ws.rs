//! One WebSocket for each client: JSON frames, and pulls that stay open.

use std::pin::Pin;

use super::closing::Closing;
use super::flow::{Share, new_key};
use super::subscription::Connection;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::log::Pending;
use crate::livestore::backend::metrics::Activity;
use crate::livestore::backend::recovery::{Asked, Remedy, Way};
use crate::livestore::backend::route::refuse;
use crate::livestore::backend::store::Store;
use crate::livestore::wire::{
    self, Failure, Frame, PageInfo, PullRequest, PushRequest, Request as Call, RequestId,
};
use crate::{Ctx, Error, Message, Request, Response, Result, Socket, Text, sys};

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
    store.new_sockets().watch(store.ctx(), &id);
    store.flows().connected();
    if H::METRICS {
        store.report(Activity::Socket { open: store.ctx().sockets::<Connection>().count() });
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
        give_up(socket, &error);
    }
}

/// Handles a frame, and notes on the socket as long as it does: the answer may be lost with the object's memory.
fn handle_noted<'a, H: Hooks>(
    store: &'a Store<H>,
    life: u32,
    socket: &'a Socket<Connection>,
    message: Message,
) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> {
    Box::pin(async move {
        if !socket.update(|connection| connection.frame_begins(life))? {
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
        Frame::Ack { id } => acknowledge(store, socket, &id).await,
        Frame::Interrupt { id } => interrupt(store, socket, &id),
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
        store.new_sockets().heard(socket)?;
    }
    let admit = || -> Pending<'_, _> { Box::pin(store.admit_pull(pull, connection.headers())) };
    let admitted = store.persist(pulling(&id), &|| socket.is_open(), &admit).await?;
    // Other frames may have been handled meanwhile.
    let mut connection = socket.attachment()?;
    if let Some(replaced) = connection.find(&id) {
        store.flows().forget(replaced.key);
    }
    let opened = admitted.and_then(|cursor| {
        connection.open(id.clone(), new_key(), live, cursor).ok_or_else(|| Failure::Unknown {
            name: "TooManyPulls".to_owned(),
            message: "this socket has too many unfinished pulls".to_owned(),
        })
    });
    match opened {
        Err(failure) => socket.send(wire::failed(&id, &failure)),
        Ok(_) => {
            socket.set_attachment(&connection)?;
            serve(store, socket, &id).await
        }
    }
}

async fn acknowledge<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    let Some(pull) = connection.find(id) else {
        // The rest of an earlier connection: the client believes in a pull that nobody serves.
        return if connection.has_pulled() { Ok(()) } else { Closing::Unserved.close(socket) };
    };
    store.flows().acknowledged(pull.key);
    if pull.caught_up {
        return Ok(());
    }
    let waited = pull.acknowledged();
    socket.set_attachment(&connection)?;
    if waited { serve(store, socket, id).await } else { Ok(()) }
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

/// A client abandons a request: its pull, or a push, which then is stored or not all the same.
fn interrupt<H: Hooks>(store: &Store<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let mut connection = socket.attachment()?;
    let Some(pull) = connection.find(id) else { return Ok(()) };
    store.flows().forget(pull.key);
    connection.end(id);
    socket.set_attachment(&connection)
}

/// What each socket may have to read.
fn share<H: Hooks>(store: &Store<H>) -> Share {
    store.flows().share(|| store.ctx().sockets::<Connection>().count())
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

/// A pull that is answered with an error never recovers, one whose socket closes does.
fn give_up(socket: &Socket<Connection>, error: &Error) {
    sys::log_error(&format!("SyncBackend: {error}"));
    let _ = Closing::Failed.close(socket);
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
        let (log, mut connection) = (store.log()?, socket.attachment()?);
        while let Some(cursor) = connection.find(id).and_then(|pull| pull.wants()) {
            let page = log.page_within(share(store).page(), cursor).await?;
            // Other frames may have been handled meanwhile. From here to the new attachment nothing is awaited.
            connection = socket.attachment()?;
            let Some(pull) = connection.find(id).filter(|pull| pull.wants() == Some(cursor)) else {
                continue;
            };
            let chunk = wire::chunk(id, &page.items, page.info, log.head().backend_id);
            store.flows().sent(pull.key, chunk.len());
            socket.send(chunk)?;
            pull.sent(page.last, page.info != PageInfo::NoMore);
            if pull.has_ended() {
                store.flows().forget(pull.key);
                connection.end(id);
                socket.send(wire::pull_done(id))?;
            }
            socket.set_attachment(&connection)?;
            store.sent(&log, &page).await;
            if page.info == PageInfo::NoMore {
                break;
            }
            connection = socket.attachment()?;
        }
        Ok(())
    })
}
