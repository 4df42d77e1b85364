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
use crate::{Result, Socket, sys};

/// How long a client may take to pull: official ones do as soon as their socket is open.
const PATIENCE: Duration = Duration::from_secs(5);

/// The sockets that were opened a moment ago. As long as there are any the object stays in memory.
#[derive(Default)]
pub(crate) struct NewSockets {
    /// Each by its id, with what ends the wait.
    waiting: RefCell<Vec<(String, oneshot::Sender<()>)>>,
}

impl NewSockets {
    /// Closes a socket unless it is heard of soon.
    pub(crate) fn watch(self: &Rc<Self>, socket: Socket<Connection>) -> Result<()> {
        let id = socket.id()?;
        let (sender, mut heard) = oneshot::channel();
        self.waiting.borrow_mut().push((id.clone(), sender));
        let sockets = Rc::clone(self);
        sys::spawn(async move {
            let mut patience = pin!(sys::sleep(PATIENCE));
            let silent = poll_fn(|cx| match Pin::new(&mut heard).poll(cx) {
                Poll::Ready(_) => Poll::Ready(false),
                Poll::Pending => patience.as_mut().poll(cx).map(|()| true),
            });
            if silent.await {
                sockets.forget(&id);
                // One that cannot be closed is gone.
                let _ = socket.close(SERVICE_RESTART, "pull again");
            }
        });
        Ok(())
    }

    /// The client has pulled, or has shown that it never had a pull.
    pub(super) fn heard(&self, socket: &Socket<Connection>) -> Result<()> {
        if !self.waiting.borrow().is_empty() {
            self.forget(&socket.id()?);
        }
        Ok(())
    }

    /// Whoever waits for it hears that its sender is gone.
    fn forget(&self, id: &str) {
        self.waiting.borrow_mut().retain(|(other, _)| other != id);
    }
}
