//! Sockets whose clients wait for a pull that nobody serves.
//!
//! After a ping timeout an official client connects again and goes on as if its requests were still under way. Over
//! the new socket it sends pings, which do not reach the object, and possibly nothing else for ever. A closed socket
//! makes it start over.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

use super::SERVICE_RESTART;
use super::subscription::Connection;
use crate::{Ctx, Result, Socket, sys};

/// How long a client may take to pull, in milliseconds: official ones do as soon as their socket is open.
const PATIENCE: i64 = 5_000;

/// The sockets that were opened a moment ago. As long as there are any the object stays in memory.
#[derive(Default)]
pub(crate) struct NewSockets {
    /// The id of each, and until when it has to be heard of: the first one first.
    waiting: RefCell<Vec<(String, i64)>>,
    /// There is one timer for all of them, which ends when this is dropped.
    timer: RefCell<Option<oneshot::Sender<()>>>,
}

impl NewSockets {
    /// Closes a socket unless it is heard of soon.
    pub(crate) fn watch(self: &Rc<Self>, ctx: &Ctx, id: &str) {
        self.waiting.borrow_mut().push((id.to_owned(), sys::now_millis() + PATIENCE));
        if self.timer.borrow().is_none() {
            let (sender, ended) = oneshot::channel();
            self.timer.replace(Some(sender));
            let (sockets, ctx) = (Rc::clone(self), ctx.clone());
            sys::spawn(async move { sockets.close_silent(&ctx, ended).await });
        }
    }

    /// The client has pulled, or has shown that it never had a pull.
    pub(super) fn heard(&self, socket: &Socket<Connection>) -> Result<()> {
        if self.waiting.borrow().is_empty() {
            return Ok(());
        }
        let heard = socket.id()?;
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|(id, _)| *id != heard);
        if waiting.is_empty() {
            self.timer.replace(None);
        }
        Ok(())
    }

    async fn close_silent(&self, ctx: &Ctx, mut ended: oneshot::Receiver<()>) {
        while let Some(wait) = self.wait() {
            let mut sleep = pin!(sys::sleep(wait));
            let goes_on = poll_fn(|cx| match Pin::new(&mut ended).poll(cx) {
                Poll::Ready(_) => Poll::Ready(false),
                Poll::Pending => sleep.as_mut().poll(cx).map(|()| true),
            });
            if !goes_on.await {
                return;
            }
            while let Some(id) = self.overdue() {
                if let Some(socket) = ctx.sockets::<Connection>().get(&id) {
                    // One that cannot be closed is gone.
                    let _ = socket.close(SERVICE_RESTART, "pull again");
                }
            }
        }
        self.timer.replace(None);
    }

    /// How long until something has to be done.
    fn wait(&self) -> Option<Duration> {
        let (_, until) = *self.waiting.borrow().first()?;
        Some(Duration::from_millis(u64::try_from(until - sys::now_millis()).unwrap_or_default()))
    }

    /// Takes one that was not heard of in time.
    fn overdue(&self) -> Option<String> {
        let mut waiting = self.waiting.borrow_mut();
        let (_, until) = waiting.first()?;
        (*until <= sys::now_millis()).then(|| waiting.remove(0).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::{State, run_tasks, set_now};

    #[test]
    fn one_timer_closes_each_socket_that_is_not_heard_of() {
        let state = Rc::new(State::in_memory());
        let (ctx, sockets) = (Ctx::new(Rc::clone(&state)), Rc::new(NewSockets::default()));
        let open = |id: &str, now| {
            set_now(now);
            let line = state.connect(&[format!("id={id}")]);
            sockets.watch(&ctx, id);
            (Socket::new(Rc::clone(&state), line.clone()), line)
        };
        let waiting = |now| {
            set_now(now);
            run_tasks()
        };
        let (_, first) = open("first", 0);
        let (pulled, second) = open("second", 2_000);
        let (_, third) = open("third", 2_000);
        sockets.heard(&pulled).unwrap();
        assert_eq!(waiting(4_999), 1);
        assert_eq!(first.close_code(), None);
        assert_eq!(waiting(5_000), 1);
        assert_eq!(
            [&first, &second, &third].map(|line| line.close_code()),
            [Some(SERVICE_RESTART), None, None]
        );
        assert_eq!(waiting(7_000), 0, "there is nobody left to wait for");
        assert_eq!([&second, &third].map(|line| line.close_code()), [None, Some(SERVICE_RESTART)]);

        let (pulled, _) = open("fourth", 8_000);
        sockets.heard(&pulled).unwrap();
        let (_, fifth) = open("fifth", 8_000);
        assert_eq!(waiting(8_000), 1, "the first timer has ended, and there is another");
        assert_eq!(waiting(13_000), 0);
        assert_eq!(fifth.close_code(), Some(SERVICE_RESTART));
        set_now(0);
    }
}
