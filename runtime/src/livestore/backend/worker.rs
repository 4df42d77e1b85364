//! The worker in front of the objects.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use worker::{Headers, Method};

use super::payload::Payload;
use super::route::{
    MAX_BODY, SyncRequest, Transport, body_length, match_admin_request, match_sync_request, refuse,
    refuse_large,
};
use crate::object::RawStub;
use crate::{Class, Env, Namespace, Request, Response, Result, sys};

/// The limit of a store's id in bytes. Cloudflare gives an object its own name only up to this length.
const MAX_STORE_ID_BYTES: usize = 1_024;

/// The worker in front of a sync backend: the equivalent of `makeWorker` of `@livestore/sync-cf`, or a part
/// of a worker with routes of its own.
///
/// ```
/// use durable_object::livestore::backend::{SyncBackend, SyncRequest, SyncWorker};
/// use durable_object::prelude::*;
///
/// export_object!(pub SyncBackendDO = SyncBackend<()>);
///
/// /// The client's `syncPayload`.
/// #[derive(serde::Deserialize)]
/// #[serde(rename_all = "camelCase")]
/// struct Auth {
///     auth_token: String,
/// }
///
/// async fn fetch(request: Request, env: Env) -> Result<Response> {
///     SyncWorker::<SyncBackendDO>::new()
///         .cors()
///         .validate(async |auth: Auth, sync: &SyncRequest, _request: &Request| {
///             if auth.auth_token == format!("the token of {}", sync.store_id) {
///                 Ok(())
///             } else {
///                 Err(Error::new("Invalid auth token"))
///             }
///         })
///         .fetch(request, &env)
///         .await
/// }
/// ```
pub struct SyncWorker<C, V = Everyone> {
    binding: &'static str,
    cors: bool,
    admin: bool,
    validate: V,
    class: PhantomData<fn() -> C>,
}

/// A decision about which clients may sync. See [`SyncWorker::validate`].
pub trait Validate: sealed::Sealed {
    /// Checks a request. An error turns it away.
    #[doc(hidden)]
    fn validate(&self, sync: &SyncRequest, request: &Request) -> impl Future<Output = Result<(), Refusal>>;
}

/// The reason for which a client is turned away. The client receives it.
#[doc(hidden)]
pub struct Refusal(String);

/// A validation that lets all clients sync.
#[derive(Debug, Clone, Copy)]
pub struct Everyone;

/// A validation by a function of the app.
pub struct Validated<P, F>(F, PhantomData<fn(P)>);

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Everyone {}
    impl<P, F> Sealed for super::Validated<P, F> {}
}

impl Validate for Everyone {
    async fn validate(&self, _: &SyncRequest, _: &Request) -> Result<(), Refusal> {
        Ok(())
    }
}

impl<P, F> Validate for Validated<P, F>
where
    P: DeserializeOwned,
    F: AsyncFn(P, &SyncRequest, &Request) -> Result<()>,
{
    async fn validate(&self, sync: &SyncRequest, request: &Request) -> Result<(), Refusal> {
        let Self(validate, _) = self;
        let payload = Payload::new(sync.payload.as_deref()).read();
        let payload = payload.map_err(|why| Refusal(why.to_string()))?;
        validate(payload, sync, request).await.map_err(|error| {
            let cause = format!("{}: {error}", error.name());
            Refusal(format!(
                r#"UnknownError: {{ "cause": {cause}, "note": undefined, "payload": undefined }}"#
            ))
        })
    }
}

impl<C: Class> SyncWorker<C> {
    /// Creates a worker for the objects of a class, under the class's own binding.
    #[must_use]
    pub const fn new() -> Self {
        Self { binding: C::BINDING, cors: false, admin: false, validate: Everyone, class: PhantomData }
    }

    /// Sets a function that decides which clients may sync (`validatePayload`). The worker answers an error
    /// with status 400 and the error's text.
    ///
    /// The worker calls it with the client's `syncPayload`, decoded as the type of its parameter. A payload
    /// of another type is answered with status 400 (`syncPayloadSchema`), and a payload that was not sent
    /// counts as `null`. The function also gets the request, with all its headers. It runs for every HTTP
    /// request, and once for every socket. [`Hooks::OPEN_UNTIL`](super::Hooks::OPEN_UNTIL) ends a socket, so that its
    /// client is validated anew.
    ///
    /// A client on a socket takes a refusal as "try again later"; an HTTP client gives up for good.
    #[must_use]
    pub fn validate<P, F>(self, validate: F) -> SyncWorker<C, Validated<P, F>>
    where
        P: DeserializeOwned,
        F: AsyncFn(P, &SyncRequest, &Request) -> Result<()>,
    {
        let Self { binding, cors, admin, validate: Everyone, class } = self;
        SyncWorker { binding, cors, admin, validate: Validated(validate, PhantomData), class }
    }
}

impl<C: Class> Default for SyncWorker<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Class, V: Validate> SyncWorker<C, V> {
    /// Sets the binding for the objects, in place of the class's own (`syncBackendBinding`).
    #[must_use]
    pub fn binding(self, binding: &'static str) -> Self {
        Self { binding, ..self }
    }

