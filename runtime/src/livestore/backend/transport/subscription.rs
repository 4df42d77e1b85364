//! The pulls that a socket has open, kept in its attachment so that they survive hibernation.

use serde::{Deserialize, Serialize};

use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::protocol::RequestId;

/// Pages sent ahead of the client's acknowledgements: enough to keep the line busy, few enough to keep a
/// slow client from filling the object's memory.
const WINDOW: u8 = 4;
/// Pulls that one socket may have open; a client needs one.
const MAX_PULLS: usize = 64;
/// The forwarded headers, as JSON: an attachment holds 16,384 bytes, of which the pulls can take 10,000.
const MAX_HEADER_BYTES: usize = 4_096;

/// What the backend remembers of one socket.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Connection {
    /// Whether the client has ever asked for a pull over this socket.
    pulled: bool,
    pulls: Vec<Pull>,
    /// Those of the upgrade that the hooks want to see.
    #[serde(default, skip_serializing_if = "ForwardedHeaders::is_empty")]
    headers: ForwardedHeaders,
}

/// One pull that has not ended.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pull {
    pub(super) id: RequestId,
    pub(super) live: bool,
    /// The last event that was sent, or the cursor it started from.
    pub(super) last_sent: i64,
    /// Everything there was has been sent: what is pushed from now on follows at once.
    pub(super) caught_up: bool,
    /// Pages the client has not acknowledged.
    unacknowledged: u8,
}

/// What follows after a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next page, now.
    Page,
    /// Wait for an acknowledgement.
    Wait,
    /// The pull has given everything; a live one stays open.
    CaughtUp,
}

impl Connection {
    /// A new one; `None` when its headers do not fit beside its pulls.
    pub(super) fn new(headers: ForwardedHeaders) -> Option<Self> {
        (headers.size() <= MAX_HEADER_BYTES).then(|| Self { headers, ..Self::default() })
    }

    pub(super) fn headers(&self) -> &ForwardedHeaders {
        &self.headers
    }

    pub(super) fn has_pulled(&self) -> bool {
        self.pulled
    }

    /// Opens a pull after `cursor`; one with the same id is replaced. `None` when there are too many.
    pub(super) fn open(&mut self, id: RequestId, live: bool, cursor: i64) -> Option<&mut Pull> {
        self.pulled = true;
        self.end(&id);
        if self.pulls.len() >= MAX_PULLS {
            return None;
        }
        self.pulls.push(Pull { id, live, last_sent: cursor, caught_up: false, unacknowledged: 0 });
        self.pulls.last_mut()
    }

    pub(super) fn find(&mut self, id: &RequestId) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.id == *id)
    }

    /// Forgets a pull; whether there was one.
    pub(super) fn end(&mut self, id: &RequestId) -> bool {
        let before = self.pulls.len();
        self.pulls.retain(|pull| pull.id != *id);
        self.pulls.len() < before
    }

    /// The live pulls that have seen everything.
    pub(super) fn caught_up(&self) -> impl Iterator<Item = &Pull> {
        self.pulls.iter().filter(|pull| pull.caught_up)
    }
}

impl Pull {
    /// A page was sent that ends with event `last`, or was empty; `more` says whether events remain.
    pub(super) fn sent(&mut self, last: Option<i64>, more: bool) -> Next {
        self.last_sent = last.unwrap_or(self.last_sent);
        if !more {
            self.caught_up = true;
            return Next::CaughtUp;
        }
        self.unacknowledged = self.unacknowledged.saturating_add(1);
        if self.unacknowledged < WINDOW { Next::Page } else { Next::Wait }
    }

    /// The client has taken a chunk. True when the next page should follow.
    pub(super) fn acknowledged(&mut self) -> bool {
        self.unacknowledged = self.unacknowledged.saturating_sub(1);
        !self.caught_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livestore::protocol::Frame;

    fn id(number: u32) -> RequestId {
        let frame = format!(r#"{{"_tag":"Ack","requestId":"{number}"}}"#);
        let Ok(Frame::Ack { id }) = Frame::parse(&frame) else { panic!("{frame}") };
        id
    }

    #[test]
    fn pages_flow_in_a_window_that_acknowledgements_move() {
        let mut connection = Connection::default();
        let pull = connection.open(id(1), true, 0).unwrap();
        let sent: Vec<_> = (1..=4).map(|page| pull.sent(Some(page * 100), true)).collect();
        assert_eq!(sent, [Next::Page, Next::Page, Next::Page, Next::Wait]);
        assert!(pull.acknowledged());
        assert_eq!(pull.sent(Some(500), true), Next::Wait);
        assert_eq!(pull.sent(Some(550), false), Next::CaughtUp);
        assert_eq!(pull.last_sent, 550);
        assert!(!pull.acknowledged(), "a caught-up pull waits for pushes, not for acknowledgements");
    }

    #[test]
    fn an_empty_log_is_caught_up_at_once() {
        let mut connection = Connection::default();
        let pull = connection.open(id(1), true, 7).unwrap();
        assert_eq!(pull.sent(None, false), Next::CaughtUp);
        assert_eq!(pull.last_sent, 7);
        assert_eq!(connection.caught_up().count(), 1);
    }

    #[test]
    fn a_socket_cannot_collect_pulls_without_end() {
        let mut connection = Connection::default();
        for number in 0..MAX_PULLS as u32 {
            assert!(connection.open(id(number), true, 0).is_some());
        }
        assert!(connection.open(id(1000), true, 0).is_none());
        assert!(connection.open(id(3), false, 9).is_some(), "the same id again takes its own place");
        assert!(connection.end(&id(3)));
        assert!(!connection.end(&id(3)));
        assert!(connection.open(id(1000), true, 0).is_some());
    }

    #[test]
    fn the_fullest_connection_fits_an_attachment() {
        let mut headers = ForwardedHeaders::default();
        headers.insert("x", "y".repeat(MAX_HEADER_BYTES - r#"[["x",""]]"#.len()));
        let mut connection = Connection::new(headers.clone()).unwrap();
        headers.insert("x-one", "more");
        assert!(Connection::new(headers).is_none());
        for number in 0..MAX_PULLS {
            let frame = format!(r#"{{"_tag":"Ack","requestId":"{number:062}"}}"#);
            let Ok(Frame::Ack { id }) = Frame::parse(&frame) else { panic!("{frame}") };
            connection.open(id, true, -9_007_199_254_740_991).unwrap();
        }
        let attached = serde_json::to_string(&connection).unwrap();
        assert!(attached.len() < 16_000);
        assert_eq!(serde_json::from_str::<Connection>(&attached).unwrap(), connection);
    }

    #[test]
    fn only_a_pull_makes_a_puller() {
        let mut connection = Connection::default();
        assert!(!connection.has_pulled());
        connection.open(id(1), false, 0);
        connection.end(&id(1));
        assert!(connection.has_pulled());
    }
}
