//! What is done about trouble that passes, so that every client goes on by itself once it has passed.
//!
//! Clients differ in what stops them for good. One of LiveStore 0.4.0 pushes again after an error, pulls again after its
//! socket was closed, and never pulls again after an error. A later one may do nothing again after either. Both wait for
//! an answer as long as it takes. So whoever would stop has to wait, and the backend tries again.

use std::time::Duration;

use crate::livestore::wire::RequestId;
use crate::{Error, sys};

/// How long it is waited before the second attempt. Each wait is twice the one before.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait: official clients that push again wait no longer either.
const LONGEST: Duration = Duration::from_secs(30);
/// How often a request is tried that is no socket's. It takes four minutes; browsers wait for an answer for five.
const ATTEMPTS: u32 = 13;

/// What a client has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Pull,
    Push,
}

/// How it has asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Over a socket, which says whether the client still waits.
    Socket,
    /// With a request over HTTP, or a call.
    Alone,
}

/// What is done about a request that met trouble which passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The client is told, and asks again.
    Tell,
    /// The socket is closed: the client connects again and asks again.
    Close,
    /// The client waits, and the backend tries again: up to so many times, or as long as the client waits.
    TryAgain(Option<u32>),
}

impl Remedy {
    /// That for a request of which is not known yet what it asks for, or who asks.
    pub(super) const UNREAD: Self = Self::TryAgain(Some(ATTEMPTS));

    /// That for a request with this id, by which the generations of clients are told apart.
    pub(super) fn of(asked: Asked, way: Way, id: &RequestId) -> Self {
        let is_later = id.is_number();
        match (asked, way) {
            (Asked::Push, _) if !is_later => Self::Tell,
            (Asked::Pull, Way::Socket) if !is_later => Self::Close,
            (_, Way::Socket) => Self::TryAgain(None),
            (_, Way::Alone) => Self::TryAgain(Some(ATTEMPTS)),
        }
    }

    pub(super) fn is_to_try_again(self) -> bool {
        matches!(self, Self::TryAgain(_))
    }

    /// How long to wait before the next attempt, after so many; nothing where there is none.
    fn wait(self, attempts: u32) -> Option<Duration> {
        let Self::TryAgain(most) = self else { return None };
        let doublings = attempts.saturating_sub(1).min(8);
        most.is_none_or(|most| attempts < most).then(|| (FIRST * 2_u32.pow(doublings)).min(LONGEST))
    }
}

/// Whether the platform, or the app, says that the trouble passes.
pub(super) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Remote(remote) if remote.retryable || remote.overloaded)
}

/// Waits for the next attempt, after so many; whether one is to be made because of `error`.
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
    use crate::RemoteError;
    use crate::sys::{now_millis, set_now};

    fn remedy(asked: Asked, way: Way, id: &str) -> Remedy {
        Remedy::of(asked, way, &RequestId::stored(id.to_owned()))
    }

    #[test]
    fn nobody_gets_what_stops_it_for_good() {
        use Asked::{Pull, Push};
        use Way::{Alone, Socket};
        for (asked, way, earlier, later) in [
            (Push, Socket, Remedy::Tell, Remedy::TryAgain(None)),
            (Push, Alone, Remedy::Tell, Remedy::UNREAD),
            (Pull, Socket, Remedy::Close, Remedy::TryAgain(None)),
            (Pull, Alone, Remedy::UNREAD, Remedy::UNREAD),
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

    /// Polls until it is done, a second at a time; how many seconds that took.
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
