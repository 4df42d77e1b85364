//! How a socket ends.

use crate::{Error, Result};

/// Bytes of a close frame's reason: a control frame holds 125, two of which are the code (RFC 6455,
/// section 5.5).
const MAX_REASON_BYTES: usize = 123;

/// Why a socket was closed. The framework answers the close frame when the handler is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The status code, RFC 6455 section 7.4.
    pub code: u16,
    /// The client's words, often empty.
    pub reason: String,
    /// Whether the client sent a close frame, rather than just going away.
    pub was_clean: bool,
}

impl Close {
    /// The code of a close frame without a code.
    pub const NO_STATUS: u16 = 1005;

    /// The code and reason of our own close frame: the client's, or none where its code is not for
    /// sending. 1006 and 1015 say that there was no close frame, so there is nobody to answer.
    pub(crate) fn answer(&self) -> Option<(Option<u16>, &str)> {
        match self.code {
            1006 | 1015 => None,
            code if check_close(code, &self.reason).is_ok() => Some((Some(code), &self.reason)),
            _ => Some((None, "")),
        }
    }
}

/// Refuses what must not be in a close frame.
pub(crate) fn check_close(code: u16, reason: &str) -> Result<()> {
    // The registry of close codes, without those that only say that there was no close frame.
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

/// Whether an error only says that a socket that is ending has ended: it was reset, or its client went away
/// before the last byte. The words are workerd's.
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
