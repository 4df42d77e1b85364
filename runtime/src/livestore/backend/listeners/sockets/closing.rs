//! Why the backend closes a socket: the code and the reason that its client reads.

use super::attachment::Connection;
use crate::{Result, Socket};

/// Why the backend closes a socket. Clients connect again and start over from what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The client waits for a pull that nobody serves.
    Unserved,
    /// The client may lack events of which the object has told nobody.
    Behind,
    /// The object has lost its memory, and the client's requests with it.
    Forgotten,
    /// Another log has taken the place of the one the client knows.
    Replaced,
    /// An error stands in the way of an answer.
    Failed,
    /// Too many answers wait for the client to read them.
    Unread,
    /// A live pull has fallen behind, and that could not be noted.
    Slow,
    /// The client reads nothing, and does not ping any more.
    Silent,
}

impl Closing {
    /// A close code of RFC 6455, section 7.4.1, or of its registry.
    fn code(self) -> u16 {
        match self {
            // Internal error.
            Self::Failed => 1011,
            // Service restart.
            Self::Unserved | Self::Behind | Self::Forgotten | Self::Replaced => 1012,
            // Try again later.
            Self::Unread | Self::Slow | Self::Silent => 1013,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Unserved => "pull again",
            Self::Behind => "the log has gone on: pull again",
            Self::Forgotten => "the object has lost what it was asked: pull again",
            Self::Replaced => "the store was replaced",
            Self::Failed => "the sync backend failed, connect again",
            Self::Unread => "the client does not read its answers",
            Self::Slow => "the client reads too slowly",
            Self::Silent => "the client is silent",
        }
    }

    /// Closes a socket.
    ///
    /// # Errors
    /// When it cannot be closed, because it is gone.
    pub(crate) fn close(self, socket: &Socket<Connection>) -> Result<()> {
        socket.close(self.code(), self.reason())
    }
}
