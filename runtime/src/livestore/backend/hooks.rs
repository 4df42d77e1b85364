//! The decisions of an app about its stores.

use super::headers::ForwardedHeaders;
use super::metrics::Metric;
use super::operation::Operation;
use super::payload::Payload;
use crate::livestore::wire::Event;
use crate::value::Text;
use crate::{Date, Env, Error, Request, Result};

/// An app's decisions about its stores: the options of `makeDurableObject`. `()` keeps all defaults.
///
/// An error from [`on_push`](Self::on_push) or [`on_pull`](Self::on_pull) refuses the request, and its text
/// reaches the client. Consider the reaction of official clients: they retry a refused push again and again,
/// and after a refused pull they never pull again until they are reloaded. To turn a client away, use
/// [`SyncWorker::validate`](super::SyncWorker::validate).
///
/// A temporary error, as made by [`Error::passing`], does not refuse the request. The client waits or has to
/// ask again, and the backend then calls the hook again.
pub trait Hooks: Sized + 'static {
    /// The transports that clients may use; all of them by default (`enabledTransports`).
    const TRANSPORTS: Transports = Transports::ALL;

    /// The place where the logs of stores are kept (`storage`). A store stays where it was created.
    const STORAGE: LogStorage = LogStorage::Sqlite;

    /// The names of the request headers that the other hooks can read (`forwardHeaders`).
    ///
    /// A socket keeps the headers of its upgrade while it is open, within 4,096 bytes of JSON. The backend
    /// refuses a socket with more of them with status 431.
    const FORWARD_HEADERS: &'static [&'static str] = &[];

    /// The headers of every response over HTTP, by name and value (`http.responseHeaders`).
    const RESPONSE_HEADERS: &'static [(&'static str, &'static str)] = &[];

    /// Whether operators can inspect, move and reset stores, each time with the consent of
    /// [`on_admin`](Self::on_admin). Otherwise these operations are not reachable, and the worker does not
    /// contain their code.
    const ADMIN: bool = false;

    /// Whether the backend calls [`on_metric`](Self::on_metric). Otherwise it measures nothing, and the
    /// worker does not contain the code.
    const METRICS: bool = false;

    /// The function that returns the time at which the backend closes the socket of a request: for example the expiry of
    /// the token that [`SyncWorker::validate`](super::SyncWorker::validate) has verified. `None`, as the value or as the
    /// result, lets sockets stay open.
    ///
    /// The backend closes the socket then, at most a second late, with the code 3000 (Unauthorized). It uses the alarm of
    /// the object for this, so the object hibernates meanwhile. The client connects again, and `validate` decides. A
    /// request whose time is over gets the status 400, and so does an error, with its text. Requests over HTTP and calls
    /// of objects are not asked about.
    ///
    /// It is a constant, so that a worker without it does not contain the code.
    ///
    /// ```
    /// # use durable_object::livestore::backend::{Hooks, OpenUntil};
    /// # use durable_object::{Date, Env, Result};
    /// use std::time::Duration;
    ///
    /// /// Has each client validated anew every hour.
    /// struct Hourly;
    ///
    /// impl Hooks for Hourly {
    ///     const OPEN_UNTIL: Option<OpenUntil<Self>> =
    ///         Some(|_hooks, _request| Ok(Date::now().checked_add(Duration::from_secs(3_600))));
    ///
    ///     fn new(_env: &Env) -> Result<Self> {
    ///         Ok(Self)
    ///     }
    /// }
    /// ```
    const OPEN_UNTIL: Option<OpenUntil<Self>> = None;

    /// Makes the hooks, each time the object wakes.
    ///
    /// # Errors
    /// Fails when the object cannot work without them.
    fn new(env: &Env) -> Result<Self>;

    /// Returns the headers that the other hooks see of a request: by default those in
    /// [`FORWARD_HEADERS`](Self::FORWARD_HEADERS). Override it to choose or make other headers
    /// (`forwardHeaders` as a function).
    ///
    /// # Errors
    /// An error refuses the request, with status 400 and the error's text.
    fn forward_headers(&self, request: &Request) -> Result<ForwardedHeaders> {
        ForwardedHeaders::pick(request, Self::FORWARD_HEADERS)
    }

    /// Runs before the backend examines a push with events (`onPush`).
    fn on_push(&self, push: &IncomingPush<'_>) -> impl Future<Output = Result<()>> {
        let _ = push;
        async { Ok(()) }
    }

    /// Runs after a push was stored and sent to all listeners, before its client gets the answer
    /// (`onPushRes`).
    fn on_push_res(&self, push: &IncomingPush<'_>) -> impl Future<Output = ()> {
        let _ = push;
        async {}
    }

    /// Runs before a pull starts (`onPull`).
    fn on_pull(&self, pull: &IncomingPull<'_>) -> impl Future<Output = Result<()>> {
        let _ = pull;
        async { Ok(()) }
    }

    /// Runs after events were sent (`onPullRes`): for each page of a pull that has events, and once for the
    /// events that a push brings to all listeners.
    fn on_pull_res(&self, page: &OutgoingPage<'_>) -> impl Future<Output = ()> {
        let _ = page;
        async {}
    }

    /// Runs after an operation, if [`METRICS`](Self::METRICS) enables it. It gets the operation and its cost,
    /// for a log or Analytics Engine. It runs within the operation and cannot wait.
    fn on_metric(&self, metric: &Metric<'_>) {
        let _ = metric;
    }

    /// Runs before an operator's request, and says whether it is allowed. The backend has not checked the
    /// request yet.
    fn on_admin(&self, operation: Operation, request: &Request) -> impl Future<Output = Result<()>> {
        let _ = (operation, request);
        async { Err(Error::new("nobody has said who may do that")) }
    }
}

