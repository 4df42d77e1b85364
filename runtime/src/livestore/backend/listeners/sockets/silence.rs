//! Sockets whose clients wait for a pull that is not served.
//!
//! After a ping timeout an official client connects again and continues as if its requests were still under
//! way. Over the new socket it sends pings, which do not reach the object, and possibly nothing else for
//! ever. A closed socket makes it start over.
//!
//! The pings reveal such a client. The platform handles a socket's frames one after the other, and answers a
//! ping only when the frames before it are handled. So a late ping was answered over a socket on which the
//! object has received no pull: this proves that no pull is on its way, even when the object is so busy that
//! pulls wait for a long time. A socket without any message proves nothing, and the object leaves it alone.
//! (Closing it would not help either: workerd ends a connection whose client's first frame is its answer to
//! our close only when the object leaves memory.)

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use fnv::FnvHashMap;
use tokio::sync::oneshot;

use super::attachment::Connection;
use super::closing::Closing;
use crate::{Ctx, Result, Socket, sys};

/// The time from the opening of a socket by which a client that pings should have pulled, in milliseconds.
/// Official clients pull at once.
const PATIENCE: i64 = 5_000;
/// The time after that in which the object waits for pings, in milliseconds. Official clients send one every
/// 10 s.
const ATTENTION: i64 = 30_000;

/// The sockets that were opened a moment ago. While there are any, the object stays in memory.
#[derive(Default)]
pub(crate) struct NewSockets {
    /// The times at which they were opened, by their ids.
    waiting: RefCell<FnvHashMap<String, i64>>,
    /// The single timer for all of them. It ends when this is dropped.
    timer: RefCell<Option<oneshot::Sender<()>>>,
}

/// The treatment of a socket without a pull.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Waits,
    IsClosed,
    IsLeftAlone,
}

impl Fate {
    fn of(now: i64, opened: i64, last_ping: Option<i64>) -> Self {
        if last_ping.is_some_and(|ping| ping.saturating_sub(opened) >= PATIENCE) {
            Self::IsClosed
        } else if now.saturating_sub(opened) >= ATTENTION {
            Self::IsLeftAlone
        } else {
            Self::Waits
        }
    }
}

impl NewSockets {
    /// Watches a socket, and closes it if its client pings and does not pull.
    pub(crate) fn watch(self: &Rc<Self>, ctx: &Ctx, id: &str) {
        self.waiting.borrow_mut().insert(id.to_owned(), sys::now_millis());
        if self.timer.borrow().is_none() {
            let (sender, ended) = oneshot::channel();
            self.timer.replace(Some(sender));
            let (sockets, ctx) = (Rc::clone(self), ctx.clone());
            sys::spawn(async move { sockets.close_silent(&ctx, ended).await });
        }
    }

    /// Notes that the client has pulled, or has shown that it never had a pull.
    pub(super) fn heard(&self, socket: &Socket<Connection>) -> Result<()> {
        if self.waiting.borrow().is_empty() {
            return Ok(());
        }
        let id = socket.id()?;
        let mut waiting = self.waiting.borrow_mut();
        waiting.remove(&id);
        if waiting.is_empty() {
            self.timer.replace(None);
        }
        Ok(())
    }

    async fn close_silent(&self, ctx: &Ctx, mut ended: oneshot::Receiver<()>) {
        while !self.waiting.borrow().is_empty() {
            let mut sleep = pin!(sys::sleep(Duration::from_millis(PATIENCE.unsigned_abs())));
            let goes_on = poll_fn(|cx| match Pin::new(&mut ended).poll(cx) {
                Poll::Ready(_) => Poll::Ready(false),
                Poll::Pending => sleep.as_mut().poll(cx).map(|()| true),
            });
            if !goes_on.await {
                return;
            }
            self.look(ctx);
        }
        self.timer.replace(None);
    }

