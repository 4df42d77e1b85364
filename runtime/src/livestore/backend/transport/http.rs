//! One HTTP request for each message, or for a list of them. The answer is an array of objects.

use std::collections::VecDeque;
use std::future::{poll_fn, ready};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use worker::Headers;

use super::exit;
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::recovery::{Asked, Remedy, Way};
use crate::livestore::backend::route::{MAX_BODY, Transport, body_length, refuse_large, refuse_transport};
use crate::livestore::backend::service::{Service, unknown};
use crate::livestore::wire::{self, Failure, Frame, PageInfo, Request as Call, RequestId};
use crate::value::Text;
use crate::{Error, Request, Response, Result, sys};

/// The beginning of the names of its requests.
const SERVICE: &str = "SyncHttpRpc";
const PING: &str = "SyncHttpRpc.Ping";

const PONG: &str = r#"{"_tag":"Pong"}"#;

/// The length of the text that is written at once while there is more, in UTF-16 code units.
const ENOUGH_TO_WRITE: usize = 128 * 1024;

/// Makes sure that this object is the store's. The request may be for a pull, which is not known yet, and its
/// client would never pull again after an error.
pub(crate) async fn open<H: Hooks>(service: &Service<H>, store_id: &str) -> Result<Result<(), &'static str>> {
    service.persist_reading(Remedy::UNREAD, &|| true, &|| Box::pin(service.open(store_id))).await
}

/// Answers a request. The status is always 200: clients read only the body.
///
/// The future is boxed. Where the transport is not enabled, the worker does not contain its code.
pub(crate) fn respond<'a, H: Hooks>(
    service: &'a Rc<Service<H>>,
    request: Request,
    forwarded: &'a ForwardedHeaders,
) -> Boxed<'a, Response> {
    if H::TRANSPORTS.http {
        Box::pin(respond_enabled(service, request, forwarded))
    } else {
        Box::pin(ready(refuse_transport(Transport::Http)))
    }
}

async fn respond_enabled<H: Hooks>(
    service: &Rc<Service<H>>,
    mut request: Request,
    forwarded: &ForwardedHeaders,
) -> Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    for (name, value) in H::RESPONSE_HEADERS {
        headers.set(name, value)?;
    }
    let Some(body) = body(&mut request).await? else {
        return refuse_large();
    };
    let response = Response::builder().with_headers(headers);
    let mut answer = answer(service, &body, forwarded).await?;
    let (piece, more) = answer.next(service).await;
    if !more {
        return Ok(response.fixed(piece.to_string().into_bytes()));
    }
    let (readable, writer) = sys::channel()?;
    sys::spawn(stream(Rc::clone(service), answer, piece, writer));
    Ok(response.stream(readable.unchecked_into()))
}

/// Returns the body, unless it is too large.
async fn body(request: &mut Request) -> Result<Option<String>> {
    match body_length(request) {
        Some(length) if length > MAX_BODY => return Ok(None),
        Some(_) => return Ok(Some(request.text().await?)),
        None => {}
    }
    let Some(stream) = request.inner().body() else { return Ok(Some(String::new())) };
    let reader = sys::Reader::of(stream.into());
    let mut reader = reader.ok_or_else(|| Error::new("somebody else reads the request's body"))?;
    let mut body = Vec::new();
    while let Some(piece) = poll_fn(|cx| reader.poll_read(cx)).await? {
        if (body.len() + piece.len()) as u64 > MAX_BODY {
            return Ok(None);
        }
        body.extend(piece);
    }
    Ok(Some(String::from_utf8_lossy(&body).into_owned()))
}

/// Writes the pages one after the other, as fast as they are read. Only a few are in memory at a time.
async fn stream<H: Hooks>(service: Rc<Service<H>>, mut answer: Body, first: Text, writer: sys::Writer) {
    let (mut piece, mut more) = (first, true);
    loop {
        // Each write takes a turn of the event loop, even for a short text.
        while more && piece.len() < ENOUGH_TO_WRITE {
            let (next, is_followed) = answer.next(&service).await;
            piece = piece.concat(&next);
            more = is_followed;
        }
        // The platform refuses the write when the reader has gone.
        if writer.write_text(&piece).await.is_err() {
            return;
        }
        if !more {
            return writer.close();
        }
        (piece, more) = answer.next(&service).await;
    }
}

