//! The platform's services as bindings.

use wasm_bindgen::JsCast;
use worker::EnvBinding;

use super::binding::{Binding, Bound};
use super::kind::{Kind, OBJECTS_TABLE};
use super::unmet::Flaw;
use crate::object::Class;
use crate::rpc::Namespace;
use crate::sys;

#[diagnostic::do_not_recommend]
impl<C: Class> Binding for Namespace<C> {
    const KIND: Kind = Kind::table(
        "a namespace of durable objects",
        OBJECTS_TABLE,
        "name",
        if C::EXPORTED {
            &[("class_name", C::NAME)]
        } else {
            &[("class_name", C::NAME), ("script_name", "…")]
        },
    )
    .of_type(worker::ObjectNamespace::TYPE_NAME);

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Self::bound(bound.env(), bound.name()).map_err(|error| Flaw::Unreadable(error.to_string()))
    }
}

#[diagnostic::do_not_recommend]
impl Binding for worker::KvStore {
    const KIND: Kind =
        Kind::table("a KV namespace", "[[kv_namespaces]]", "binding", &[("id", "…")]).of_type("KvNamespace");

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Self::from_this(bound.env(), bound.name()).map_err(|error| Flaw::Unreadable(error.to_string()))
    }
}

/// A D1 database, for all types that use one.
const DATABASE: Kind = Kind::table(
    "a D1 database",
    "[[d1_databases]]",
    "binding",
    &[("database_name", "…"), ("database_id", "…")],
)
.of_type("D1Database");

impl Binding for sys::Database {
    const KIND: Kind = DATABASE;

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Self::wrap(bound.into_value()).map_err(Flaw::Unreadable)
    }
}

/// Implements the bindings that `worker` makes of any value of the right type.
macro_rules! services {
    ($($(#[$feature:meta])? $ty:ident = $kind:expr;)*) => {
        $(
            $(#[$feature])?
            #[diagnostic::do_not_recommend]
            impl Binding for worker::$ty {
                const KIND: Kind = $kind;

                fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
                    Ok(bound.into_value().unchecked_into())
                }
            }
        )*
    };
}

// The bindings without a type have one class after deployment, and another under `wrangler dev`.
services! {
    Ai = Kind::table("Workers AI", "[ai]", "binding", &[]).of_type(Self::TYPE_NAME);
    AnalyticsEngineDataset = Kind::table(
        "a dataset of the Analytics Engine", "[[analytics_engine_datasets]]", "binding", &[("dataset", "…")],
    );
    Bucket = Kind::table("an R2 bucket", "[[r2_buckets]]", "binding", &[("bucket_name", "…")])
        .of_type(Self::TYPE_NAME);
    #[cfg(feature = "d1")]
    D1Database = DATABASE;
    DynamicDispatcher = Kind::table(
        "a dispatch namespace", "[[dispatch_namespaces]]", "binding", &[("namespace", "…")],
    );
    Fetcher = Kind::table("another worker", "[[services]]", "binding", &[("service", "…")])
        .of_type(Self::TYPE_NAME);
    Hyperdrive = Kind::table("a Hyperdrive configuration", "[[hyperdrive]]", "binding", &[("id", "…")])
        .of_type(Self::TYPE_NAME);
    #[cfg(feature = "queue")]
    Queue = Kind::table("a queue to send to", "[[queues.producers]]", "binding", &[("queue", "…")])
        .of_type(Self::TYPE_NAME);
    RateLimiter = Kind::table(
        "a rate limiter", "[[ratelimits]]", "name",
        &[("namespace_id", "…"), ("simple", "{ limit = 100, period = 60 }")],
    )
    .of_type(Self::TYPE_NAME);
    SecretStore = Kind::table(
        "a secret of the Secrets Store", "[[secrets_store_secrets]]", "binding",
        &[("store_id", "…"), ("secret_name", "…")],
    )
    .of_type(Self::TYPE_NAME);
    SendEmail = Kind::table("a sender of e-mail", "[[send_email]]", "name", &[]);
    WorkerVersionMetadata = Kind::table("the worker's version", "[version_metadata]", "binding", &[]);
}
