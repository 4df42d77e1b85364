//! The listeners of a store: sockets and objects that are told about stored events.

mod objects;
mod sockets;

use std::marker::PhantomData;
use std::rc::Rc;

use self::objects::Subscribers;
pub(super) use self::sockets::{Closing, Connection, give_up};
use self::sockets::{Published, Sockets};
use super::hooks::Hooks;
use super::log::{EventLog, Gap};
use super::publication::Publication;
use crate::livestore::wire::Failure;
use crate::{Ctx, Env, Result};

/// All listeners of one store.
///
/// A worker that does not serve objects does not contain the code that calls them.
pub(super) struct Listeners<H> {
    sockets: Sockets,
    objects: Rc<Subscribers>,
    hooks: PhantomData<fn() -> H>,
}

impl<H: Hooks> Listeners<H> {
    pub(super) fn new(ctx: &Ctx, env: &Env) -> Self {
        Self { sockets: Sockets::new(ctx), objects: Subscribers::new(ctx, env), hooks: PhantomData }
    }

    /// Returns the pulls that sockets have open.
    pub(super) fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    /// Returns the objects that are called with stored events.
    pub(super) fn objects(&self) -> &Rc<Subscribers> {
        &self.objects
    }

    /// Sends a batch that was just stored to all listeners. Also returns whether there are any.
    pub(super) fn publish(&self, publication: &Publication<'_>) -> (Published, bool) {
        let sockets = self.sockets.publish(publication);
        let objects = H::TRANSPORTS.rpc && self.objects.publish(&publication.log);
        let heard = sockets.listeners > 0 || objects;
        (sockets, heard)
    }

    /// Restores the objects that listened before this object was evicted. They may lack the last events.
    pub(super) fn restore(&self, log: &Rc<EventLog>) -> Result<()> {
        if H::TRANSPORTS.rpc {
            self.objects.load()?;
            self.objects.publish(log);
        }
        Ok(())
    }

    /// Restores the objects in the same way. Also closes sockets whose clients wait for answers that an
    /// earlier life of the object has lost, or lack events that the log has got without the object.
    pub(super) fn recover(&self, log: &Rc<EventLog>, gap: Gap) -> Result<()> {
        self.sockets.close_lost(gap == Gap::Everybody);
        self.restore(log)
    }

    /// Makes all listeners start over from the events they have, because the log has later events that were
    /// not sent to them.
    pub(super) fn start_over(&self, log: &Rc<EventLog>) {
        self.sockets.close(Closing::Behind, |_| true);
        if H::TRANSPORTS.rpc {
            self.objects.publish(log);
        }
    }

    /// Forgets the objects, because their log is gone. They notice it when they push or pull.
    pub(super) fn forget_objects(&self) -> Result<()> {
        if H::TRANSPORTS.rpc { self.objects.forget_all() } else { Ok(()) }
    }

    /// Makes the clients of a log that is gone start over. Live pulls of later clients get the reason.
    pub(super) fn close_all(&self, reason: Closing, failure: &Failure) {
        self.sockets.end_pulls(failure);
        self.sockets.close(reason, |_| true);
    }
}
