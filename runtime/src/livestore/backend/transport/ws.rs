//! One WebSocket for each client: JSON frames, and pulls that stay open.

use super::exit;
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::listeners::{Closing, Connection, give_up};
use crate::livestore::backend::metrics::Activity;
use crate::livestore::backend::recovery::{Asked, Remedy, Way};
use crate::livestore::backend::route::refuse;
use crate::livestore::backend::service::Service;
use crate::livestore::wire::{self, Failure, Frame, PullRequest, PushRequest, Request as Call, RequestId};
use crate::value::Text;
use crate::{Ctx, Date, Message, Request, Response, Result, Socket};

/// The limit of the bytes that may wait for a client that sends requests. Apart from the answers to its
/// requests, they are never more than its share and a chunk.
const MAX_UNREAD: u64 = 16 << 20;

/// The beginning of the names of its requests.
const SERVICE: &str = "SyncWsRpc";

const PING: &str = r#"{"_tag":"Ping"}"#;
const PONG: &str = r#"{"_tag":"Pong"}"#;

/// Makes the platform answer pings, without waking the object.
pub(crate) fn answer_pings(ctx: &Ctx) -> Result<()> {
    ctx.auto_response().set(PING, PONG)
}

/// Returns the time at which the socket of a request is closed, if the app says so. The inner error is for the client.
pub(crate) fn open_until<H: Hooks>(service: &Service<H>, request: &Request) -> Result<Option<Date>, String> {
    let Some(open_until) = H::OPEN_UNTIL else { return Ok(None) };
    match open_until(service.store().hooks(), request) {
        Ok(Some(until)) if until <= Date::now() => Err("the access has expired".to_owned()),
        Ok(until) => Ok(until),
        Err(error) => Err(error.to_string()),
    }
}

/// Accepts a client's socket.
pub(crate) fn accept<H: Hooks>(
    service: &Service<H>,
    request: &Request,
    headers: ForwardedHeaders,
    until: Option<Date>,
) -> Result<Response> {
    let Some(connection) = Connection::new(headers, until) else {
        return refuse(431, "the forwarded headers are larger than a socket can keep");
    };
    let upgrade = service.store().ctx().accept(request, &connection);
    let id = upgrade.id().to_owned();
    let response = upgrade.response()?;
    let sockets = service.listeners().sockets();
    sockets.connected(&id);
    if H::METRICS {
        service.store().report(Activity::Socket { open: sockets.count() });
    }
    Ok(response)
}

/// Handles a frame.
pub(crate) async fn receive<H: Hooks>(service: &Service<H>, socket: &Socket<Connection>, message: Message) {
    let handled = if H::STORAGE.is_remote() {
        handle_noted(service, socket, message).await
    } else {
        handle(service, socket, message).await
    };
    if let Err(error) = handled {
        give_up(socket, &error);
    }
}

/// Handles a frame, and notes that on the socket meanwhile: the answer may be lost with the object's memory.
fn handle_noted<'a, H: Hooks>(
    service: &'a Service<H>,
    socket: &'a Socket<Connection>,
    message: Message,
) -> Boxed<'a, ()> {
    Box::pin(async move {
        if !service.listeners().sockets().frame_begins(socket)? {
            return Closing::Forgotten.close(socket);
        }
        let handled = handle(service, socket, message).await;
        service.listeners().sockets().frame_ends(socket)?;
        // The code that closed it has given the reason.
        if socket.is_open() { handled } else { Ok(()) }
    })
}

async fn handle<H: Hooks>(service: &Service<H>, socket: &Socket<Connection>, message: Message) -> Result<()> {
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
    // The log is opened before a frame changes the socket's attachment.
    let id = frames.iter().find_map(|(frame, _)| frame.id());
    let remedy = id.map_or(Remedy::Close, pulling);
    service.persist_reading(remedy, &|| socket.is_open(), &|| Box::pin(service.wake())).await?;
    for (frame, part) in frames {
        if socket.buffered_bytes() > MAX_UNREAD {
            return Closing::Unread.close(socket);
        }
        let text = if part.len() == json.len() { text.clone() } else { part.into() };
        answer(service, socket, frame, &text).await?;
    }
    Ok(())
}

