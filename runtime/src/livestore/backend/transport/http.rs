//! One HTTP request for each message: an object in, an array of objects out.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use worker::Headers;

use super::publish;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::log::{EventLog, Page};
use crate::livestore::backend::store::{Pushed, Store, unknown};
use crate::livestore::protocol::{
    self as wire, Failure, Frame, PageInfo, PushRequest, Request as Call, RequestId,
};
use crate::{Request, Response, Result, Text, sys};

/// What the names of its requests begin with.
const SERVICE: &str = "SyncHttpRpc";
const PING: &str = "SyncHttpRpc.Ping";

const PONG: &str = r#"{"_tag":"Pong"}"#;

/// What a request is answered with.
pub(crate) enum Answer {
    /// These messages.
    Messages(String),
    /// All pages of a pull.
    Pages(Pages),
}

/// Answers a request. It is 200 whatever happens: clients look at the body alone.
pub(crate) async fn respond<H: Hooks>(
    store: &Rc<Store<H>>,
    mut request: Request,
    forwarded: &ForwardedHeaders,
) -> Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    for (name, value) in H::RESPONSE_HEADERS {
        headers.set(name, value)?;
    }
    let body = request.text().await?;
    let response = Response::builder().with_headers(headers);
    Ok(match answer(store, &body, forwarded).await? {
        Answer::Messages(messages) => response.fixed(format!("[{messages}]").into_bytes()),
        Answer::Pages(mut pages) => {
            let (piece, more) = pages.next(store).await;
            if !more {
                return Ok(response.fixed(piece.to_string().into_bytes()));
            }
            let (readable, writer) = sys::channel()?;
            sys::spawn(stream(Rc::clone(store), pages, piece, writer));
            response.stream(readable.unchecked_into())
        }
    })
}

/// Writes page after page, as fast as they are read: no more than one is in memory.
async fn stream<H: Hooks>(store: Rc<Store<H>>, mut pages: Pages, first: Text, writer: sys::Writer) {
    let (mut piece, mut more) = (first, true);
    // Refused when nobody reads any more.
    while writer.write(piece.to_string().as_bytes()).await.is_ok() {
        if !more {
            return writer.close();
        }
        (piece, more) = pages.next(&store).await;
    }
}

/// What to say to a message.
pub(crate) async fn answer<H: Hooks>(
    store: &Store<H>,
    body: &str,
    headers: &ForwardedHeaders,
) -> Result<Answer> {
    let (id, method, payload) = match Frame::parse(body) {
        Ok(Frame::Request { id, method, payload }) => (id, method, payload),
        Ok(Frame::Ping) => return Ok(Answer::Messages(PONG.to_owned())),
        // There is nothing to acknowledge or to interrupt.
        Ok(Frame::Ack { .. } | Frame::Interrupt { .. } | Frame::Eof) => {
            return Ok(Answer::Messages(String::new()));
        }
        Err(why) => return Ok(Answer::Messages(wire::defect("SyntaxError", &why.0))),
    };
    if method == PING {
        return Ok(Answer::Messages(wire::ping_done(&id)));
    }
    let exit = match Call::parse(SERVICE, &method, payload) {
        Ok(Call::Pull(pull)) => match store.admit_pull(&pull, headers).await? {
            Ok(cursor) => return Ok(Answer::Pages(Pages::new(&*store.log()?, id, cursor))),
            Err(failure) => Err(failure),
        },
        Ok(Call::Push(push)) => self::push(store, &push, body, headers).await?,
        Err(why) => Err(Failure::Die(why)),
    };
    Ok(Answer::Messages(match exit {
        Ok(()) => wire::push_done(&id),
        Err(failure) => wire::failed(&id, &failure),
    }))
}

async fn push<H: Hooks>(
    store: &Store<H>,
    push: &PushRequest<'_>,
    body: &str,
    headers: &ForwardedHeaders,
) -> Result<Result<(), Failure>> {
    if let Err(failure) = store.admit_push(push, headers).await? {
        return Ok(Err(failure));
    }
    match store.append(push, &Text::from(body)).await? {
        Pushed::Stored(publication) => {
            let heard = publish(store, &publication);
            store.pushed(push, headers, &publication, heard).await?;
            Ok(Ok(()))
        }
        Pushed::Nothing | Pushed::Again => Ok(Ok(())),
        Pushed::Refused(failure) => Ok(Err(failure)),
    }
}

/// A pull's answer, one page after the other.
pub(crate) struct Pages {
    backend_id: String,
    id: RequestId,
    last_sent: i64,
    before: &'static str,
}

impl Pages {
    fn new(log: &EventLog, id: RequestId, cursor: i64) -> Self {
        let backend_id = log.head().backend_id.to_owned();
        Self { backend_id, id, last_sent: cursor, before: "[" }
    }

    /// The next piece of the body, and whether there are more.
    pub(crate) async fn next<H: Hooks>(&mut self, store: &Store<H>) -> (Text, bool) {
        let failure = match store.page(&self.backend_id, self.last_sent).await {
            Ok(Ok((log, page))) => return self.add(store, &log, page).await,
            Ok(Err(failure)) => failure,
            Err(error) => {
                sys::log_error(&format!("SyncBackend: a pull could not be read: {error}"));
                unknown(error)
            }
        };
        (self.last(&wire::failed(&self.id, &failure)), false)
    }

    async fn add<H: Hooks>(&mut self, store: &Store<H>, log: &EventLog, page: Page) -> (Text, bool) {
        let chunk = wire::chunk(&self.id, &page.items, page.info, &self.backend_id);
        let piece = Text::from(self.before).concat(&chunk);
        self.before = ",";
        self.last_sent = page.last.unwrap_or(self.last_sent);
        store.sent(log, &page).await;
        if page.info == PageInfo::NoMore {
            let end = self.last(&wire::pull_done(&self.id));
            return (piece.concat(&end), false);
        }
        (piece, true)
    }

    fn last(&self, exit: &str) -> Text {
        Text::from(format!("{}{exit}]", self.before))
    }
}
