//! Calls between durable objects. The message and the answer are msgpack.

use std::future::ready;

use super::exit;
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::backend::hooks::Hooks;
use crate::livestore::backend::recovery::{Asked, Remedy, Way};
use crate::livestore::backend::service::{Service, unknown};
use crate::livestore::wire::{
    self, Failure, Frame, PageInfo, PullRequest, PushRequest, Request as Call, RequestId, Unsubscription,
    msgpack,
};
use crate::value::Text;
use crate::{Error, Result, sys};

/// The beginning of the names of its requests.
const SERVICE: &str = "SyncDoRpc";
const PING: &str = "SyncDoRpc.Ping";
const UNSUBSCRIBE: &str = "SyncDoRpc.Unsubscribe";
/// The size in bytes up to which pages are added to an answer. Cloudflare's RPC takes 32 MiB (Workers RPC,
/// "Limits"), and a page has at most 2 MB.
const FULL: usize = 28 * 1024 * 1024;

/// Answers a message, which has one request or several. It fails when the message has none.
///
/// The future is boxed. Where the transport is not enabled, the worker does not contain its code.
pub(crate) fn answer<'a, H: Hooks>(service: &'a Service<H>, message: &'a [u8]) -> Boxed<'a, Vec<u8>> {
    if H::TRANSPORTS.rpc {
        Box::pin(answer_enabled(service, message))
    } else {
        Box::pin(ready(Err(Error::new("Do RPC transport is not enabled (based on `Hooks::TRANSPORTS`)"))))
    }
}

async fn answer_enabled<H: Hooks>(service: &Service<H>, message: &[u8]) -> Result<Vec<u8>> {
    let malformed = |why: &dyn std::fmt::Display| Error::Value(format!("the message is malformed: {why}"));
    let json = msgpack::to_json(message).map_err(|why| malformed(&why))?;
    let mut answer = Messages::default();
    for (frame, json) in Frame::parse_all(&json).map_err(|why| malformed(&why.0))? {
        // Over RPC there is no chunk to acknowledge and no request to interrupt.
        if let Frame::Request { id, method, payload } = frame {
            let exit = match request(service, &id, &method, payload, json, &mut answer).await {
                Ok(Ok(exit)) => exit,
                Ok(Err(failure)) => wire::failed(&id, &failure),
                Err(error) => {
                    sys::log_error(&format!("SyncBackend: {error}"));
                    wire::failed(&id, &unknown(error))
                }
            };
            answer.add(&exit)?;
        }
    }
    Ok(msgpack::list(&answer.messages))
}

/// The messages of an answer.
#[derive(Default)]
struct Messages {
    messages: Vec<Vec<u8>>,
    bytes: usize,
}

impl Messages {
    fn add(&mut self, json: &str) -> Result<()> {
        let message =
            msgpack::from_json(json).map_err(|why| Error::Value(format!("an event is unreadable: {why}")))?;
        self.bytes += message.len();
        self.messages.push(message);
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.bytes > FULL
    }
}

