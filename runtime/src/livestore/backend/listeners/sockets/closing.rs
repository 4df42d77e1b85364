//! The reasons for which the backend closes a socket: the code and the text that its client reads.

use super::attachment::Connection;
use crate::{Result, Socket};

/// The reason for which the backend closes a socket. Clients connect again and start over from the events
/// they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The client waits for a pull that is not served.
    Unserved,
    /// The client may lack events that the object has not sent.
    Behind,
    /// The object has lost its memory, and the client's requests with it.
    Forgotten,
    /// Another log has replaced the one that the client knows.
    Replaced,
    /// An error prevents an answer.
    Failed,
    /// Too many answers wait for the client to read them.
    Unread,
    /// A live pull has fallen behind, and the socket could not store that.
    Slow,
    /// The client reads nothing, and does not ping any more.
    Silent,
    /// The time until which the app lets the socket stay open is over.
    Expired,
}

impl Closing {
    /// Returns a close code of RFC 6455, section 7.4.1, or of its registry.
    fn code(self) -> u16 {
        match self {
            // Internal error.
            Self::Failed => 1011,
            // Service restart.
            Self::Unserved | Self::Behind | Self::Forgotten | Self::Replaced => 1012,
            // Try again later.
            Self::Unread | Self::Slow | Self::Silent => 1013,
            // Unauthorized.
            Self::Expired => 3000,
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
            Self::Expired => "the access has expired: connect again",
        }
    }

    /// Closes a socket.
    ///
    /// # Errors
    /// Fails when the socket cannot be closed, because it is gone.
    pub(crate) fn close(self, socket: &Socket<Connection>) -> Result<()> {
        socket.close(self.code(), self.reason())
    }
}
