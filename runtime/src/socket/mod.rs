//! WebSockets that hibernate with their object.

mod accept;
mod attachment;
mod message;
mod sockets;

pub use accept::Accept;
pub use attachment::Attachment;
pub use message::{Close, Message};
pub use sockets::{Socket, Sockets};
