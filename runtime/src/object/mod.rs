//! The object itself: its class, its context, and the objects within it.
//!
//! Begin with [`Ctx`], which `#[init]` gets: it leads to the object's id, storage, sockets and alarm.
//! [`Class`] is the trait of every exported class, and finds its objects. [`Facet`] is an object inside
//! another one. The modules [`rpc`](crate::rpc), [`storage`](crate::storage), [`socket`](crate::socket) and
//! [`alarm`](crate::alarm) have the rest.
//!
//! ```
//! use durable_object::object::{Class, Ctx};
//! use durable_object::{Env, Result, durable_object};
//!
//! /// Knows its own name.
//! #[durable_object]
//! pub struct Parrot {
//!     ctx: Ctx,
//! }
//!
//! #[durable_object]
//! impl Parrot {
//!     #[init]
//!     fn init(ctx: Ctx) -> Self {
//!         Self { ctx }
//!     }
//!
//!     /// Returns the name by which the caller found it.
//!     #[rpc]
//!     pub fn introduce(&self) -> Option<String> {
//!         self.ctx.name()
//!     }
//! }
//!
//! async fn ask(env: &Env) -> Result<Option<String>> {
//!     Parrot::named(env, "Polly")?.introduce().await
//! }
//! ```

mod args;
mod class;
mod contract;
mod ctx;
mod facet;
mod framing;
mod host;
pub(crate) mod js;
mod names;
pub(crate) mod namespace;
mod part;
mod retry;
mod start;
pub(crate) mod streaming;
mod stub;
mod timers;
mod transfer;

pub use class::Class;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) use class::export;
pub use ctx::Ctx;
pub use facet::Facet;
pub(crate) use namespace::declaration;
pub use part::{Part, PartContext};
pub(crate) use streaming::Body;
pub(crate) use stub::RawStub;
/// A container, which [`Ctx::container`] returns.
pub use worker::Container;

/// The names that generated code uses.
pub(crate) mod generated {
    pub use super::args::{ArgsReader, ArgsWriter, Closing};
    #[cfg(not(target_arch = "wasm32"))]
    pub use super::class::export;
    pub use super::contract::{
        Contract, Declared, HasCtx, HasTimers, IntoFetchReply, IntoHandlerReply, IntoInit, PartFuture, Reply,
    };
    pub use super::host::{Exclusive, Host, Shared};
    pub use super::names::check as check_parts;
    pub use super::part::{Part, PartCall, PartContext, PartMethod, call_part, run_part};
    pub use super::start::{construct, register};
    pub use super::streaming::Opening;
    pub use super::stub::{Answer, RawStub};
    pub use super::timers::schedule;
    pub use super::transfer::Transfer;
}
