//! What tests can do with objects beside calling them.

mod alarms;
mod memory;
mod sockets;
