//! What an object is given to live with.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use super::current::InObject;
use crate::alarm::Alarm;
use crate::socket::{Accept, Attachment, Sockets};
use crate::storage::Sql;
use crate::{Error, Request, Result, sys};

/// An object's own storage, sockets and identity. Cloning is cheap; all clones are the same object.
#[derive(Clone)]
pub struct Ctx {
    state: Rc<sys::State>,
}

impl Ctx {
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the platform starts objects"))]
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    pub(crate) fn state(&self) -> &Rc<sys::State> {
        &self.state
    }

    /// The object's id, as 64 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        self.state.id()
    }

    /// The name the object was addressed by. An object made with `unique` has none, nor has one whose
    /// name is longer than 1,024 bytes.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.state.name()
    }

    /// The jurisdiction the object was made in, if it was made in one: `eu`, for example.
    #[must_use]
    pub fn jurisdiction(&self) -> Option<String> {
        self.state.jurisdiction()
    }

    /// The object's SQLite database.
    #[must_use]
    pub fn sql(&self) -> Sql {
        Sql::new(Rc::clone(&self.state))
    }

    /// The object's alarm.
    #[must_use]
    pub fn alarm(&self) -> Alarm {
        Alarm::new(Rc::clone(&self.state))
    }

    /// Runs `body` in a transaction: all of its statements are applied, or none when it returns an
    /// error. Transactions nest; an inner one that fails takes only its own statements back.
    ///
    /// `body` is not async, so nothing else can come between its statements.
    ///
    /// # Errors
    /// What `body` returns; [`Error::Sql`] when the commit itself fails.
    pub fn transaction<T, E: From<Error>>(&self, body: impl FnOnce(&Sql) -> Result<T, E>) -> Result<T, E> {
        let sql = self.sql();
        let failed = |message| Error::Sql { statement: "COMMIT".to_owned(), message }.into();
        self.state.transaction(|| body(&sql), failed)
    }

    /// Accepts a WebSocket upgrade. `attachment` stays with the socket through hibernation and comes
    /// back as [`Socket::attachment`](crate::Socket::attachment).
    pub fn accept<'a, A: Attachment>(&'a self, request: &'a Request, attachment: &'a A) -> Accept<'a, A> {
        Accept::new(&self.state, request, attachment)
    }

    /// The object's open sockets, hibernating ones included.
    #[must_use]
    pub fn sockets<A>(&self) -> Sockets<A> {
        Sockets::new(Rc::clone(&self.state))
    }

    /// Has the runtime answer every message that equals `request` with `response`, without waking the
    /// object. One pair for each object; set it in `#[init]`.
    ///
    /// # Errors
    /// [`Error::Limit`] above 2,048 bytes for either (workerd `io/worker.h`,
    /// `MAX_WEBSOCKET_AUTO_RESPONSE_SIZE`).
    pub fn auto_response(&self, request: &str, response: &str) -> Result<()> {
        const LIMIT: usize = 2_048;
        for (what, text) in
            [("the auto-response's request in bytes", request), ("the auto-response in bytes", response)]
        {
            if text.len() > LIMIT {
                return Err(Error::Limit { what, actual: text.len(), limit: LIMIT });
            }
        }
        self.state.set_auto_response(request, response).map_err(Error::Message)
    }

    /// Runs `task` while every other event of this object waits, as `#[init]` does: for what must not be
    /// seen half done. Prefer a short synchronous turn or `&mut self`, which stop less.
    ///
    /// What `task` returns is returned, errors included; to give the object up, call [`Ctx::abort`]. A call
    /// from `task` to the object itself would wait for ever. The platform resets the object when it takes
    /// longer than 30 seconds (workerd `io/worker.c++`, `blockConcurrencyWhile`).
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses, or gives up waiting.
    pub async fn block_concurrency_while<T: 'static>(
        &self,
        task: impl Future<Output = T> + 'static,
    ) -> Result<T> {
        let outcome = Rc::new(RefCell::new(None));
        let kept = Rc::clone(&outcome);
        let task = InObject::new(Rc::clone(&self.state), async move {
            let output = task.await;
            kept.replace(Some(output));
        });
        self.state.block_concurrency_while(task).await?;
        let output = outcome.take();
        output.ok_or_else(|| Error::new("the object was reset while it blocked other events"))
    }

    /// Gives the object up: whoever waits for it gets an error with this reason, its memory is gone, and
    /// the next event finds a new object on the same storage.
    ///
    /// It happens in a turn of its own right after this one; the future never ends. What was written in
    /// this turn may be lost with it, as after a crash; what an earlier call was answered with is kept.
    pub async fn abort(&self, reason: &str) -> Infallible {
        self.state.abort(reason);
        std::future::pending().await
    }

    /// Deletes everything the object has stored, its alarm included, and gives it up as [`Ctx::abort`]
    /// does: the next event finds an object as if there had never been one.
    ///
    /// # Errors
    /// [`Error::Remote`] when the storage could not be deleted; the object lives on then.
    pub async fn destroy(&self) -> Result<Infallible> {
        self.state.delete_everything().await?;
        Ok(self.abort("the object was destroyed").await)
    }

    /// Lets `task` finish after the handler has answered. Its error, if any, is logged.
    pub fn wait_until<E: std::fmt::Display>(&self, task: impl Future<Output = Result<(), E>> + 'static) {
        self.state.wait_until(async move {
            if let Err(error) = task.await {
                sys::log_error(&format!("a background task failed: {error}"));
            }
        });
    }
}

impl std::fmt::Debug for Ctx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ctx").finish_non_exhaustive()
    }
}
