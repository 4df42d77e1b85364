//! WebSockets that hibernate with their object.

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
