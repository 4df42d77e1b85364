//! Where the token of a request is.

use durable_object::livestore::backend::SyncRequest;
use durable_object::{Request, Result};
use serde::Deserialize;

use crate::refusal::Refusal;

/// The cookie that a login page would set: `HttpOnly; Secure; SameSite=Lax`.
const COOKIE: &str = "token";
/// The protocol of WebSockets whose client offers it together with a token: `new WebSocket(url, ['bearer', token])`.
pub(crate) const PROTOCOL: &str = "bearer";

/// The `syncPayload` of LiveStore clients.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncPayload {
    auth_token: Option<String>,
}

/// Returns the token of a sync request: that of its payload, or else that of its headers. The backend selects no
/// protocol, and LiveStore clients offer none.
pub(crate) fn of_sync(sync: &SyncRequest, request: &Request) -> Result<String, Refusal> {
    let payload = sync.payload.as_deref().map(serde_json::from_str::<Option<SyncPayload>>);
    let payload =
        payload.transpose().map_err(|_| Refusal::Malformed("the sync payload is not `{ authToken }`"))?;
    match payload.flatten().and_then(|payload| payload.auth_token).or_else(|| of_authorization(request)) {
        Some(token) => Ok(token),
        None => of_cookie(request),
    }
}

/// Returns the token in the headers of a request, or in the protocols of a WebSocket.
pub(crate) fn of(request: &Request) -> Result<String, Refusal> {
    let protocols = || header(request, "sec-websocket-protocol");
    match of_authorization(request).or_else(|| protocols().as_deref().and_then(offered).map(str::to_owned)) {
        Some(token) => Ok(token),
        None => of_cookie(request),
    }
}

fn of_authorization(request: &Request) -> Option<String> {
    header(request, "authorization").as_deref().and_then(bearer).map(str::to_owned)
}

fn of_cookie(request: &Request) -> Result<String, Refusal> {
    let Some(token) = header(request, "cookie").as_deref().and_then(cookie).map(str::to_owned) else {
        return Err(Refusal::Missing);
    };
    // A browser sends the cookie with the sockets of all pages, also of those that are not ours.
    match header(request, "origin") {
        Some(from) if !is_origin_of(&from, &request.inner().url()) => Err(Refusal::ForeignOrigin),
        _ => Ok(token),
    }
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn offered(protocols: &str) -> Option<&str> {
    let mut offered = protocols.split(',').map(str::trim);
    offered.find(|protocol| *protocol == PROTOCOL)?;
    offered.next()
}

fn cookie(cookies: &str) -> Option<&str> {
    let mut cookies = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

fn is_origin_of(origin: &str, url: &str) -> bool {
    origin.contains("://")
        && url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn headers_carry_tokens() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer"), None);
        assert_eq!(offered("bearer, abc"), Some("abc"));
        assert_eq!(offered("chat,bearer,abc,other"), Some("abc"));
        assert_eq!(offered("abc, bearer"), None);
        assert_eq!(offered("chat"), None);
        assert_eq!(cookie("a=b; token=abc; c=d"), Some("abc"));
        assert_eq!(cookie("token="), Some(""));
        assert_eq!(cookie("xtoken=abc; tokens=d"), None);
    }

    #[test]
    fn a_cookie_counts_for_pages_of_its_own_origin() {
        for url in ["https://app.example.com/x", "https://app.example.com?y", "https://app.example.com"] {
            assert!(is_origin_of("https://app.example.com", url), "{url}");
        }
        for origin in [
            "",
            "null",
            "https:",
            "https:/",
            "https://",
            "https://app.example",
            "http://app.example.com",
            "https://other.example.com",
        ] {
            assert!(!is_origin_of(origin, "https://app.example.com/x"), "{origin}");
        }
    }
}
