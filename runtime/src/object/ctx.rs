//! An object's context: its storage, sockets and identity.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use worker::Container;

use crate::alarm::Alarm;
use crate::socket::{Accept, Attachment, AutoResponse, Sockets};
use crate::storage::{Bookmarks, Kv, Outcome, Sql, Storage};
use crate::{Error, Request, Result, crossing, sys};

/// An object's own storage, sockets and identity. Cloning is cheap, and all clones refer to the same object.
#[derive(Clone)]
pub struct Ctx {
    state: Rc<sys::State>,
}

impl Ctx {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    pub(crate) fn state(&self) -> &Rc<sys::State> {
        &self.state
    }

    /// Returns the object's id, as 64 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        self.state.id()
    }

    /// Returns the name by which the object was addressed. An object made with `unique` has no name, and
    /// neither has an object whose name is longer than 1,024 bytes.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.state.name()
    }

    /// Returns the jurisdiction in which the object was made, if it has one: `eu`, for example.
    #[must_use]
    pub fn jurisdiction(&self) -> Option<String> {
        self.state.jurisdiction()
    }

    /// Returns the properties of the object. In a facet they are the value given to
    /// [`Facet::props`](crate::object::Facet::props); in any other object they are an empty map.
    ///
    /// # Errors
    /// [`Error::Value`] when the properties are not a `T`.
    pub fn props<T: DeserializeOwned>(&self) -> Result<T> {
        crossing::from_js(&self.state.props()).map_err(|why| Error::Value(format!("the props: {why}")))
    }

    /// Returns the container that wrangler.toml attaches to the class, if there is one.
    #[must_use]
    pub fn container(&self) -> Option<Container> {
        self.to_worker().container()
    }

    /// Returns the same object in the form of the `worker` crate, for functions that exist only there. Those
    /// methods panic where the platform refuses, and a panic costs the object its memory.
    #[must_use]
    pub fn to_worker(&self) -> worker::State {
        self.to_js().unchecked_into::<worker::worker_sys::DurableObjectState>().into()
    }

    /// Returns the platform's own `DurableObjectState`, for functions that have no Rust wrapper yet. Do not
    /// call its `abort` from Rust: it stops the wasm instance in the middle of a call. [`Ctx::abort`] does
    /// not.
    #[must_use]
    pub fn to_js(&self) -> JsValue {
        self.state.to_js()
    }

    /// Returns the object's SQLite database.
    #[must_use]
    pub fn sql(&self) -> Sql {
        Sql::new(Rc::clone(&self.state))
    }

    /// Returns the object's synchronous key-value storage.
    #[must_use]
    pub fn kv(&self) -> Kv {
        Kv::new(Rc::clone(&self.state))
    }

    /// Returns the storage that all objects have, with or without SQLite. It has asynchronous key-value
    /// operations, deletes everything, and waits for the disk.
    #[must_use]
    pub fn storage(&self) -> Storage {
        Storage::new(Rc::clone(&self.state))
    }

    /// Returns the object's alarm.
    #[must_use]
    pub fn alarm(&self) -> Alarm {
        Alarm::new(Rc::clone(&self.state))
    }

    /// Returns the points in the object's history to which its storage can be restored.
    #[must_use]
    pub fn bookmarks(&self) -> Bookmarks {
        Bookmarks::new(Rc::clone(&self.state))
    }

    /// Runs `body` in a transaction. All of its statements are applied, or none when it returns an error or
    /// panics. Transactions nest; a failed inner transaction rolls back only its own statements.
    ///
    /// `body` is not async, so no other event can run between its statements.
    ///
    /// ```
    /// # use durable_object::prelude::*;
    /// # fn transfer(ctx: &Ctx, from: i64, to: i64, amount: i64) -> Result<i64> {
    /// ctx.transaction(|sql| {
    ///     let take = "UPDATE accounts SET balance = balance - ?2 WHERE id = ?1 RETURNING balance";
    ///     let left: i64 = sql.query(take, (from, amount))?.one()?;
    ///     if left < 0 {
    ///         return Err(Error::new("too little is left"));
    ///     }
    ///     sql.execute("UPDATE accounts SET balance = balance + ?2 WHERE id = ?1", (to, amount))?;
    ///     Ok(left)
    /// })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The error that `body` returns; [`Error::Sql`] when the commit itself fails.
    pub fn transaction<R: Outcome<Error: From<Error>>>(&self, body: impl FnOnce(&Sql) -> R) -> R {
        self.sql().transaction(body)
    }

    /// Accepts a WebSocket upgrade. `attachment` stays with the socket through hibernation, and
    /// [`Socket::attachment`](crate::Socket::attachment) returns it. It therefore has the type that the
    /// object's `#[websocket(..)]` handlers name.
    pub fn accept<'a, A: Attachment>(&'a self, request: &'a Request, attachment: &A) -> Accept<'a> {
        Accept::new(&self.state, request, attachment)
    }

    /// Returns the object's open sockets, including hibernating ones.
    pub fn sockets<A>(&self) -> Sockets<'static, A> {
        Sockets::new(Rc::clone(&self.state))
    }

    /// Returns the settings with which the runtime answers on sockets without waking the object.
    #[must_use]
    pub fn auto_response(&self) -> AutoResponse {
        AutoResponse::new(Rc::clone(&self.state))
    }

    /// Sets the time limit of a `#[websocket(..)]` handler. The platform ends a handler that takes longer,
    /// and the object with it. `None`, the default, sets no limit. The limit counts in whole milliseconds, at
    /// least one.
    ///
    /// # Errors
    /// [`Error::Limit`] above seven days (workerd `api/actor-state.c++`,
    /// `setHibernatableWebSocketEventTimeout`).
    pub fn set_socket_event_timeout(&self, timeout: Option<Duration>) -> Result<()> {
        const LIMIT: u32 = 7 * 24 * 60 * 60 * 1_000;
        let millis = timeout.map(|timeout| timeout.as_millis().max(1));
        let too_long = |millis: u128| Error::Limit {
            what: "the timeout of socket events in milliseconds",
            actual: usize::try_from(millis).unwrap_or(usize::MAX),
            limit: LIMIT as usize,
        };
        let fitting = |millis| u32::try_from(millis).ok().filter(|&millis| millis <= LIMIT);
        let millis = millis.map(|millis| fitting(millis).ok_or_else(|| too_long(millis))).transpose()?;
        self.state.set_event_timeout(millis).map_err(Error::Message)
    }

    /// Returns the time limit of a `#[websocket(..)]` handler, if one was set.
    #[must_use]
    pub fn socket_event_timeout(&self) -> Option<Duration> {
        self.state.event_timeout().map(|millis| Duration::from_millis(millis.into()))
    }

    /// Runs `task` while every other event of this object waits, as `#[init]` does. Use it for changes that
    /// must not be seen half done. Prefer a short synchronous turn or `&mut self`, which hold back less.
    ///
    /// The function returns the result of `task`, errors included. To give the object up, call
    /// [`Ctx::abort`]. A call from `task` to the object itself would wait for ever. The platform resets the
    /// object when `task` takes longer than 30 seconds (workerd `io/worker.c++`, `blockConcurrencyWhile`).
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform refuses, or stops waiting.
    pub async fn block_concurrency_while<T: 'static>(
        &self,
        task: impl Future<Output = T> + 'static,
    ) -> Result<T> {
        let outcome = Rc::new(RefCell::new(None));
        let kept = Rc::clone(&outcome);
        let task = async move {
            let output = task.await;
            kept.replace(Some(output));
        };
        self.state.block_concurrency_while(task).await?;
        let output = outcome.take();
        output.ok_or_else(|| Error::new("the object was reset while it blocked other events"))
    }

    /// Ends the object. Callers that wait for it get an error with this reason, its memory is lost, and the
    /// next event finds a new object on the same storage.
    ///
    /// The object ends in a turn of its own right after this one; the future never completes. Writes of this
    /// turn may be lost, as after a crash. Writes whose call was answered earlier are kept.
    pub async fn abort(&self, reason: &str) -> Infallible {
        self.end(reason, true).await
    }

    /// Ends the object as [`Ctx::abort`] does. If an alarm's handler calls it, the platform does not retry
    /// that alarm: it counts as done.
    pub async fn abort_without_retry(&self, reason: &str) -> Infallible {
        self.end(reason, false).await
    }

    async fn end(&self, reason: &str, retry_alarm: bool) -> Infallible {
        self.state.abort(reason, retry_alarm);
        std::future::pending().await
    }

    /// Deletes everything the object has stored, its alarm included, and ends it as [`Ctx::abort`] does. The
    /// next event finds an object that has stored nothing.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform could not delete the storage; the object then lives on.
    pub async fn destroy(&self) -> Result<Infallible> {
        self.state.delete_everything().await?;
        Ok(self.abort("the object was destroyed").await)
    }

    /// Lets `task` finish after the handler has answered. An error of the task is logged.
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