/// A function that returns the time at which the socket of a request is closed, or `None` if it may stay open: the value
/// of [`Hooks::OPEN_UNTIL`].
pub type OpenUntil<H> = fn(&H, &Request) -> Result<Option<Date>>;

impl Hooks for () {
    fn new(_env: &Env) -> Result<Self> {
        Ok(())
    }
}

/// A push that has arrived.
#[derive(Debug)]
#[non_exhaustive]
pub struct IncomingPush<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The client's `syncPayload`, as in the request.
    pub payload: Payload<'a>,
    /// The headers that [`Hooks::forward_headers`] chose.
    pub headers: &'a ForwardedHeaders,
    /// The events; at least one.
    pub events: &'a [Event<'a>],
    /// The backend from which the client has pulled, if it ever has.
    pub backend_id: Option<&'a str>,
}

/// A pull that is about to start.
#[derive(Debug)]
#[non_exhaustive]
pub struct IncomingPull<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The client's `syncPayload`, as in the request.
    pub payload: Payload<'a>,
    /// The headers that [`Hooks::forward_headers`] chose.
    pub headers: &'a ForwardedHeaders,
    /// Whether the client wants later events as they come. Over HTTP it asks again instead.
    pub live: bool,
    /// The last event that the client has, or `None` for a pull from the beginning.
    pub cursor: Option<i64>,
}

/// Events that were sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct OutgoingPage<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The number of events of this pull that are still to come. It is exact where numbers have no gaps, and
    /// otherwise an upper bound.
    pub remaining: u64,
    pub(super) items: Items<'a>,
}

/// The items of a chunk's batch, as JSON, separated by commas.
#[derive(Debug)]
pub(super) enum Items<'a> {
    /// The items of events that were just stored.
    Stored(&'a str),
    /// The items of events that were read.
    Read(&'a Text),
}

impl OutgoingPage<'_> {
    /// Returns the `batch` of the `PullResponse`, as JSON: an array of `{"eventEncoded":…,"metadata":…}`.
    /// Only this call copies it into Rust's memory.
    #[must_use]
    pub fn batch_json(&self) -> String {
        match self.items {
            Items::Stored(items) => format!("[{items}]"),
            Items::Read(items) => format!("[{items}]"),
        }
    }
}

/// The place where the logs of stores are kept: the value of [`Hooks::STORAGE`].
///
/// ```
/// use durable_object::livestore::backend::LogStorage;
///
/// const SHARED: LogStorage = LogStorage::D1 { binding: "DB" };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogStorage {
    /// The database of the store's own object (`do-sqlite`). It is the fastest, and holds up to 10 GB for
    /// each store.
    Sqlite,
    /// A D1 database that all stores share (`d1`), where other workers can query them. Each push and each
    /// page of a pull is a request to that database, and all stores together have its 10 GB.
    D1 {
        /// The database's binding in wrangler.toml.
        binding: &'static str,
    },
}

impl LogStorage {
    /// Returns whether the events are in a remote database. A request to it takes time, in which other events
    /// run, and its answer can be lost. Where this is false the compiler leaves out the code for that.
    pub(super) const fn is_remote(self) -> bool {
        matches!(self, Self::D1 { .. })
    }
}

/// The transports that a backend serves.
///
/// ```
/// use durable_object::livestore::backend::Transports;
///
/// const SOCKETS: Transports = Transports { http: false, rpc: false, ..Transports::ALL };
/// ```
// Not `#[non_exhaustive]`: that would forbid `..Transports::ALL`, with which apps write their choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transports {
    /// One WebSocket for each client: `makeWsSync`.
    pub ws: bool,
    /// One request for each message: `makeHttpSync`.
    pub http: bool,
    /// Calls between durable objects: `@livestore/adapter-cloudflare`.
    pub rpc: bool,
}

impl Transports {
    /// All transports.
    pub const ALL: Self = Self { ws: true, http: true, rpc: true };
}