    /// Lets pages of all origins sync over HTTP (`enableCORS`). The worker answers preflights, and adds the
    /// headers that browsers require to every response except that of a socket. Headers that an object sets
    /// itself stay.
    #[must_use]
    pub fn cors(self) -> Self {
        Self { cors: true, ..self }
    }

    /// Passes operators' requests on. [`Hooks::on_admin`](super::Hooks::on_admin) decides about them, and
    /// [`validate`](SyncWorker::validate) does not. Such a request has a `storeId` and `admin=info`,
    /// `export`, `import` or `reset` in the query.
    #[must_use]
    pub fn admin(self) -> Self {
        Self { admin: true, ..self }
    }

    /// Answers a request: `makeWorker`'s `fetch`.
    ///
    /// # Errors
    /// Fails when no response can be made.
    pub async fn fetch(&self, request: Request, env: &Env) -> Result<Response> {
        self.finish(self.route(&request, env).await, &request)
    }

    /// Answers a sync request that a worker with routes of its own has found with [`match_sync_request`]:
    /// `handleSyncRequest`.
    ///
    /// The worker retries requests over HTTP where the platform says that its trouble is temporary, because
    /// an HTTP client whose pull fails once never pulls again. A push that comes twice is stored once.
    ///
    /// # Errors
    /// Fails when no response can be made.
    pub async fn handle(&self, request: Request, sync: &SyncRequest, env: &Env) -> Result<Response> {
        self.finish(self.forward(&request, sync, env).await, &request)
    }

    async fn route(&self, request: &Request, env: &Env) -> Result<Response> {
        if let Some(sync) = match_sync_request(request) {
            return self.forward(request, &sync, env).await;
        }
        if self.is_preflight(request) {
            return preflight();
        }
        if self.admin
            && let Some((store_id, _)) = match_admin_request(request)
        {
            return match self.stub(&store_id, env)? {
                Ok(stub) => stub.pass_on(request).await,
                Err(refusal) => Ok(refusal),
            };
        }
        if request.method() == Method::Get && request.path() == "/" {
            return Ok(Response::ok("Info: Sync backend endpoint for durable-object.")?);
        }
        refuse(400, "Invalid path")
    }

    async fn forward(&self, request: &Request, sync: &SyncRequest, env: &Env) -> Result<Response> {
        if self.is_preflight(request) {
            return preflight();
        }
        if let Err(Refusal(why)) = self.validate.validate(sync, request).await {
            return refuse(400, why);
        }
        let stub = match self.stub(&sync.store_id, env)? {
            Ok(stub) => stub,
            Err(refusal) => return Ok(refusal),
        };
        match sync.transport {
            // The worker would keep the whole body, to send it once more.
            Transport::Http if body_length(request).is_some_and(|length| length > MAX_BODY) => refuse_large(),
            Transport::Http => stub.fetch_idempotent(request).await,
            Transport::WebSocket if request.headers().get("Upgrade")?.as_deref() == Some("websocket") => {
                stub.pass_on(request).await
            }
            Transport::WebSocket => refuse(426, "Durable Object expected Upgrade: websocket"),
        }
    }

    /// Returns the store's object, or the response when there can be none.
    fn stub(&self, store_id: &str, env: &Env) -> Result<Result<RawStub, Response>> {
        if store_id.len() > MAX_STORE_ID_BYTES {
            let message = format!("the storeId is longer than {MAX_STORE_ID_BYTES} bytes");
            return refuse(400, message).map(Err);
        }
        let Ok(namespace) = Namespace::<C>::bound(env, self.binding) else {
            let message = format!(
                "Failed dependency: Required Durable Object binding '{}' not available",
                self.binding
            );
            return refuse(424, message).map(Err);
        };
        namespace.raw_stub(&sys::Address::Name(store_id)).map(Ok)
    }

    fn is_preflight(&self, request: &Request) -> bool {
        self.cors && request.method() == Method::Options
    }

    /// Returns an answer in the form that leaves the worker.
    fn finish(&self, answer: Result<Response>, request: &Request) -> Result<Response> {
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                sys::log_error(&format!("SyncWorker: {error}"));
                refuse(503, "the store cannot be reached, try again later")?
            }
        };
        if !self.cors || response.status_code() == 101 {
            return Ok(response);
        }
        // The headers of a response from another source cannot be changed.
        let headers: Headers = response.headers().entries().collect();
        let wanted = request.headers().get("Access-Control-Request-Headers")?;
        for (name, value) in [
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
            ("Access-Control-Allow-Headers", wanted.as_deref().unwrap_or("*")),
        ] {
            if !headers.has(name)? {
                headers.set(name, value)?;
            }
        }
        Ok(response.with_headers(headers))
    }
}

/// Returns the answer to a browser's preflight request.
fn preflight() -> Result<Response> {
    Ok(Response::empty()?.with_status(204))
}

impl<C: Class, V> fmt::Debug for SyncWorker<C, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncWorker").field("binding", &self.binding).field("cors", &self.cors).finish()
    }
}
