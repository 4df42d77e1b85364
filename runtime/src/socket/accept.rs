//! The upgrade of a request to a socket.

use worker::Response;

use super::attachment::{self, Attachment};
use super::id;
use crate::{Error, Request, Result, sys};

/// The limit of tags on one socket. The platform allows ten (workerd `api/actor-state.h`,
/// `MAX_TAGS_PER_CONNECTION`), and the socket's id takes one.
const MAX_TAGS: usize = 9;
/// The limit of one tag in bytes (workerd `api/actor-state.h`, `MAX_TAG_LENGTH`).
const MAX_TAG_BYTES: usize = 256;

const PROTOCOL: &str = "Sec-WebSocket-Protocol";

/// A WebSocket upgrade that is not answered yet.
#[must_use = "the client waits for the response: end with `.response()`"]
pub struct Accept<'a> {
    state: &'a sys::State,
    request: &'a Request,
    id: String,
    attachment: Result<String>,
    tags: Vec<String>,
    protocol: Option<&'a str>,
}

impl<'a> Accept<'a> {
    pub(crate) fn new<A: Attachment>(state: &'a sys::State, request: &'a Request, attachment: &A) -> Self {
        let attachment = attachment::encode(attachment);
        Self { state, request, id: sys::random_uuid(), attachment, tags: Vec::new(), protocol: None }
    }

    /// Returns the id that the socket will have. [`Sockets::get`](crate::socket::Sockets::get) finds the
    /// socket by this id once the response exists, for example to send a first message.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Marks the socket with tags, at most 9 different ones of up to 256 bytes.
    /// [`Sockets::tagged`](crate::socket::Sockets::tagged) finds the socket by them. They cannot be changed
    /// later.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        for tag in tags.into_iter().map(Into::into) {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
        self
    }

    /// Selects one of the protocols that the client offered, and tells the client so; see
    /// [`select_protocol`].
    pub fn protocol(mut self, protocol: &'a str) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Returns the response that completes the upgrade: 101, or 426 when the request does not ask for one.
    /// The caller may add headers. The platform takes up to 32,768 sockets for each object (workerd
    /// `io/legacy-hibernation-manager.h`, `ACTIVE_CONNECTION_LIMIT`).
    ///
    /// # Errors
    /// [`Error::Limit`] for more than 9 tags, a tag above 256 bytes or an attachment above 16,384 bytes;
    /// [`Error::Message`] for a tag that begins with `id=`, which the framework reserves, for a protocol that
    /// the client did not offer, and when the platform takes no more sockets.
    pub fn response(self) -> Result<Response> {
        let headers = self.request.headers();
        if !headers.get("Upgrade")?.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) {
            return Ok(Response::error("expected `Upgrade: websocket`", 426)?);
        }
        check_tags(&self.tags)?;
        if let Some(protocol) = self.protocol
            && select(&headers.get(PROTOCOL)?.unwrap_or_default(), &[protocol]).is_none()
        {
            return Err(Error::Message(format!("the client did not offer the protocol `{protocol}`")));
        }
        let mut tags = self.tags;
        tags.push(id::tag(&self.id));
        let client = self.state.accept(tags, &self.attachment?).map_err(Error::Message)?;
        let mut response = Response::from_websocket(client)?;
        if let Some(protocol) = self.protocol {
            response.headers_mut().set(PROTOCOL, protocol)?;
        }
        Ok(response)
    }
}

/// Returns the first of `ours` that the client offers in `Sec-WebSocket-Protocol`. Pass it to
/// [`Accept::protocol`]. A browser that offered protocols closes the connection unless the response names
/// one.
///
/// # Errors
/// [`Error::Message`] when the headers cannot be read.
pub fn select_protocol<'a>(request: &Request, ours: &[&'a str]) -> Result<Option<&'a str>> {
    Ok(select(&request.headers().get(PROTOCOL)?.unwrap_or_default(), ours))
}

fn select<'a>(offered: &str, ours: &[&'a str]) -> Option<&'a str> {
    ours.iter().copied().find(|&one| offered.split(',').any(|other| other.trim() == one))
}

fn check_tags(tags: &[String]) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(Error::Limit {
            what: "the number of a socket's tags",
            actual: tags.len(),
            limit: MAX_TAGS,
        });
    }
    let longest = tags.iter().map(String::len).max().unwrap_or_default();
    if longest > MAX_TAG_BYTES {
        return Err(Error::Limit {
            what: "the length of a tag in bytes",
            actual: longest,
            limit: MAX_TAG_BYTES,
        });
    }
    if let Some(tag) = tags.iter().find(|tag| id::of(tag).is_some()) {
        return Err(Error::Message(format!(
            "tags that begin with `id=` say which socket it is, choose another than `{tag}`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_checked_before_the_platform_does() {
        let tags = |count: usize, text: &str| vec![text.to_owned(); count];
        assert!(check_tags(&tags(9, &"x".repeat(256))).is_ok());
        assert!(matches!(check_tags(&tags(10, "x")), Err(Error::Limit { actual: 10, limit: 9, .. })));
        assert!(matches!(check_tags(&tags(1, &"x".repeat(257))), Err(Error::Limit { actual: 257, .. })));
        assert!(matches!(check_tags(&tags(1, &"ä".repeat(129))), Err(Error::Limit { actual: 258, .. })));
        assert!(check_tags(&tags(1, "id=7")).unwrap_err().to_string().contains("`id=7`"));
    }

    #[test]
    fn our_first_protocol_that_is_offered_is_chosen() {
        assert_eq!(select("chat.v1, chat.v2", &["chat.v2", "chat.v1"]), Some("chat.v2"));
        assert_eq!(select("chat.v1,other", &["chat.v2", "chat.v1"]), Some("chat.v1"));
        assert_eq!(select("Chat.v1", &["chat.v1"]), None, "names differ by case");
        assert_eq!(select("", &["chat.v1"]), None);
        assert_eq!(select("chat.v1", &[]), None);
    }
}