/// Returns the answer to the posted messages.
pub(crate) async fn answer<H: Hooks>(
    service: &Service<H>,
    body: &str,
    headers: &ForwardedHeaders,
) -> Result<Body> {
    let mut answer = Body::default();
    match Frame::parse_all(body) {
        Err(why) => answer.add(Element::Message(wire::defect("SyntaxError", &why.0))),
        Ok(frames) => {
            for (frame, json) in frames {
                match frame {
                    Frame::Request { id, method, payload } => {
                        answer.add(request(service, id, &method, payload, json, headers).await?);
                    }
                    Frame::Ping => answer.add(Element::Message(PONG.to_owned())),
                    // Over HTTP there is no chunk to acknowledge and no request to interrupt.
                    Frame::Ack { .. } | Frame::Interrupt { .. } | Frame::Eof => {}
                }
            }
        }
    }
    Ok(answer)
}

async fn request<H: Hooks>(
    service: &Service<H>,
    id: RequestId,
    method: &str,
    payload: Option<&str>,
    json: &str,
    headers: &ForwardedHeaders,
) -> Result<Element> {
    if method == PING {
        return Ok(Element::Message(wire::ping_done(&id)));
    }
    Ok(Element::Message(match Call::parse(SERVICE, method, payload) {
        Ok(Call::Pull(pull)) => {
            let remedy = Remedy::of(Asked::Pull, Way::Http, &id);
            match service.persist(remedy, &|| true, &|| Box::pin(service.admit_pull(&pull, headers))).await {
                Ok(Ok(cursor)) => {
                    let backend_id = service.store().log()?.head().backend_id.to_owned();
                    return Ok(Element::Pull(Pages { backend_id, id, last_sent: cursor }));
                }
                Ok(Err(failure)) => wire::failed(&id, &failure),
                Err(error) if service.is_passing(&error) => wire::failed(&id, &unknown(error)),
                Err(error) => return Err(error),
            }
        }
        Ok(Call::Push(call)) => {
            let remedy = Remedy::of(Asked::Push, Way::Http, &id);
            let pushed = service.push(&call, &Text::from(json), headers, remedy, &|| true).await?;
            exit(pushed, &id)
        }
        Err(why) => wire::failed(&id, &Failure::Die(why)),
    }))
}

/// The body of an answer: an array, piece by piece.
#[derive(Default)]
pub(crate) struct Body {
    parts: VecDeque<Element>,
    begun: bool,
}

/// The answer to one message.
enum Element {
    Message(String),
    Pull(Pages),
}

/// A pull's answer, one page after the other.
struct Pages {
    backend_id: String,
    id: RequestId,
    last_sent: i64,
}

impl Body {
    fn add(&mut self, part: Element) {
        self.parts.push_back(part);
    }

    /// Returns the next piece of the body, and whether there are more.
    pub(crate) async fn next<H: Hooks>(&mut self, service: &Service<H>) -> (Text, bool) {
        let before = Text::from(if std::mem::replace(&mut self.begun, true) { "," } else { "[" });
        let piece = match self.parts.pop_front() {
            Some(Element::Message(message)) => message.into(),
            Some(Element::Pull(mut pages)) => {
                let (piece, more) = pages.next(service).await;
                if more {
                    self.parts.push_front(Element::Pull(pages));
                }
                piece
            }
            None => Text::from(""),
        };
        let piece = before.concat(&piece);
        let more = !self.parts.is_empty();
        (if more { piece } else { piece.concat(&"]".into()) }, more)
    }
}

impl Pages {
    /// Returns the next page, with the exit if it is the last one, and whether there are more.
    async fn next<H: Hooks>(&mut self, service: &Service<H>) -> (Text, bool) {
        let remedy = Remedy::of(Asked::Pull, Way::Http, &self.id);
        let read = || -> Boxed<'_, _> { Box::pin(service.page(&self.backend_id, self.last_sent)) };
        let (log, page) = match service.persist_reading(remedy, &|| true, &read).await {
            Ok(Ok(read)) => read,
            Ok(Err(failure)) => return (wire::failed(&self.id, &failure).into(), false),
            Err(error) => {
                sys::log_error(&format!("SyncBackend: a pull could not be read: {error}"));
                return (wire::failed(&self.id, &unknown(error)).into(), false);
            }
        };
        let chunk = wire::chunk(&self.id, &page.items, page.info, &self.backend_id);
        self.last_sent = page.last.unwrap_or(self.last_sent);
        service.store().sent(&log, &page).await;
        if page.info == PageInfo::NoMore {
            let exit = format!(",{}", wire::pull_done(&self.id));
            return (chunk.concat(&exit.into()), false);
        }
        (chunk, true)
    }
}
