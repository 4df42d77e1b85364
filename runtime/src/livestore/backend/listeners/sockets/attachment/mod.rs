//! The pulls that a socket has open, kept in its attachment so that they survive hibernation.

mod json;

use super::flow::WINDOW;
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::wire::RequestId;
use crate::{Date, sys};

/// The limit of open pulls of one socket. A client needs one.
const MAX_PULLS: usize = 64;
/// The limit of the forwarded headers, as JSON, in bytes: an attachment holds 16,384 bytes, and the pulls can
/// take 10,000 of them.
const MAX_HEADER_BYTES: usize = 4_096;

/// The backend's data about one socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Whether the client has ever asked for a pull over this socket.
    pulled: bool,
    pulls: Vec<Pull>,
    in_hand: InHand,
    /// The headers of the upgrade that the hooks can read.
    headers: ForwardedHeaders,
    /// The time at which the backend closes the socket, in milliseconds since 1970.
    until: Option<i64>,
}

/// The frames that the object is handling while it waits for a remote database. The last byte holds their
/// number; the bytes before it hold the life of the object. Frames that an earlier life was handling are
/// lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct InHand(i64);

/// One pull that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pull {
    pub(super) id: RequestId,
    /// The key under which the chunks on their way are counted.
    pub(super) key: u64,
    pub(super) live: bool,
    /// The last event that was sent before it caught up, or the cursor from which it started.
    pub(super) last_sent: i64,
    /// All earlier events have been sent: later pushes follow at once.
    pub(super) caught_up: bool,
    /// The number of chunks that the client has not acknowledged, while it has not caught up.
    unacknowledged: u32,
}

impl Connection {
    /// Creates a connection, or returns `None` when its headers do not fit beside its pulls.
    pub(crate) fn new(headers: ForwardedHeaders, until: Option<Date>) -> Option<Self> {
        let until = until.map(Date::as_millis);
        (headers.size() <= MAX_HEADER_BYTES).then(|| Self { headers, until, ..Self::default() })
    }

    /// Returns whether the socket should be closed by now. The alarm may be late.
    pub(crate) fn has_expired(&self) -> bool {
        self.until.is_some_and(|until| until <= sys::now_millis())
    }

    /// Returns the time at which the backend closes the socket, if there is one.
    pub(super) fn until(&self) -> Option<i64> {
        self.until
    }

    pub(crate) fn headers(&self) -> &ForwardedHeaders {
        &self.headers
    }

    pub(crate) fn has_pulled(&self) -> bool {
        self.pulled
    }

    /// Opens a pull after `cursor`. It replaces one with the same id. Returns `None` when there are too many.
    pub(super) fn open(&mut self, id: RequestId, key: u64, live: bool, cursor: i64) -> Option<&mut Pull> {
        self.pulled = true;
        self.end(&id);
        if self.pulls.len() >= MAX_PULLS {
            return None;
        }
        self.pulls.push(Pull { id, key, live, last_sent: cursor, caught_up: false, unacknowledged: 0 });
        self.pulls.last_mut()
    }

    pub(super) fn pulls(&self) -> &[Pull] {
        &self.pulls
    }

    /// Returns the live pulls: for each, whether it has caught up.
    pub(super) fn live_pulls(&self) -> impl Iterator<Item = bool> {
        self.pulls.iter().filter(|pull| pull.live).map(|pull| pull.caught_up)
    }

    pub(super) fn pull(&self, id: &RequestId) -> Option<&Pull> {
        self.pulls.iter().find(|pull| pull.id == *id)
    }

    pub(super) fn find(&mut self, id: &RequestId) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.id == *id)
    }

    /// Removes a pull, and returns whether there was one.
    pub(super) fn end(&mut self, id: &RequestId) -> bool {
        let before = self.pulls.len();
        self.pulls.retain(|pull| pull.id != *id);
        self.pulls.len() < before
    }

    /// Notes that a frame has come. Returns false when the client has to start over: it waits in vain for
    /// answers to frames that were lost with an earlier life of the object, or it sends frames without
    /// waiting for answers.
    pub(super) fn frame_begins(&mut self, life: u32) -> bool {
        let frames = self.in_hand.frames();
        if self.is_left_alone(life) || frames == InHand::MOST {
            return false;
        }
        self.in_hand = InHand(i64::from(life) << 8 | (frames + 1));
        true
    }

    /// Returns whether the object is handling frames of this client.
    pub(super) fn is_being_served(&self) -> bool {
        !self.in_hand.is_nothing()
    }

    /// Notes that a frame has been handled.
    pub(crate) fn frame_ends(&mut self) {
        self.in_hand = if self.in_hand.frames() > 1 { InHand(self.in_hand.0 - 1) } else { InHand(0) };
    }

    /// Returns whether an earlier life of the object was lost while it was handling frames of this client.
    pub(super) fn is_left_alone(&self, life: u32) -> bool {
        !self.in_hand.is_nothing() && self.in_hand.0 >> 8 != i64::from(life)
    }

    /// Returns whether a page of a pull is being read, or was when the object's memory was lost.
    pub(super) fn is_being_read(&self) -> bool {
        self.pulls.iter().any(|pull| pull.wants().is_some())
    }
}

impl InHand {
    const MOST: i64 = 0xff;

    fn frames(&self) -> i64 {
        self.0 & Self::MOST
    }

