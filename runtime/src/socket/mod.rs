//! WebSockets that hibernate with their object, and TCP connections.
//!
//! Begin with `ctx.accept(&request, &attachment)` in the object's `#[fetch]` method: the [`Accept`] it
//! returns adds tags and answers the request. The methods marked `#[websocket(message)]`, `(close)` and
//! `(error)` then get the [`Socket`], with an [`Attachment`] that survives hibernation. `ctx.sockets()`
//! returns the [`Sockets`] that are open, to send to one or to all of them. [`AutoResponse`] answers pings
//! while the object sleeps.
//!
//! A [`TcpSocket`] is the argument of a `#[connect]` method.
//!
//! ```
//! use durable_object::socket::{Message, Socket};
//! use durable_object::{Ctx, Request, Response, Result, durable_object};
//!
//! /// Passes each message on to everyone else.
//! #[durable_object]
//! pub struct Room {
//!     ctx: Ctx,
//! }
//!
//! #[durable_object]
//! impl Room {
//!     # #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
//!     #[fetch]
//!     fn fetch(&self, request: Request) -> Result<Response> {
//!         self.ctx.accept(&request, &()).response()
//!     }
//!
//!     #[websocket(message)]
//!     fn message(&self, sender: Socket<()>, message: Message) {
//!         self.ctx.sockets().except(&sender).broadcast(message);
//!     }
//! }
//! ```

mod accept;
mod attachment;
mod auto_response;
mod id;
#[expect(clippy::module_inception, reason = "a socket is the noun of this file, too")]
mod socket;
mod sockets;
#[cfg(test)]
mod tests;

pub use accept::{Accept, select_protocol};
pub use attachment::Attachment;
pub use auto_response::AutoResponse;
pub use socket::Socket;
pub(crate) use sockets::Audience;
pub use sockets::Sockets;
/// A TCP connection, which tokio reads and writes.
pub use worker::Socket as TcpSocket;

pub use crate::value::close::Close;
pub use crate::value::message::Message;