async fn answer<H: Hooks>(
    service: &Service<H>,
    socket: &Socket<Connection>,
    frame: Frame<'_>,
    text: &Text,
) -> Result<()> {
    match frame {
        Frame::Request { id, method, payload } => match Call::parse(SERVICE, &method, payload) {
            Ok(Call::Pull(call)) => match call.live {
                Some(live) => pull(service, socket, id, &call, live).await,
                None => socket.send(wire::failed(&id, &Failure::Die("a pull needs `live`".to_owned()))),
            },
            Ok(Call::Push(call)) => push(service, socket, &id, &call, text).await,
            Err(why) => socket.send(wire::failed(&id, &Failure::Die(why))),
        },
        Frame::Ack { id } => match service.listeners().sockets().acknowledge(socket, &id)? {
            true => serve(service, socket, &id).await,
            false => Ok(()),
        },
        Frame::Interrupt { id } => service.listeners().sockets().interrupt(socket, &id),
        Frame::Ping => socket.send(PONG),
        Frame::Eof => Ok(()),
    }
}

async fn pull<H: Hooks>(
    service: &Service<H>,
    socket: &Socket<Connection>,
    id: RequestId,
    pull: &PullRequest<'_>,
    live: bool,
) -> Result<()> {
    let _words = socket.last_words(None);
    let connection = service.listeners().sockets().connection(socket)?;
    if H::OPEN_UNTIL.is_some() && connection.has_expired() {
        return Closing::Expired.close(socket);
    }
    if !connection.has_pulled() {
        service.listeners().sockets().heard(socket)?;
    }
    let admit = || -> Boxed<'_, _> { Box::pin(service.admit_pull(pull, connection.headers())) };
    let admitted = service.persist(pulling(&id), &|| socket.is_open(), &admit).await?;
    match service.listeners().sockets().open(socket, &id, live, admitted)? {
        Ok(()) => serve(service, socket, &id).await,
        Err(failure) => socket.send(wire::failed(&id, &failure)),
    }
}

async fn push<H: Hooks>(
    service: &Service<H>,
    socket: &Socket<Connection>,
    id: &RequestId,
    push: &PushRequest<'_>,
    frame: &Text,
) -> Result<()> {
    let connection = service.listeners().sockets().connection(socket)?;
    if H::OPEN_UNTIL.is_some() && connection.has_expired() {
        return Closing::Expired.close(socket);
    }
    // Only a client that has pulled before knows the backend's id.
    let knows_us = push.backend_id.is_some();
    if !knows_us {
        service.listeners().sockets().heard(socket)?;
    }
    let (remedy, waits) = (Remedy::of(Asked::Push, Way::Socket, id), || socket.is_open());
    // Without these words the client would get no answer, and would wait for ever.
    let _words = socket.last_words(Some(&wire::failed(id, &crashed())));
    let pushed = service.push(push, frame, connection.headers(), remedy, &waits).await?;
    // A client that has lost its pull would wait for a chunk for ever. A closed socket makes it start over.
    if pushed.is_stale() && knows_us && !service.listeners().sockets().connection(socket)?.has_pulled() {
        return Closing::Unserved.close(socket);
    }
    socket.send(exit(pushed, id))
}

/// Returns the failure of a push during which the object was lost. Its outcome is unknown.
fn crashed() -> Failure {
    let message = "the object crashed before it had answered";
    Failure::Unknown { name: "ObjectCrashed".to_owned(), message: message.to_owned() }
}

/// Returns the remedy for trouble that a pull meets.
fn pulling(id: &RequestId) -> Remedy {
    Remedy::of(Asked::Pull, Way::Socket, id)
}

/// Sends a pull's next pages, and tries again after temporary trouble.
async fn serve<H: Hooks>(service: &Service<H>, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
    let _words = socket.last_words(None);
    service.persist_reading(pulling(id), &|| socket.is_open(), &|| service.advance(socket, id)).await
}
