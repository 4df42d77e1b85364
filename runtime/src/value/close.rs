//! The end of a socket.

use crate::{Error, Result};

/// The limit of a close frame's reason in bytes: a control frame holds 125, and the code takes two (RFC 6455,
/// section 5.5).
const MAX_REASON_BYTES: usize = 123;

/// The reason for which a socket was closed. The framework answers the close frame when the handler is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The status code, RFC 6455 section 7.4.
    pub code: u16,
    /// The client's reason, often empty.
    pub reason: String,
    /// Whether the client sent a close frame. It is false when the client left without one.
    pub was_clean: bool,
}

impl Close {
    /// The code for a close frame that has no code.
    pub const NO_STATUS: u16 = 1005;

    /// Returns the code and reason of our own close frame: the client's, or none when its code must not be
    /// sent. 1006 and 1015 mean that there was no close frame, so there is no frame to answer.
    pub(crate) fn answer(&self) -> Option<(Option<u16>, &str)> {
        match self.code {
            1006 | 1015 => None,
            code if check_close(code, &self.reason).is_ok() => Some((Some(code), &self.reason)),
            _ => Some((None, "")),
        }
    }
}

/// Refuses a code or a reason that a close frame must not have.
pub(crate) fn check_close(code: u16, reason: &str) -> Result<()> {
    // The registry of close codes, without those that only mean that there was no close frame.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Error::CloseCode(code));
    }
    if reason.len() > MAX_REASON_BYTES {
        return Err(Error::Limit {
            what: "the reason for closing a socket, in bytes,",
            actual: reason.len(),
            limit: MAX_REASON_BYTES,
        });
    }
    Ok(())
}

/// Returns whether an error only says that a socket in its end phase has ended: it was reset, or its client
/// left before the last byte. The words are workerd's.
pub(crate) fn is_teardown(open: bool, retryable: bool, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let gone = ["network connection lost", "websocket peer disconnected"];
    !open && (retryable || gone.iter().any(|words| message.contains(words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_is_answered_in_kind() {
        let close = |code| Close { code, reason: "bye".into(), was_clean: true };
        for code in [1000, 1001, 1011, 3000, 4999] {
            assert_eq!(close(code).answer(), Some((Some(code), "bye")));
        }
        for code in [0, 1004, 1005, 1016, 2999, 5000] {
            assert_eq!(close(code).answer(), Some((None, "")), "{code}");
        }
        for code in [1006, 1015] {
            assert_eq!(close(code).answer(), None);
        }
    }

    #[test]
    fn codes_and_reasons_are_checked() {
        for code in [1000, 1003, 1007, 1014, 3000, 4999] {
            assert!(check_close(code, &"x".repeat(123)).is_ok(), "{code}");
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, u16::MAX] {
            assert!(matches!(check_close(code, ""), Err(Error::CloseCode(refused)) if refused == code));
        }
        assert!(matches!(
            check_close(1000, &"ä".repeat(62)),
            Err(Error::Limit { actual: 124, limit: 123, .. })
        ));
    }

    #[test]
    fn only_the_end_of_an_ending_socket_is_noise() {
        assert!(is_teardown(false, false, "Error: Network connection lost."));
        assert!(is_teardown(false, false, "WebSocket peer disconnected"));
        assert!(is_teardown(false, true, "anything"));
        assert!(!is_teardown(false, false, "Message is too large"));
        assert!(!is_teardown(true, true, "Network connection lost."));
    }
}
