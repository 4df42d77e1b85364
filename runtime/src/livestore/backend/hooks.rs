//! What an app can do when something is pulled or pushed.

use crate::livestore::protocol::Event;
use crate::{Env, Result};

/// Code of the app that runs before a request is served. `()` does nothing.
///
/// An error refuses the request, and its text reaches the client. Mind what official clients do then: they
/// try a refused push again and again, and never pull again until they are reloaded.
pub trait Hooks: Sized + 'static {
    /// Makes the hooks, on every wake.
    ///
    /// # Errors
    /// When the object cannot work without them.
    fn new(env: &Env) -> Result<Self>;

    /// Before a push with events in it is looked at.
    fn on_push(&self, push: &IncomingPush<'_>) -> impl Future<Output = Result<()>> {
        let _ = push;
        async { Ok(()) }
    }

    /// Before a pull starts.
    fn on_pull(&self, pull: &IncomingPull<'_>) -> impl Future<Output = Result<()>> {
        let _ = pull;
        async { Ok(()) }
    }
}

/// A push that has arrived.
#[derive(Debug)]
pub struct IncomingPush<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The client's `syncPayload`, as JSON.
    pub payload: Option<&'a str>,
    /// The events; at least one.
    pub events: &'a [Event<'a>],
}

/// A pull that is about to start.
#[derive(Debug)]
pub struct IncomingPull<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The client's `syncPayload`, as JSON.
    pub payload: Option<&'a str>,
    /// Whether the client wants later events as they come.
    pub live: bool,
    /// The last event the client has; `None` from the beginning.
    pub cursor: Option<i64>,
}

impl Hooks for () {
    fn new(_env: &Env) -> Result<Self> {
        Ok(())
    }
}