    /// Checks each socket once.
    fn look(&self, ctx: &Ctx) {
        let now = sys::now_millis();
        self.waiting.borrow_mut().retain(|id, opened| {
            if now.saturating_sub(*opened) < PATIENCE {
                return true;
            }
            let Some(socket) = ctx.sockets::<Connection>().get(id) else { return false };
            let ping = socket.auto_response_timestamp().map(|date| date.as_millis());
            match Fate::of(now, *opened, ping) {
                Fate::Waits => true,
                Fate::IsLeftAlone => false,
                // The client has made a request, which waits for a remote database.
                Fate::IsClosed
                    if socket.attachment().is_ok_and(|connection| connection.is_being_served()) =>
                {
                    true
                }
                Fate::IsClosed => {
                    // A socket that cannot be closed is gone.
                    let _ = Closing::Unserved.close(&socket);
                    false
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Date;
    use crate::sys::{State, run_tasks, set_now};

    #[test]
    fn a_late_ping_without_a_pull_is_needed_to_close_a_socket() {
        let open = 1_000;
        for (now, ping, fate) in [
            (open + PATIENCE, None, Fate::Waits),
            (open + PATIENCE, Some(open), Fate::Waits),
            (open + ATTENTION - 1, Some(open + PATIENCE - 1), Fate::Waits),
            (open + PATIENCE, Some(open + PATIENCE), Fate::IsClosed),
            (open + ATTENTION, Some(open + PATIENCE), Fate::IsClosed),
            (open + ATTENTION, Some(open + PATIENCE - 1), Fate::IsLeftAlone),
            (open + ATTENTION, None, Fate::IsLeftAlone),
            (open - 1, Some(open - 1), Fate::Waits),
        ] {
            assert_eq!(Fate::of(now, open, ping), fate, "{now} {ping:?}");
        }
    }

    #[test]
    fn one_timer_closes_each_socket_that_pings_and_does_not_pull() {
        let state = Rc::new(State::in_memory());
        let (ctx, sockets) = (Ctx::new(Rc::clone(&state)), Rc::new(NewSockets::default()));
        let open = |id: &str, now| {
            set_now(now);
            let line = state.connect(&[format!("id={id}")]);
            sockets.watch(&ctx, id);
            (Socket::new(Rc::clone(&state), line.clone()), line)
        };
        let ping = |line: &sys::Socket, at| line.ping(Date::from_millis(at).unwrap());
        let waiting = |now| {
            set_now(now);
            run_tasks()
        };
        let (_, silent) = open("silent", 0);
        let (_, first) = open("first", 0);
        let (_, hasty) = open("hasty", 0);
        assert_eq!(waiting(0), 1, "one timer for all");
        let (pulled, second) = open("second", 2_000);
        let (_, third) = open("third", 2_000);
        ping(&hasty, 4_999);
        sockets.heard(&pulled).unwrap();
        for (line, at) in [(&first, 9_000), (&second, 9_000), (&third, 9_000)] {
            ping(line, at);
        }
        let lines = [&silent, &first, &hasty, &second, &third];
        let closed = || lines.map(|line| line.close_code().is_some());
        assert_eq!((waiting(4_999), closed()), (1, [false; 5]));
        assert_eq!((waiting(5_000), closed()), (1, [false, true, false, false, false]));
        assert_eq!((waiting(10_000), closed()), (1, [false, true, false, false, true]));
        assert_eq!(third.close_code(), Some(1012));
        assert_eq!((waiting(29_999), closed()), (1, [false, true, false, false, true]));
        assert_eq!(waiting(35_000), 0, "who says nothing is left alone");
        assert_eq!(closed(), [false, true, false, false, true]);

        let (pulled, _) = open("fourth", 40_000);
        sockets.heard(&pulled).unwrap();
        let (_, fifth) = open("fifth", 40_000);
        assert_eq!(waiting(40_000), 1, "the first timer has ended, and there is another");
        ping(&fifth, 45_000);
        assert_eq!(waiting(45_000), 0);
        assert_eq!(fifth.close_code(), Some(1012));
        set_now(0);
    }
}
