//! Sockets that stay open until a time: the object's alarm closes them.

use std::cell::Cell;

use super::attachment::Connection;
use super::closing::Closing;
use crate::{Ctx, Date, Result, sys};

/// The least time between two alarms, in milliseconds. Each looks at all sockets.
const SPACING: i64 = 1_000;

/// The alarm for the socket that ends first.
#[derive(Default)]
pub(super) struct Expiry {
    /// The time for which the alarm is set, or `i64::MAX` if it is not set. Empty until this life of the object has
    /// asked the platform.
    armed: Cell<Option<i64>>,
}

impl Expiry {
    /// Makes sure that the alarm goes off when a socket ends. The socket is open already, so an alarm that goes off
    /// meanwhile finds it.
    pub(super) async fn arm(&self, ctx: &Ctx, until: i64) -> Result<()> {
        if self.armed.get().is_none() {
            let found = ctx.alarm().get().await?.map_or(i64::MAX, Date::as_millis);
            // Another socket, or the alarm, may have been faster.
            self.armed.set(Some(self.armed.get().unwrap_or(found)));
        }
        if self.armed.get().is_some_and(|armed| armed <= until) { Ok(()) } else { self.set(ctx, until).await }
    }

    /// Closes the sockets whose time is over, and sets the alarm for the next one.
    pub(super) async fn close_due(&self, ctx: &Ctx) -> Result<()> {
        let now = sys::now_millis();
        let mut next = None;
        for (socket, connection) in ctx.sockets::<Connection>().with_attachments() {
            match connection.ok().and_then(|connection| connection.until()) {
                Some(until) if until <= now => {
                    // A socket that cannot be closed is gone.
                    let _ = Closing::Expired.close(&socket);
                }
                Some(until) => next = Some(next.map_or(until, |next: i64| next.min(until))),
                None => {}
            }
        }
        match next {
            Some(next) => self.set(ctx, next.max(now.saturating_add(SPACING))).await,
            None => {
                self.armed.set(Some(i64::MAX));
                Ok(())
            }
        }
    }

    async fn set(&self, ctx: &Ctx, at: i64) -> Result<()> {
        self.armed.set(Some(at));
        let set = ctx.alarm().set(Date::from_millis(at).unwrap_or(Date::MAX)).await;
        if set.is_err() {
            self.armed.set(None);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::Socket;
    use crate::livestore::backend::headers::ForwardedHeaders;
    use crate::sys::{State, set_now};
    use crate::value::Options;

    fn ready<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits for something"),
        }
    }

    #[test]
    fn the_alarm_closes_the_sockets_whose_time_is_over() {
        let state = Rc::new(State::in_memory());
        let ctx = Ctx::new(Rc::clone(&state));
        let expiry = Expiry::default();
        let alarm = || ready(state.alarm(Options::default())).unwrap().map(Date::as_millis);
        let open = |expiry: &Expiry, until: Option<i64>| {
            let line = state.connect(&[]);
            let connection =
                Connection::new(ForwardedHeaders::default(), until.and_then(Date::from_millis)).unwrap();
            Socket::new(Rc::clone(&state), line.clone()).set_attachment(&connection).unwrap();
            if let Some(until) = until {
                ready(expiry.arm(&ctx, until)).unwrap();
            }
            line
        };
        set_now(0);
        let endless = open(&expiry, None);
        assert_eq!(alarm(), None);
        let (later, first) = (open(&expiry, Some(9_000)), open(&expiry, Some(4_000)));
        let second = open(&expiry, Some(4_400));
        assert_eq!(alarm(), Some(4_000), "that of the first");
        // The object hibernates, and asks the platform for its alarm.
        let expiry = Expiry::default();
        let last = open(&expiry, Some(20_000));
        assert_eq!(alarm(), Some(4_000));
        let closed = || [&endless, &first, &second, &later, &last].map(|line| line.close_code());
        for (now, codes, next) in [
            (4_000, [None, Some(3000), None, None, None], Some(5_000)),
            (5_000, [None, Some(3000), Some(3000), None, None], Some(9_000)),
            (30_000, [None, Some(3000), Some(3000), Some(3000), Some(3000)], None),
        ] {
            set_now(now);
            ready(state.delete_alarm(Options::default())).unwrap();
            ready(expiry.close_due(&ctx)).unwrap();
            assert_eq!((closed(), alarm()), (codes, next), "{now}");
        }
        open(&expiry, Some(31_000));
        assert_eq!(alarm(), Some(31_000), "another alarm");
        set_now(0);
    }
}