/// Handles a request, and returns the exit.
async fn request<H: Hooks>(
    service: &Service<H>,
    id: &RequestId,
    method: &str,
    payload: Option<&str>,
    frame: &str,
    answer: &mut Messages,
) -> Result<Result<String, Failure>> {
    if method == PING {
        return Ok(Ok(wire::object_ping_done(id)));
    }
    if method == UNSUBSCRIBE {
        return Ok(match Unsubscription::parse(payload) {
            Ok(from) => unsubscribe(service, &from).await?.map(|()| wire::pull_done(id)),
            Err(why) => Err(Failure::Die(why)),
        });
    }
    let call = match Call::parse(SERVICE, method, payload) {
        Ok(call) => call,
        Err(why) => return Ok(Err(Failure::Die(why))),
    };
    // No connection has named the store before.
    let (asked, store_id) = match &call {
        Call::Pull(PullRequest { store_id, .. }) => (Asked::Pull, store_id),
        Call::Push(PushRequest { store_id, .. }) => (Asked::Push, store_id),
    };
    let remedy = Remedy::of(asked, Way::Object, id);
    let open = || -> Boxed<'_, _> { Box::pin(service.open(store_id)) };
    if let Err(refusal) = service.persist_reading(remedy, &|| true, &open).await? {
        return Ok(Err(Failure::Die(refusal.to_owned())));
    }
    match call {
        Call::Push(call) => {
            let headers = ForwardedHeaders::default();
            let pushed = service.push(&call, &Text::from(frame), &headers, remedy, &|| true).await?;
            if pushed.is_stale() {
                // The client waits for the events that it lacks, so the objects that could not be called are
                // called again.
                service.listeners().objects().publish(&service.store().log()?);
            }
            Ok(Ok(exit(pushed, id)))
        }
        Call::Pull(mut call) => match wire::caller(payload) {
            Err(why) => Ok(Err(Failure::Die(why))),
            Ok(caller) => {
                call.live = Some(caller.is_some());
                Ok(pull(service, id, &call, caller, remedy, answer).await?.map(|()| wire::pull_done(id)))
            }
        },
    }
}

async fn pull<H: Hooks>(
    service: &Service<H>,
    id: &RequestId,
    pull: &PullRequest<'_>,
    caller: Option<wire::Caller>,
    remedy: Remedy,
    answer: &mut Messages,
) -> Result<Result<(), Failure>> {
    let number = service.listeners().objects().next_pull();
    let headers = ForwardedHeaders::default();
    let admit = || -> Boxed<'_, _> { Box::pin(service.admit_pull(pull, &headers)) };
    let cursor = match service.persist(remedy, &|| true, &admit).await? {
        Ok(cursor) => cursor,
        Err(failure) => return Ok(Err(failure)),
    };
    let backend_id = service.store().log()?.head().backend_id.to_owned();
    let mut last_sent = cursor;
    loop {
        let read = || -> Boxed<'_, _> { Box::pin(service.page(&backend_id, last_sent)) };
        let (log, page) = match service.persist_reading(remedy, &|| true, &read).await? {
            Ok(read) => read,
            Err(failure) => return Ok(Err(failure)),
        };
        answer.add(&wire::answer_chunk(id, &page.items, page.info, &backend_id).to_string())?;
        last_sent = page.last.unwrap_or(last_sent);
        let complete = page.info == PageInfo::NoMore;
        if !complete && answer.is_full() && caller.is_none() {
            let message = "the log is too large for one answer: pull live".to_owned();
            return Ok(Err(Failure::Unknown { name: "OversizeAnswer".to_owned(), message }));
        }
        service.store().sent(&log, &page).await;
        if complete || answer.is_full() {
            break;
        }
    }
    service.persist_reading(remedy, &|| true, &|| Box::pin(service.wake())).await?;
    // From here to the answer there is no await: the time until the object can be called counts from now.
    match (service.store().log_of(&backend_id)?, caller) {
        (Err(failure), _) => return Ok(Err(failure)),
        (Ok(_), None) => {}
        (Ok(log), Some(caller)) => {
            // A log begins after 0.
            let (last_sent, cursor) = (last_sent.max(0), cursor.max(0));
            let events = u32::try_from(last_sent.saturating_sub(cursor)).unwrap_or(u32::MAX);
            service.listeners().objects().add(caller, number, id.clone(), last_sent, events)?;
            // The events that did not fit, or were stored meanwhile, follow in calls.
            service.listeners().objects().publish(&log);
        }
    }
    Ok(Ok(()))
}

async fn unsubscribe<H: Hooks>(service: &Service<H>, from: &Unsubscription) -> Result<Result<(), Failure>> {
    if let Err(refusal) = service.open(&from.store_id).await? {
        return Ok(Err(Failure::Die(refusal.to_owned())));
    }
    service.listeners().objects().remove(&from.durable_object_id, &from.request_id).map(Ok)
}
