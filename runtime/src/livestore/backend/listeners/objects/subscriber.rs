//! One object that listens, and the times at which it is called.

use std::time::Duration;

use crate::livestore::wire::RequestId;

/// The time that a client may take from the answer of its pull until it can receive later chunks. An earlier
/// call is silently lost: the official client looks up its pull, does not find it, and reports success.
const SETTLING: Duration = Duration::from_millis(500);
/// The additional time for each event in the answer, because the client first applies all of them.
const SETTLING_EVENT: Duration = Duration::from_millis(2);
const SETTLING_MOST: Duration = Duration::from_secs(30);
/// The time for which an object surely stays in memory after a call. Cloudflare keeps an idle object for 10
/// seconds (Durable Objects, "Lifecycle of a Durable Object").
const AWAKE: Duration = Duration::from_secs(5);
/// The number of failed calls in a row after which an object is no longer called.
const MAX_FAILURES: u32 = 5;
/// The wait after the first failed call. It doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The stored data about an object that listens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) binding_name: String,
    /// The pull with which it listens.
    pub(super) request_id: RequestId,
    /// The last event that was sent to it.
    pub(super) last_sent: i64,
    /// The time from which it can be called, in milliseconds since 1970.
    pub(super) settled_at: i64,
}

/// An object that listens, while the backend is in memory.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) subscription: Subscription,
    /// The number of the pull with which it listens. A later pull has a larger number. Calls for an earlier
    /// pull say nothing about this one.
    pub(super) pull: i64,
    /// Whether a task serves this pull.
    pub(super) served: bool,
    awake_until: i64,
    failures: u32,
}

/// The next step for a subscriber.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Do nothing: it has all events.
    Rest,
    /// Wait.
    Wait(Duration),
    /// Call it with an empty chunk. If it is not in memory any more, the call starts it, and it pulls anew. A
    /// chunk with events would reach it after that pull, which has the same events: request ids start over as
    /// well.
    Wake,
    /// Call it with the events that it lacks.
    Send,
}

/// The cause of a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The platform failed, and says that the trouble is temporary.
    Passing,
    /// The object or its binding does not work.
    Hard,
}

/// The step after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Continue with the next step.
    GoOn,
    /// Call again, after a wait.
    Retry(Duration),
    /// Make no call until there are new events to send.
    Pause,
    /// Make no call until the object pulls again.
    Forget,
}

impl Subscriber {
    /// Creates the subscriber of an object that has just pulled.
    pub(super) fn pulled(subscription: Subscription, pull: i64) -> Self {
        let awake_until = subscription.settled_at.saturating_add(millis(AWAKE));
        Self { awake_until, ..Self::restored(subscription, pull) }
    }

    /// Creates a subscriber from before the backend was evicted.
    pub(super) fn restored(subscription: Subscription, pull: i64) -> Self {
        Self { subscription, pull, served: false, awake_until: 0, failures: 0 }
    }

    pub(super) fn next(&self, head: i64, now: i64) -> Step {
        if self.subscription.last_sent >= head {
            Step::Rest
        } else if let Ok(rest @ 1..) = u64::try_from(self.subscription.settled_at.saturating_sub(now)) {
            Step::Wait(Duration::from_millis(rest))
        } else if now < self.awake_until {
            Step::Send
        } else {
            Step::Wake
        }
    }

    /// Records a successful call, which brought all events up to `last`, if it had any.
    pub(super) fn took(&mut self, last: Option<i64>, now: i64) {
        self.failures = 0;
        self.awake_until = now.saturating_add(millis(AWAKE));
        self.subscription.last_sent = last.unwrap_or(self.subscription.last_sent);
    }

    /// Records a failed call.
    pub(super) fn failed(&mut self, trouble: Trouble) -> After {
        self.failures += 1;
        // A call can fail because the object is not in memory any more.
        self.awake_until = 0;
        if self.failures < MAX_FAILURES {
            return After::Retry(FIRST_RETRY * (1 << (self.failures - 1)));
        }
        self.failures = 0;
        match trouble {
            Trouble::Passing => After::Pause,
            Trouble::Hard => After::Forget,
        }
    }
}

/// Returns the time from which an object can be called whose pull is answered now with this many events.
pub(super) fn settled_at(now: i64, events: u32) -> i64 {
    now.saturating_add(millis((SETTLING + SETTLING_EVENT.saturating_mul(events)).min(SETTLING_MOST)))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn subscriber(last_sent: i64, events: u32) -> Subscriber {
        let request_id = RequestId::stored("\"1\"".to_owned());
        let settled_at = settled_at(NOW, events);
        Subscriber::pulled(
            Subscription { binding_name: "CLIENT_DO".to_owned(), request_id, last_sent, settled_at },
            0,
        )
    }

    #[test]
    fn a_client_is_called_once_it_can_listen() {
        let subscriber = subscriber(4, 100);
        assert_eq!(subscriber.next(4, NOW), Step::Rest);
        assert_eq!(subscriber.next(5, NOW), Step::Wait(Duration::from_millis(700)));
        assert_eq!(subscriber.next(5, NOW + 699), Step::Wait(Duration::from_millis(1)));
        assert_eq!(subscriber.next(5, NOW + 700), Step::Send);
        let large = super::tests::subscriber(4, u32::MAX);
        assert_eq!(large.next(5, NOW), Step::Wait(SETTLING_MOST));
    }

    #[test]
    fn one_that_may_be_asleep_is_woken_first() {
        let mut subscriber = subscriber(4, 0);
        assert_eq!(subscriber.next(5, NOW + 5_499), Step::Send);
        assert_eq!(subscriber.next(5, NOW + 5_500), Step::Wake);
        subscriber.took(None, NOW + 6_000);
        assert_eq!(subscriber.next(5, NOW + 6_000), Step::Send);
        subscriber.took(Some(5), NOW + 7_000);
        assert_eq!(subscriber.next(5, NOW + 7_000), Step::Rest);
        assert_eq!(subscriber.next(6, NOW + 11_999), Step::Send);
        assert_eq!(subscriber.next(6, NOW + 12_000), Step::Wake);
        // After an eviction it is not known whether it was called just before.
        assert_eq!(Subscriber::restored(subscriber.subscription, 0).next(6, NOW + 7_000), Step::Wake);
    }

    #[test]
    fn an_eviction_takes_nobody_the_time_to_settle() {
        let evicted = Subscriber::restored(subscriber(4, 100).subscription, 0);
        assert_eq!(evicted.next(5, NOW), Step::Wait(Duration::from_millis(700)));
        assert_eq!(evicted.next(5, NOW + 700), Step::Wake);
    }

    #[test]
    fn trouble_is_waited_for_and_in_the_end_given_up() {
        for (trouble, end) in [(Trouble::Passing, After::Pause), (Trouble::Hard, After::Forget)] {
            let mut subscriber = subscriber(4, 0);
            for seconds in [1, 2, 4, 8] {
                assert_eq!(subscriber.failed(trouble), After::Retry(Duration::from_secs(seconds)));
            }
            assert_eq!(subscriber.next(5, NOW + 500), Step::Wake);
            assert_eq!(subscriber.failed(trouble), end);
            assert_eq!(subscriber.failed(trouble), After::Retry(FIRST_RETRY), "the next time starts anew");
            subscriber.took(None, NOW);
            assert_eq!(subscriber.failed(trouble), After::Retry(FIRST_RETRY), "so it does after a success");
        }
    }
}
