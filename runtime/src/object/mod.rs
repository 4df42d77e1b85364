//! The object itself: what it declares, how it lives, and how others call it.

mod args;
mod class;
mod contract;
mod ctx;
mod current;
mod host;
mod stub;
mod transfer;

pub use args::{Args, Arguments};
pub use class::Class;
pub use contract::{Contract, Declared, IntoFetchReply, IntoHandlerReply, IntoInit, Reply};
pub use ctx::Ctx;
pub use host::{Exclusive, Host, Shared};
pub use stub::{Answer, RawStub};
pub use transfer::{Failure, Transfer};
