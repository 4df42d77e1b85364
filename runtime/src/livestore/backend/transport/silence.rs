//! Sockets whose clients wait for a pull that nobody serves.
//!
//! After a ping timeout an official client connects again and goes on as if its requests were still under way. Over
//! the new socket it sends pings, which do not reach the object, and possibly nothing else for ever. A closed socket
//! makes it start over.

use std::time::Duration;

use super::subscription::Connection;
use crate::{Socket, sys};

/// How long a client may take to pull: official ones do as soon as their socket is open.
const PATIENCE: Duration = Duration::from_secs(5);

/// Service restart, RFC 6455's registry.
const SERVICE_RESTART: u16 = 1012;

/// Closes a new socket if its client does not pull soon.
pub(crate) fn watch(socket: Socket<Connection>) {
    sys::spawn(async move {
        sys::sleep(PATIENCE).await;
        // One that cannot be read or closed is gone.
        if socket.attachment().is_ok_and(|connection| !connection.needs_no_pull()) {
            let _ = socket.close(SERVICE_RESTART, "pull again");
        }
    });
}