    fn is_nothing(&self) -> bool {
        self.0 == 0
    }
}

impl Pull {
    /// Returns the event after which the next page begins, if one is to be sent now. A task then reads it.
    pub(super) fn wants(&self) -> Option<i64> {
        (!self.caught_up && self.unacknowledged < WINDOW).then_some(self.last_sent)
    }

    /// Notes that a page was sent that ends with event `last`, or was empty. `more` says whether events
    /// remain.
    pub(super) fn sent(&mut self, last: Option<i64>, more: bool) {
        self.last_sent = last.unwrap_or(self.last_sent);
        if more {
            self.unacknowledged = self.unacknowledged.saturating_add(1);
        } else {
            self.caught_up = true;
        }
    }

    /// Notes that a pull that had caught up could not be sent the events after event `last`, because too many
    /// chunks are on their way. It reaches them later by its pages.
    pub(super) fn fall_behind(&mut self, last: i64, chunks: u32) {
        self.caught_up = false;
        self.last_sent = self.last_sent.max(last);
        self.unacknowledged = chunks;
    }

    /// Returns whether it has given all of its events.
    pub(super) fn has_ended(&self) -> bool {
        self.caught_up && !self.live
    }

    /// Notes that the client has received a chunk. Returns true when its next page waited for that.
    pub(super) fn acknowledged(&mut self) -> bool {
        let waited = self.wants().is_none();
        self.unacknowledged = self.unacknowledged.saturating_sub(1);
        waited && self.wants().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livestore::wire::Frame;

    fn id(number: u32) -> RequestId {
        let frame = format!(r#"{{"_tag":"Ack","requestId":"{number}"}}"#);
        let Ok(Frame::Ack { id }) = Frame::parse(&frame) else { panic!("{frame}") };
        id
    }

    #[test]
    fn pages_flow_in_a_window_that_acknowledgements_move() {
        let mut connection = Connection::default();
        let pull = connection.open(id(1), 7, true, 0).unwrap();
        for page in 0..4 {
            assert_eq!(pull.wants(), Some(page * 100));
            pull.sent(Some((page + 1) * 100), true);
        }
        assert_eq!(pull.wants(), None);
        assert!(pull.acknowledged());
        assert_eq!(pull.wants(), Some(400));
        assert!(!pull.acknowledged(), "the page that the first one asked for is still being read");
        pull.sent(Some(500), true);
        assert_eq!(pull.wants(), Some(500));
        pull.sent(Some(550), false);
        assert_eq!((pull.wants(), pull.last_sent), (None, 550));
        assert!(!pull.acknowledged(), "a caught-up pull waits for pushes, not for acknowledgements");
        assert!(!pull.has_ended(), "a live one");
    }

    #[test]
    fn who_falls_behind_waits_until_enough_is_acknowledged() {
        let mut connection = Connection::default();
        let pull = connection.open(id(1), 7, true, 0).unwrap();
        pull.sent(Some(100), false);
        pull.fall_behind(900, 6);
        assert_eq!(pull.wants(), None);
        assert!(!pull.acknowledged() && !pull.acknowledged() && pull.acknowledged());
        assert_eq!(pull.wants(), Some(900));
        pull.sent(Some(950), false);
        assert_eq!((pull.wants(), pull.last_sent), (None, 950));
        // The client has said that it has more events, from another source.
        pull.fall_behind(940, 0);
        assert_eq!(pull.wants(), Some(950));
    }

    #[test]
    fn an_empty_log_is_caught_up_at_once() {
        let mut connection = Connection::default();
        let pull = connection.open(id(1), 7, true, 7).unwrap();
        pull.sent(None, false);
        assert_eq!((pull.wants(), pull.last_sent), (None, 7));
        assert!(connection.pulls()[0].caught_up);
        let pull = connection.open(id(2), 7, false, 7).unwrap();
        pull.sent(None, false);
        assert!(pull.has_ended());
    }

    #[test]
    fn a_socket_cannot_collect_pulls_without_end() {
        let mut connection = Connection::default();
        for number in 0..MAX_PULLS as u32 {
            assert!(connection.open(id(number), 7, true, 0).is_some());
        }
        assert!(connection.open(id(1000), 7, true, 0).is_none());
        assert!(connection.open(id(3), 7, false, 9).is_some(), "the same id again takes its own place");
        assert!(connection.end(&id(3)));
        assert!(!connection.end(&id(3)));
        assert!(connection.open(id(1000), 7, true, 0).is_some());
    }

    #[test]
    fn frames_that_were_lost_with_an_object_are_not_forgotten() {
        let mut connection = Connection::default();
        assert!(connection.frame_begins(1));
        assert!(connection.frame_begins(1));
        connection.frame_ends();
        assert!(!connection.is_left_alone(1));
        assert!(connection.is_left_alone(2));
        assert!(!connection.frame_begins(2));
        connection.frame_ends();
        assert_eq!(connection, Connection::default(), "nothing is kept of what is done");
        for _ in 0..255 {
            assert!(connection.frame_begins(2));
        }
        assert!(!connection.frame_begins(2), "as many as nobody sends who waits for answers");
    }

    #[test]
    fn only_a_pull_makes_a_puller() {
        let mut connection = Connection::default();
        assert!(!connection.has_pulled());
        connection.open(id(1), 7, false, 0);
        connection.end(&id(1));
        assert!(connection.has_pulled());
    }
}
