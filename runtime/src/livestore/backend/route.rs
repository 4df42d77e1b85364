//! The recognition of sync requests, and the refusals of others.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::hooks::Transports;
use super::operation::Operation;
use crate::livestore::wire::json;
use crate::request;
use crate::{Request, Response, Result};

/// A request of a LiveStore client. It is recognised by its query parameters; the path does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncRequest {
    /// The store.
    pub store_id: String,
    /// The transport that the client wants.
    pub transport: Transport,
    /// The client's `syncPayload`, as JSON.
    pub payload: Option<String>,
}

/// The way in which a client talks to the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// One WebSocket.
    WebSocket,
    /// One HTTP request for each message.
    Http,
}

impl Transport {
    /// Returns its name in the query.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "ws",
            Self::Http => "http",
        }
    }

    pub(super) fn is_in(self, transports: Transports) -> bool {
        match self {
            Self::WebSocket => transports.ws,
            Self::Http => transports.http,
        }
    }
}

/// Returns the sync request in `request`, or `None` for any other request.
#[must_use]
pub fn match_sync_request(request: &Request) -> Option<SyncRequest> {
    parse_url(&request.inner().url())
}

/// Returns the operator's request in `request`: its store, and the operation. Returns `None` for any other
/// request.
pub(super) fn match_admin_request(request: &Request) -> Option<(String, Operation)> {
    let url = request.inner().url();
    let [store_id, operation] = parameters(&url, ["storeId", "admin"])?;
    Some((store_id?.into_owned(), Operation::parse(&operation?)?))
}

/// Returns a refusal, as text.
pub(super) fn refuse(status: u16, why: impl Into<String>) -> Result<Response> {
    Ok(Response::ok(why)?.with_status(status))
}

/// The limit of the body of a request over HTTP, in bytes. Official clients send 900,000 at most, or one
/// event.
pub(super) const MAX_BODY: u64 = 8 << 20;

/// Returns the length of a body in bytes, if the request gives it.
pub(super) fn body_length(request: &Request) -> Option<u64> {
    request.headers().get("content-length").ok().flatten()?.parse().ok()
}

/// Returns the refusal of a body above the limit.
pub(super) fn refuse_large() -> Result<Response> {
    refuse(413, format!("the body is larger than {MAX_BODY} bytes"))
}

/// Returns the refusal of a transport that the object does not serve.
pub(super) fn refuse_transport(transport: Transport) -> Result<Response> {
    let name = transport.name();
    refuse(400, format!("Transport {name} is not enabled (based on `Hooks::TRANSPORTS`)"))
}

/// Returns the values of these parameters, or `None` when one of them occurs twice: such a request is
/// ambiguous.
fn parameters<'a, const N: usize>(url: &'a str, names: [&str; N]) -> Option<[Option<Cow<'a, str>>; N]> {
    let mut values = [const { None }; N];
    for (name, value) in request::parameters(url) {
        let Some(index) = names.iter().position(|known| *known == name) else { continue };
        if values[index].replace(value).is_some() {
            return None;
        }
    }
    Some(values)
}

fn parse_url(url: &str) -> Option<SyncRequest> {
    let [store_id, transport, payload] = parameters(url, ["storeId", "transport", "payload"])?;
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

/// Returns the result of `decodeURIComponent` and `JSON.parse` for a parameter. Clients encode it twice.
fn json_component(text: &str) -> Result<String, ()> {
    let escapes = text.split('%').skip(1);
    let well_formed =
        |after: &str| after.len() >= 2 && after.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    if !escapes.into_iter().all(well_formed) {
        return Err(());
    }
    let json: Cow<'_, str> = percent_decode_str(text).decode_utf8().map_err(drop)?;
    json::check(&json).map_err(drop)?;
    Ok(json.into_owned())
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
