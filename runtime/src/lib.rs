//! Write Cloudflare Durable Objects in Rust.
//!
//! A struct and its impl block become a Durable Object class: its `#[rpc]` methods are callable from Rust
//! and JavaScript, its `#[init]` runs before any event, its sockets hibernate with their attachments.
//!
//! ```
//! use durable_object::prelude::*;
//!
//! /// Counts.
//! #[durable_object]
//! pub struct Counter {
//!     ctx: Ctx,
//! }
//!
//! #[durable_object]
//! impl Counter {
//!     #[init]
//!     fn init(ctx: Ctx) -> Result<Self> {
//!         ctx.sql().execute("CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)", ())?;
//!         Ok(Self { ctx })
//!     }
//!
//!     /// Adds `by` and gives the new total.
//!     #[rpc]
//!     pub fn increment(&self, by: i64) -> Result<i64> {
//!         let add = "INSERT INTO n VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET v = v + ?1 RETURNING v";
//!         self.ctx.sql().query(add, (by,))?.one()
//!     }
//! }
//!
//! async fn count(env: &Env) -> Result<i64> {
//!     Counter::named(env, "global")?.increment(5).await
//! }
//! ```

// The macros name the crate from outside; so must the objects it defines itself.
extern crate self as durable_object;

mod alarm;
mod codec;
mod date;
mod env;
mod error;
pub mod livestore;
mod object;
mod socket;
mod storage;
mod sys;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod typescript;

pub use alarm::{Alarm, AlarmInfo, Recurrence, Schedule, Scheduling, Timer, TimerId, TimerState, When};
pub use date::Date;
/// Implements [`FromEnv`](trait@FromEnv) for a struct whose fields are bindings.
///
/// A field's type says what its binding is: `Namespace<Class>`, `String`, [`Json`], [`Secret`], `worker`'s
/// `KvStore`, `Bucket`, `Fetcher`, `D1Database` (feature `d1`) and `Queue` (feature `queue`), or an
/// `Option` of any of them for one that may be missing. The binding has the field's name in upper case, or
/// the one in `#[binding(name = "…")]`.
///
/// ```
/// use durable_object::prelude::*;
///
/// #[derive(FromEnv)]
/// struct Bindings {
///     greeting: Option<String>,
///     #[binding(name = "TOKEN")]
///     api_key: Secret,
/// }
///
/// fn greeting(env: &Env) -> Result<String> {
///     Ok(Bindings::from_env(env)?.greeting.unwrap_or_else(|| "Hello".to_owned()))
/// }
/// ```
pub use durable_object_macros::FromEnv;
pub use durable_object_macros::{RpcError, durable_object, export_object};
pub use env::{FromEnv, Json, Secret};
pub use error::{ApplicationError, CallError, Error, RemoteError, Result, RpcError};
pub use futures_core::Stream;
pub use object::{Class, Ctx, Js, Jurisdiction, LocationHint, Namespace, Streaming};
pub use socket::{Accept, Attachment, Close, Message, Socket, Sockets};
pub use storage::{Blob, FromRow, FromSql, Params, Query, Row, Sql, ToSql, Value};
pub use sys::Text;
pub use worker::{Context, Env, Request, Response};

/// What most objects need: `use durable_object::prelude::*;`.
pub mod prelude {
    pub use crate::{
        AlarmInfo, CallError, Class, Close, Context, Ctx, Env, Error, FromEnv, Json, Message, Namespace,
        Request, Response, Result, RpcError, Secret, Socket, Sql, durable_object, export_object,
    };
}

/// What the generated code uses. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::alarm::{Method, Payload, PayloadReader, recover, unknown};
    pub use crate::env::{Binding, BindingReader};
    pub use crate::error::Failure;
    pub use crate::object::{
        Answer, Args, Arguments, Contract, Declared, Exclusive, HasCtx, Host, IntoFetchReply,
        IntoHandlerReply, IntoInit, Opening, RawStub, Reply, Shared, Transfer,
    };
    pub use crate::sys::{construct, register};
    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::typescript;
    pub use js_sys;
    pub use serde;
    pub use wasm_bindgen;
    pub use worker;
}

/// The examples of the guides compile with every test run.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/alarms.md")]
    struct Alarms;
    #[doc = include_str!("../../docs/env.md")]
    struct Env;
    #[doc = include_str!("../../docs/sync-backend.md")]
    struct SyncBackend;
}
