//! What an object is given to live with.

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

/// An object's own storage, sockets and identity. Cloning is cheap; all clones are the same object.
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

    /// What the class was specialised with. A facet has [what it was given](crate::Facet::props), another object
    /// an empty map.
    ///
    /// # Errors
    /// [`Error::Value`] when that is no `T`.
    pub fn props<T: DeserializeOwned>(&self) -> Result<T> {
        crossing::from_js(&self.state.props()).map_err(|why| Error::Value(format!("the props: {why}")))
    }

    /// The container that wrangler.toml attaches to the class, if it does.
    #[must_use]
    pub fn container(&self) -> Option<Container> {
        self.to_worker().container()
    }

    /// The same object as the `worker` crate sees it, for what is only there. Its methods panic where the
    /// platform refuses, which costs the object its memory.
    #[must_use]
    pub fn to_worker(&self) -> worker::State {
        self.to_js().unchecked_into::<worker::worker_sys::DurableObjectState>().into()
    }

    /// The platform's own `DurableObjectState`, for what nobody has wrapped yet. Do not call its `abort`
    /// from Rust: it stops the wasm instance in the middle of a call, which [`Ctx::abort`] does not.
    #[must_use]
    pub fn to_js(&self) -> JsValue {
        self.state.to_js()
    }

    /// The object's SQLite database.
    #[must_use]
    pub fn sql(&self) -> Sql {
        Sql::new(Rc::clone(&self.state))
    }

    /// The object's key-value storage, which needs no waiting.
    #[must_use]
    pub fn kv(&self) -> Kv {
        Kv::new(Rc::clone(&self.state))
    }

    /// The object's storage as all objects have it, with or without SQLite: key-value storage that is
    /// waited for, deleting everything, waiting for the disk.
    #[must_use]
    pub fn storage(&self) -> Storage {
        Storage::new(Rc::clone(&self.state))
    }

    /// The object's alarm.
    #[must_use]
    pub fn alarm(&self) -> Alarm {
        Alarm::new(Rc::clone(&self.state))
    }

    /// The points in the object's history to which its storage can be put back.
    #[must_use]
    pub fn bookmarks(&self) -> Bookmarks {
        Bookmarks::new(Rc::clone(&self.state))
    }

    /// Runs `body` in a transaction: all of its statements are applied, or none when it returns an
    /// error or panics. Transactions nest; an inner one that fails takes only its own statements back.
    ///
    /// `body` is not async, so nothing else can come between its statements.
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
    /// What `body` returns; [`Error::Sql`] when the commit itself fails.
    pub fn transaction<R: Outcome<Error: From<Error>>>(&self, body: impl FnOnce(&Sql) -> R) -> R {
        self.sql().transaction(body)
    }

    /// Accepts a WebSocket upgrade. `attachment` stays with the socket through hibernation and comes
    /// back as [`Socket::attachment`](crate::Socket::attachment), so it has the type that the object's
    /// `#[websocket(..)]` handlers name.
    pub fn accept<'a, A: Attachment>(&'a self, request: &'a Request, attachment: &A) -> Accept<'a> {
        Accept::new(&self.state, request, attachment)
    }

    /// The object's open sockets, hibernating ones included.
    pub fn sockets<A>(&self) -> Sockets<'static, A> {
        Sockets::new(Rc::clone(&self.state))
    }

    /// What the runtime answers on sockets without waking the object.
    #[must_use]
    pub fn auto_response(&self) -> AutoResponse {
        AutoResponse::new(Rc::clone(&self.state))
    }

    /// Has the platform end a `#[websocket(..)]` handler that takes longer than this, and the object with
    /// it; `None`, as it is at first, lets it take its time. Counted in whole milliseconds, at least one.
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

    /// How long a `#[websocket(..)]` handler may take, if that was set.
    #[must_use]
    pub fn socket_event_timeout(&self) -> Option<Duration> {
        self.state.event_timeout().map(|millis| Duration::from_millis(millis.into()))
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
        let task = async move {
            let output = task.await;
            kept.replace(Some(output));
        };
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
        self.end(reason, true).await
    }

    /// As [`Ctx::abort`], and the alarm whose handler this ends is not tried again: it counts as done.
    pub async fn abort_without_retry(&self, reason: &str) -> Infallible {
        self.end(reason, false).await
    }

    async fn end(&self, reason: &str, retry_alarm: bool) -> Infallible {
        self.state.abort(reason, retry_alarm);
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
