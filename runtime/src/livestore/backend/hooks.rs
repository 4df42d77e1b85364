//! What an app decides about its stores.

use super::headers::ForwardedHeaders;
use super::metrics::Metric;
use super::operation::Operation;
use super::payload::Payload;
use crate::livestore::wire::Event;
use crate::{Env, Error, Request, Result, Text};

/// What an app decides about its stores: what `makeDurableObject` takes as options. `()` changes nothing.
///
/// An error from [`on_push`](Self::on_push) or [`on_pull`](Self::on_pull) refuses the request, and its text
/// reaches the client. Mind what official clients do then: they try a refused push again and again, and
/// never pull again until they are reloaded. To turn a client away, use
/// [`SyncWorker::validate`](super::SyncWorker::validate).
///
/// An error that passes, as one made by [`Error::passing`], refuses nothing: the client waits, or is made to ask again,
/// and so the hook is asked again.
pub trait Hooks: Sized + 'static {
    /// The transports that clients may use; all of them unless you say otherwise (`enabledTransports`).
    const TRANSPORTS: Transports = Transports::ALL;

    /// Where the events of stores are kept (`storage`). A store stays where it was made.
    const STORAGE: Storage = Storage::Sqlite;

    /// Request headers that the other hooks want to see, by name (`forwardHeaders`).
    ///
    /// A socket keeps those of its upgrade for as long as it is open, within 4,096 bytes of JSON; one that
    /// brings more is refused with 431.
    const FORWARD_HEADERS: &'static [&'static str] = &[];

    /// Headers of every response over HTTP, by name and value (`http.responseHeaders`).
    const RESPONSE_HEADERS: &'static [(&'static str, &'static str)] = &[];

    /// Whether operators can look at stores, move and reset them, each time with the consent of
    /// [`on_admin`](Self::on_admin). Otherwise none of that is reachable, nor in the worker's code.
    const ADMIN: bool = false;

    /// Whether [`on_metric`](Self::on_metric) is called. Otherwise nothing is measured, nor in the worker's code.
    const METRICS: bool = false;

    /// Makes the hooks, on every wake.
    ///
    /// # Errors
    /// When the object cannot work without them.
    fn new(env: &Env) -> Result<Self>;

    /// What the other hooks see of a request: the headers in [`FORWARD_HEADERS`](Self::FORWARD_HEADERS),
    /// unless you choose or make others (`forwardHeaders` as a function).
    ///
    /// # Errors
    /// When the request is to be refused, with 400 and the error's text.
    fn forward_headers(&self, request: &Request) -> Result<ForwardedHeaders> {
        ForwardedHeaders::pick(request, Self::FORWARD_HEADERS)
    }

    /// Before a push with events in it is looked at (`onPush`).
    fn on_push(&self, push: &IncomingPush<'_>) -> impl Future<Output = Result<()>> {
        let _ = push;
        async { Ok(()) }
    }

    /// After a push was stored and sent to all who listen, before its client is told so (`onPushRes`).
    fn on_push_res(&self, push: &IncomingPush<'_>) -> impl Future<Output = ()> {
        let _ = push;
        async {}
    }

    /// Before a pull starts (`onPull`).
    fn on_pull(&self, pull: &IncomingPull<'_>) -> impl Future<Output = Result<()>> {
        let _ = pull;
        async { Ok(()) }
    }

    /// After events were sent: each page of a pull that has any, and what a push brings to those who listen,
    /// once for all of them (`onPullRes`).
    fn on_pull_res(&self, page: &OutgoingPage<'_>) -> impl Future<Output = ()> {
        let _ = page;
        async {}
    }

    /// After something was done, where [`METRICS`](Self::METRICS) says so: what it was and what it cost, for a log or
    /// Analytics Engine. It runs within the operation and cannot wait for anything.
    fn on_metric(&self, metric: &Metric<'_>) {
        let _ = metric;
    }

    /// Before an operator's request, which nobody has checked yet: says whether it may be done.
    fn on_admin(&self, operation: Operation, request: &Request) -> impl Future<Output = Result<()>> {
        let _ = (operation, request);
        async { Err(Error::new("nobody has said who may do that")) }
    }
}

impl Hooks for () {
    fn new(_env: &Env) -> Result<Self> {
        Ok(())
    }
}

/// A push that has arrived.
#[derive(Debug)]
pub struct IncomingPush<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The client's `syncPayload`, as it stands in the request.
    pub payload: Payload<'a>,
    /// What [`Hooks::forward_headers`] chose.
    pub headers: &'a ForwardedHeaders,
    /// The events; at least one.
    pub events: &'a [Event<'a>],
    /// The backend that the client has pulled from, if it ever has.
    pub backend_id: Option<&'a str>,
}

/// A pull that is about to start.
#[derive(Debug)]
pub struct IncomingPull<'a> {
    /// The store.
    pub store_id: &'a str,
    /// The client's `syncPayload`, as it stands in the request.
    pub payload: Payload<'a>,
    /// What [`Hooks::forward_headers`] chose.
    pub headers: &'a ForwardedHeaders,
    /// Whether the client wants later events as they come. Over HTTP it asks again instead.
    pub live: bool,
    /// The last event the client has; `None` from the beginning.
    pub cursor: Option<i64>,
}

/// Events that were sent.
#[derive(Debug)]
pub struct OutgoingPage<'a> {
    /// The store.
    pub store_id: &'a str,
    /// Events of this pull that are still to come: at most so many, exactly where numbers have no gaps.
    pub remaining: u64,
    pub(super) items: Items<'a>,
}

/// The items of a chunk's batch, as JSON, separated by commas.
#[derive(Debug)]
pub(super) enum Items<'a> {
    /// Of events that were just stored.
    Stored(&'a str),
    /// Of events that were read.
    Read(&'a Text),
}

impl OutgoingPage<'_> {
    /// The `batch` of the `PullResponse`, as JSON: an array of `{"eventEncoded":…,"metadata":…}`. It is copied
    /// into Rust's memory only here.
    #[must_use]
    pub fn batch_json(&self) -> String {
        match self.items {
            Items::Stored(items) => format!("[{items}]"),
            Items::Read(items) => format!("[{items}]"),
        }
    }
}

/// Where the events of stores are kept.
///
/// ```
/// use durable_object::livestore::backend::Storage;
///
/// const SHARED: Storage = Storage::D1 { binding: "DB" };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In the database of the store's own object (`do-sqlite`): as fast as it gets, and up to 10 GB for each store.
    Sqlite,
    /// In a D1 database that all stores share (`d1`), where other workers can query them. Each push and each page
    /// of a pull is a request to that database, and all stores together have its 10 GB.
    D1 {
        /// The database's binding in wrangler.toml.
        binding: &'static str,
    },
}

impl Storage {
    /// Whether the events are in a remote database: to ask it takes time, in which other things happen, and its answers
    /// can be lost. The compiler leaves out the code for that where it is false.
    pub(super) const fn is_remote(self) -> bool {
        matches!(self, Self::D1 { .. })
    }
}

/// Which transports a backend serves.
///
/// ```
/// use durable_object::livestore::backend::Transports;
///
/// const SOCKETS: Transports = Transports { http: false, rpc: false, ..Transports::ALL };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transports {
    /// Over one WebSocket for each client: `makeWsSync`.
    pub ws: bool,
    /// One request for each message: `makeHttpSync`.
    pub http: bool,
    /// Calls between durable objects: `@livestore/adapter-cloudflare`.
    pub rpc: bool,
}

impl Transports {
    /// All of them.
    pub const ALL: Self = Self { ws: true, http: true, rpc: true };
}
