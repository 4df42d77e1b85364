//! Turning a request into a socket.

use worker::Response;

use super::attachment::{self, Attachment};
use crate::{Error, Request, Result, sys};

/// Tags on one socket (Cloudflare's documented limit).
const MAX_TAGS: usize = 10;
/// Characters in one tag (Cloudflare's documented limit).
const MAX_TAG_CHARS: usize = 256;

/// A WebSocket upgrade about to be answered.
#[must_use = "the client waits for the response: end with `.response()`"]
pub struct Accept<'a, A> {
    state: &'a sys::State,
    request: &'a Request,
    attachment: &'a A,
    tags: Vec<String>,
}

impl<'a, A: Attachment> Accept<'a, A> {
    pub(crate) fn new(state: &'a sys::State, request: &'a Request, attachment: &'a A) -> Self {
        Self { state, request, attachment, tags: Vec::new() }
    }

    /// Marks the socket with tags by which [`Sockets::tagged`](crate::Sockets::tagged) finds it.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// The response that completes the upgrade: 101, or 426 when the request does not ask for one.
    ///
    /// # Errors
    /// [`Error::Limit`] for more than 10 tags, a tag above 256 characters or an attachment above
    /// 16,384 bytes.
    pub fn response(self) -> Result<Response> {
        let upgrade = self.request.headers().get("Upgrade")?;
        if !upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) {
            return Ok(Response::error("expected `Upgrade: websocket`", 426)?);
        }
        check_tags(&self.tags)?;
        let attachment = attachment::encode(self.attachment)?;
        let (server, client) = sys::Socket::pair().map_err(Error::Message)?;
        self.state.accept(&server, &self.tags).map_err(Error::Message)?;
        server.set_attachment(&attachment).map_err(Error::Attachment)?;
        Ok(Response::from_websocket(client)?)
    }
}

fn check_tags(tags: &[String]) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(Error::Limit {
            what: "the number of a socket's tags",
            actual: tags.len(),
            limit: MAX_TAGS,
        });
    }
    let longest = tags.iter().map(|tag| tag.encode_utf16().count()).max().unwrap_or_default();
    if longest > MAX_TAG_CHARS {
        return Err(Error::Limit { what: "the length of a tag", actual: longest, limit: MAX_TAG_CHARS });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_checked_before_the_platform_does() {
        let tags = |count: usize, length: usize| vec!["x".repeat(length); count];
        assert!(check_tags(&tags(10, 256)).is_ok());
        assert!(matches!(check_tags(&tags(11, 1)), Err(Error::Limit { actual: 11, .. })));
        assert!(matches!(check_tags(&tags(1, 257)), Err(Error::Limit { actual: 257, .. })));
    }
}
