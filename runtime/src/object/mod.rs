//! The object itself: its declaration, its life, and the calls of others.

mod args;
mod class;
mod contract;
mod ctx;
mod facet;
mod framing;
mod host;
mod js;
mod namespace;
mod part;
mod retry;
mod start;
mod streaming;
mod stub;
mod timers;
mod transfer;

pub use args::{Args, Arguments, Closing};
pub use class::Class;
#[cfg(not(target_arch = "wasm32"))]
pub use class::export;
pub use contract::{Contract, Declared, HasCtx, IntoFetchReply, IntoHandlerReply, IntoInit, Reply};
pub use ctx::Ctx;
pub use facet::Facet;
pub use host::{Exclusive, Host, Shared};
pub use js::Js;
pub(crate) use namespace::declaration;
pub use namespace::{Jurisdiction, LocationHint, Namespace};
pub use part::{Part, PartContext, call_part, check as check_parts, run_part};
pub use start::{construct, register};
pub use streaming::{Opening, Streaming};
pub use stub::{Answer, RawStub};
pub use timers::schedule;
pub use transfer::Transfer;
