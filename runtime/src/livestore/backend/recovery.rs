//! The handling of temporary trouble, so that every client continues by itself when the trouble is over.
//!
//! Clients differ in the events that stop them for good. A client of LiveStore 0.4.0 pushes again after an
//! error, pulls again after its socket was closed, and never pulls again after an error. A later client may
//! do nothing again after either. The store of this crate does not push again after an error. All of them
//! wait for an answer without a limit. So the backend lets a client that would stop wait, and tries again
//! itself.

use std::time::Duration;

use crate::livestore::wire::RequestId;
use crate::{Error, sys};

/// The wait before the second attempt. Each wait is twice the one before.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait. Official clients that push again do not wait longer either.
const LONGEST: Duration = Duration::from_secs(30);
/// The number of attempts for a request that does not come over a socket. They take four minutes; browsers
/// wait for an answer for five.
const ATTEMPTS: u32 = 13;

/// The kind of a client's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Pull,
    Push,
}

/// The way in which a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Over a socket, which shows whether the client still waits.
    Socket,
    /// As a request over HTTP.
    Http,
    /// As a call of an object.
    Object,
}

/// The remedy for a request that met temporary trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Send the client an error; it asks again.
    Tell,
    /// Close the socket: the client connects again and asks again.
    Close,
    /// Let the client wait, and try again: up to this many times, or while the client waits.
    TryAgain(Option<u32>),
}

impl Remedy {
    /// The remedy for a request whose content or client is not known yet.
    pub(super) const UNREAD: Self = Self::TryAgain(Some(ATTEMPTS));

    /// Returns the remedy for a request with this id, which tells the generations of clients apart.
    pub(super) fn of(asked: Asked, way: Way, id: &RequestId) -> Self {
        let is_later = id.is_number();
        match (asked, way) {
            // The store of this crate, whose ids are texts as well, would take the error for a refusal.
            (Asked::Push, Way::Socket | Way::Http) if !is_later => Self::Tell,
            (Asked::Pull, Way::Socket) if !is_later => Self::Close,
            (_, Way::Socket) => Self::TryAgain(None),
            (_, Way::Http | Way::Object) => Self::TryAgain(Some(ATTEMPTS)),
        }
    }

    pub(super) fn is_to_try_again(self) -> bool {
        matches!(self, Self::TryAgain(_))
    }

    /// Returns the wait before the next attempt, after this many, or `None` when there is no further attempt.
    fn wait(self, attempts: u32) -> Option<Duration> {
        let Self::TryAgain(most) = self else { return None };
        let doublings = attempts.saturating_sub(1).min(8);
        most.is_none_or(|most| attempts < most).then(|| (FIRST * 2_u32.pow(doublings)).min(LONGEST))
    }
}

/// Returns whether the platform, or the app, says that the trouble is temporary.
pub(super) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Remote(remote) if remote.retryable || remote.overloaded)
}

/// Waits for the next attempt, after this many. Returns whether to make one because of `error`.
pub(super) async fn wait(remedy: Remedy, attempts: u32, error: &Error, waits: &dyn Fn() -> bool) -> bool {
    let Some(wait) = remedy.wait(attempts).filter(|_| waits()) else { return false };
    sys::log_error(&format!("SyncBackend: {error}; trying again in {} s", wait.as_secs()));
    sys::sleep(wait).await;
    waits()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::error::RemoteError;
    use crate::sys::{now_millis, set_now};

    fn remedy(asked: Asked, way: Way, id: &str) -> Remedy {
        Remedy::of(asked, way, &RequestId::stored(id.to_owned()))
    }

    #[test]
    fn nobody_gets_what_stops_it_for_good() {
        use Asked::{Pull, Push};
        use Way::{Http, Object, Socket};
        for (asked, way, earlier, later) in [
            (Push, Socket, Remedy::Tell, Remedy::TryAgain(None)),
            (Push, Http, Remedy::Tell, Remedy::UNREAD),
            (Push, Object, Remedy::UNREAD, Remedy::UNREAD),
            (Pull, Socket, Remedy::Close, Remedy::TryAgain(None)),
            (Pull, Http, Remedy::UNREAD, Remedy::UNREAD),
            (Pull, Object, Remedy::UNREAD, Remedy::UNREAD),
        ] {
            assert_eq!(remedy(asked, way, r#""5""#), earlier, "{asked:?} {way:?}");
            assert_eq!(remedy(asked, way, "5"), later, "{asked:?} {way:?}");
        }
    }

    #[test]
    fn the_waits_grow_up_to_a_limit() {
        let waits = |remedy: Remedy| {
            (1..=14).map_while(move |attempts| remedy.wait(attempts)).map(|wait| wait.as_secs())
        };
        let grown = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30];
        assert!(waits(Remedy::UNREAD).eq(grown));
        assert!(grown.iter().sum::<u64>() < 300, "a browser still waits for the answer");
        assert!(waits(Remedy::TryAgain(None)).eq(grown.into_iter().chain([30, 30])));
        assert_eq!(Remedy::TryAgain(None).wait(u32::MAX), Some(LONGEST));
        assert_eq!([Remedy::Tell, Remedy::Close].map(|remedy| remedy.wait(1)), [None, None]);
    }

    #[test]
    fn only_what_says_so_passes() {
        let remote = |retryable, overloaded| {
            Error::Remote(RemoteError { retryable, overloaded, ..RemoteError::default() })
        };
        assert!(is_passing(&remote(true, false)) && is_passing(&remote(false, true)));
        assert!(!is_passing(&remote(false, false)) && !is_passing(&Error::new("not allowed")));
    }

    /// Polls until it is done, one second at a time, and returns the number of seconds.
    fn seconds<T>(future: impl Future<Output = T>) -> (i64, T) {
        let (mut future, begin) = (pin!(future), now_millis());
        for second in 0..1_000 {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                set_now(begin);
                return (second, value);
            }
            set_now(now_millis() + 1_000);
        }
        panic!("it never ends");
    }

    #[test]
    fn it_is_tried_as_long_as_somebody_waits() {
        let run = |remedy, waits: &dyn Fn() -> bool| {
            let error = Error::new("trouble");
            let attempts = async {
                let mut attempts = 1;
                while attempts < 20 && wait(remedy, attempts, &error, waits).await {
                    attempts += 1;
                }
                attempts
            };
            seconds(attempts)
        };
        assert_eq!(run(Remedy::TryAgain(None), &|| true), (31 + 14 * 30, 20));
        assert_eq!(run(Remedy::UNREAD, &|| true), (31 + 7 * 30, 13));
        let begin = now_millis();
        assert_eq!(
            run(Remedy::TryAgain(None), &|| now_millis() < begin + 3_000),
            (3, 2),
            "nobody waits any more"
        );
        assert_eq!(run(Remedy::TryAgain(None), &|| false), (0, 1));
        assert_eq!(run(Remedy::Tell, &|| true), (0, 1));
    }
}
