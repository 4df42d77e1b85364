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

#![cfg_attr(
    any(not(feature = "livestore"), all(not(feature = "sqlite"), not(target_arch = "wasm32"))),
    allow(dead_code, unused_imports, reason = "a feature uses more of the crate than is public so far")
)]

// The macros name the crate from outside; so must the objects it defines itself.
extern crate self as durable_object;

mod alarm;
mod codec;
mod crossing;
mod env;
mod error;
#[cfg(feature = "livestore")]
pub mod livestore;
mod macros;
mod object;
mod socket;
mod storage;
mod sys;
pub mod test;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod typescript;
mod value;

pub use alarm::{Alarm, AlarmInfo, Recurrence, Schedule, Scheduling, Timer, TimerId, TimerState, When};
pub use env::{FromEnv, Secret};
pub use error::{
    ApplicationError, CallError, Error, IntoError, MigrationError, RemoteError, Result, RpcError,
};
pub use futures_core::Stream;
pub use macros::{FromEnv, FromRow, RpcError, durable_object, export_object, migrations, part};
pub use object::{
    Class, Ctx, Facet, Js, Jurisdiction, LocationHint, Namespace, Part, PartContext, Streaming,
};
pub use socket::{Accept, Attachment, AutoResponse, Socket, Sockets, select_protocol};
pub use storage::{
    Bookmark, Bookmarks, Chunked, Entries, FromRow, FromSql, Kv, List, Meter, Migration, Outcome, Params,
    Query, Row, Sql, Storage, ToSql, Transaction,
};
pub use value::{Blob, Close, ConversionError, Date, Json, Message, Text, Value};
/// A TCP connection, which tokio reads and writes.
pub use worker::Socket as TcpSocket;
pub use worker::{Container, Env, Request, Response, console_error, console_log, console_warn};

/// Kinds of bindings beyond those that this crate knows.
pub mod binding {
    pub use crate::env::{Binding, Bound, Flaw, Kind};
}

/// What most objects need: `use durable_object::prelude::*;`.
pub mod prelude {
    pub use crate::{
        AlarmInfo, CallError, Class, Close, Ctx, Date, Env, Error, FromEnv, FromRow, Json, Message,
        Migration, Namespace, Request, Response, Result, RpcError, Secret, Socket, Sockets, Sql, Stream,
        console_error, console_log, console_warn, durable_object, export_object, migrations, params,
    };
}

/// What the generated code uses. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::alarm::{Group, Method, Payload, PayloadReader, unknown};
    pub use crate::env::BindingReader;
    pub use crate::error::{Failure, Fallible};
    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::object::export;
    pub use crate::object::{
        Answer, Args, Arguments, Closing, Contract, Declared, Exclusive, HasCtx, Host, IntoFetchReply,
        IntoHandlerReply, IntoInit, Opening, Part, PartContext, RawStub, Reply, Shared, Transfer, call_part,
        check_parts, construct, register, run_part, schedule,
    };
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
    #[doc = include_str!("../../docs/crashes.md")]
    struct Crashes;
    #[doc = include_str!("../../docs/durable-object-api.md")]
    struct DurableObjectApi;
    #[doc = include_str!("../../docs/env.md")]
    struct Env;
    #[doc = include_str!("../../docs/key-value.md")]
    struct KeyValue;
    #[doc = include_str!("../../docs/objects.md")]
    struct Objects;
    #[doc = include_str!("../../docs/sql.md")]
    struct Sql;
    #[doc = include_str!("../../docs/sync-backend.md")]
    struct SyncBackend;
    #[doc = include_str!("../../docs/sync-failures.md")]
    struct SyncFailures;
    #[doc = include_str!("../../docs/websockets.md")]
    struct WebSockets;
}
