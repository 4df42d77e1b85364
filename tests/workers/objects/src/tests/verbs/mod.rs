//! The verbs of tests.

mod alarms;
mod memory;
mod sockets;
