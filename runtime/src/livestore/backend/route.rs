//! The worker in front of the objects: which requests are sync requests, and which object they go to.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use crate::{Class, Env, Request, Response, Result, sys};

/// Cloudflare gives an object its own name back only up to this many bytes.
const MAX_STORE_ID_BYTES: usize = 1_024;

/// A request of a LiveStore client, recognised by its query parameters; the path does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRequest {
    /// The store.
    pub store_id: String,
    /// How the client wants to talk.
    pub transport: Transport,
    /// The client's `syncPayload`, as JSON.
    pub payload: Option<String>,
}

/// How a client talks to the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Over one WebSocket.
    WebSocket,
    /// With one HTTP request for each message.
    Http,
}

/// The sync request in `request`, or `None` when it is something else.
#[must_use]
pub fn match_sync_request(request: &Request) -> Option<SyncRequest> {
    parse_url(&request.inner().url())
}

fn parse_url(url: &str) -> Option<SyncRequest> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let [mut store_id, mut transport, mut payload] = [None, None, None];
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let slot = match &*name {
            "storeId" => &mut store_id,
            "transport" => &mut transport,
            "payload" => &mut payload,
            _ => continue,
        };
        // Twice the same parameter is not a request to guess about.
        if slot.replace(value).is_some() {
            return None;
        }
    }
    Some(SyncRequest {
        store_id: store_id?.into_owned(),
        transport: match &*transport? {
            "ws" => Transport::WebSocket,
            "http" => Transport::Http,
            _ => return None,
        },
        payload: payload.map(|payload| json_component(&payload)).transpose().ok()?,
    })
}

/// What `decodeURIComponent` and `JSON.parse` make of a parameter: clients encode it twice.
fn json_component(text: &str) -> Result<String, ()> {
    let escapes = text.split('%').skip(1);
    let well_formed =
        |after: &str| after.len() >= 2 && after.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    if !escapes.into_iter().all(well_formed) {
        return Err(());
    }
    let json: Cow<'_, str> = percent_decode_str(text).decode_utf8().map_err(drop)?;
    serde_json::from_str::<&RawValue>(&json).map_err(drop)?;
    Ok(json.into_owned())
}

/// Passes a sync request on to its store's object.
///
/// Check who is asking before you call it, for example by [`SyncRequest::payload`]. A WebSocket client
/// takes any refusal as "try again later", an HTTP client gives up for good.
///
/// # Errors
/// When the object cannot be reached.
pub async fn handle_sync_request<C: Class>(
    request: Request,
    sync: &SyncRequest,
    env: &Env,
) -> Result<Response> {
    if sync.store_id.len() > MAX_STORE_ID_BYTES {
        let message = format!("the storeId is longer than {MAX_STORE_ID_BYTES} bytes");
        return Ok(Response::error(message, 400)?);
    }
    let Ok(namespace) = C::namespace(env) else {
        let message =
            format!("Failed dependency: Required Durable Object binding '{}' not available", C::BINDING);
        return Ok(Response::error(message, 424)?);
    };
    let stub = namespace.raw_stub(&sys::Address::Name(&sync.store_id))?;
    let upgrade = request.headers().get("Upgrade")?;
    if sync.transport == Transport::WebSocket && upgrade.as_deref() != Some("websocket") {
        return Ok(Response::error("Durable Object expected Upgrade: websocket", 426)?);
    }
    stub.fetch(request).await
}

/// A worker that is nothing but a sync backend: what `makeWorker` of `@livestore/sync-cf` makes.
///
/// # Errors
/// When the object cannot be reached.
pub async fn serve_sync<C: Class>(request: Request, env: &Env) -> Result<Response> {
    if let Some(sync) = match_sync_request(&request) {
        return handle_sync_request::<C>(request, &sync, env).await;
    }
    if request.method() == worker::Method::Get && request.path() == "/" {
        return Ok(Response::ok("Info: Sync backend endpoint for durable-object.")?);
    }
    Ok(Response::error("Invalid path", 400)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Option<SyncRequest> {
        parse_url(&format!("https://example.com/any/path?{query}"))
    }

    fn request(store_id: &str, transport: Transport, payload: Option<&str>) -> Option<SyncRequest> {
        Some(SyncRequest { store_id: store_id.into(), transport, payload: payload.map(Into::into) })
    }

    #[test]
    fn what_official_clients_send() {
        assert_eq!(parse("storeId=s1&transport=ws"), request("s1", Transport::WebSocket, None));
        assert_eq!(
            parse("storeId=s1&payload=%257B%2522authToken%2522%253A%2522tok%2522%257D&transport=ws"),
            request("s1", Transport::WebSocket, Some(r#"{"authToken":"tok"}"#))
        );
        assert_eq!(
            parse("transport=http&x=y&storeId=a%20b%2Fc&payload=null#x"),
            request("a b/c", Transport::Http, Some("null"))
        );
        assert_eq!(parse("storeId=&transport=ws"), request("", Transport::WebSocket, None));
    }

    #[test]
    fn payloads_that_are_encoded_once_work_too() {
        assert_eq!(
            parse("storeId=s&transport=ws&payload=%7B%22a%22%3A1%7D"),
            request("s", Transport::WebSocket, Some(r#"{"a":1}"#))
        );
    }

    #[test]
    fn everything_else_is_no_sync_request() {
        for query in [
            "",
            "storeId=s",
            "transport=ws",
            "storeId=s&transport=WS",
            "storeId=s&transport=do-rpc",
            "storeId=s&storeId=t&transport=ws",
            "storeId=s&transport=ws&payload=",
            "storeId=s&transport=ws&payload=%25",
            "storeId=s&transport=ws&payload=%25zz",
            "storeId=s&transport=ws&payload=%25ff",
            "storeId=s&transport=ws&payload=%7B",
        ] {
            assert_eq!(parse(query), None, "{query}");
        }
        assert_eq!(parse_url("https://example.com/"), None);
    }
}
