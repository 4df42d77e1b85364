//! Write Cloudflare Durable Objects in Rust.
//!
//! A struct and its impl block become a Durable Object class: Rust and JavaScript can call its `#[rpc]`
//! methods, its `#[init]` runs before any event, and its sockets hibernate with their attachments.
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
//!
//! The page of [`#[durable_object]`](macro@durable_object) lists every marker of a method.
//!
//! # The guide
//!
//! The module [`guide`] has the pages of the guide, in reading order. Begin with [its first
//! page](guide::getting_started).
//!
//! # Modules
//!
//! | module | subject |
//! | --- | --- |
//! | [`prelude`] | the names that most objects need, for `use durable_object::prelude::*` |
//! | [`object`] | the object itself: its class, its context, its facets |
//! | [`rpc`] | calls: namespaces, streams, and JavaScript values as they are |
//! | [`error`] | the error type, and errors of your own |
//! | [`env`](mod@env) | bindings, variables and secrets as a struct |
//! | [`storage`] | SQL, rows, migrations, key-value storage, bookmarks |
//! | [`alarm`] | timers, and the platform's alarm |
//! | [`socket`] | hibernating WebSockets, and TCP connections |
//! | [`value`] | dates, JSON, bytes and text |
//! | [`test`](mod@test) | tests inside workerd, and of migrations |
//! | `config` | natively, the test of wrangler's configuration: `config::check("wrangler.toml")` |
#![cfg_attr(
    feature = "livestore",
    doc = "| [`livestore`] | LiveStore: the sync backend, schemas, and the store in an object, with the feature `livestore` |"
)]
#![cfg_attr(
    not(feature = "livestore"),
    doc = "| `livestore` | LiveStore: the sync backend, schemas, and the store in an object, with the feature `livestore` |"
)]
//! | [`guide`] | the guide |
//!
//! Every name is in the module of its subject. The root has the macros and, a second time, the names that
//! stand in the signatures of nearly every object. [`Request`] and [`Response`] are types of the `worker`
//! crate, and are at the root only.
//!
//! # Features
//!
//! No feature is on by default.
//!
//! | feature | it adds |
//! | --- | --- |
//! | `cron` | timers by cron expression: [`Scheduling`](alarm::Scheduling)`::cron` |
//! | `d1` | D1 databases as bindings: `worker::D1Database` |
//! | `livestore` | LiveStore: the sync backend, schemas, and the store in an object |
//! | `queue` | queues to send to as bindings: `worker::Queue` |
//! | `sqlite` | SQLite in native tests, which `test::check_migrations` needs. It takes a C compiler, and about two minutes for its first build |

// docs.rs names the feature of each item.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    any(not(feature = "livestore"), all(not(feature = "sqlite"), not(target_arch = "wasm32"))),
    allow(dead_code, unused_imports, reason = "a feature uses more of the crate than is public so far")
)]

// The macros name the crate from outside; so must the objects it defines itself.
extern crate self as durable_object;

pub mod alarm;
mod codec;
#[cfg(not(target_arch = "wasm32"))]
pub mod config;
mod crossing;
pub mod env;
pub mod error;
#[cfg(any(doc, doctest))]
pub mod guide;
#[cfg(feature = "livestore")]
pub mod livestore;
mod macros;
pub mod object;
mod request;
pub mod rpc;
pub mod socket;
pub mod storage;
mod sys;
pub mod test;
#[cfg(not(target_arch = "wasm32"))]
mod typescript;
pub mod value;

pub use env::{Env, FromEnv};
pub use error::{Error, Result, RpcError};
pub use macros::{durable_object, export_object, migrations, part};
pub use object::{Class, Ctx};
pub use request::RequestExt;
pub use rpc::Namespace;
pub use socket::{Message, Socket};
pub use storage::{FromRow, Sql};
pub use value::{Date, Json};
pub use worker::{Request, Response, console_error, console_log, console_warn};

/// The names that most objects need: `use durable_object::prelude::*;`.
///
/// It has the names of the crate's root, and those that handlers with an alarm, a socket or an error of their
/// own take.
///
/// ```
/// use durable_object::prelude::*;
///
/// /// Says hello.
/// #[durable_object]
/// pub struct Greeter;
///
/// #[durable_object]
/// impl Greeter {
///     #[init]
///     fn init(_ctx: Ctx) -> Self {
///         Self
///     }
///
///     #[fetch]
///     fn fetch(&self, _request: Request) -> Result<Response> {
///         Ok(Response::ok("hello")?)
///     }
/// }
/// ```
pub mod prelude {
    pub use crate::alarm::AlarmInfo;
    pub use crate::env::Secret;
    pub use crate::error::CallError;
    pub use crate::rpc::Stream;
    pub use crate::socket::{Close, Sockets};
    pub use crate::storage::Migration;
    pub use crate::{
        Class, Ctx, Date, Env, Error, FromEnv, FromRow, Json, Message, Namespace, Request, RequestExt,
        Response, Result, RpcError, Socket, Sql, console_error, console_log, console_warn, durable_object,
        export_object, migrations, params,
    };
}

/// The names that generated code uses. They are not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use js_sys;
    pub use serde;
    pub use wasm_bindgen;
    pub use worker;

    pub use crate::alarm::generated::*;
    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::config::generated::*;
    pub use crate::env::generated::*;
    pub use crate::error::generated::*;
    pub use crate::object::generated::*;
    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::typescript::generated as typescript;
}
