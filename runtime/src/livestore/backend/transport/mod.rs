//! How clients reach a store.
//!
//! A transport reads requests, has the store decide them, and writes the answers.

pub(super) mod http;
mod push;
pub(super) mod rpc;
pub(super) mod ws;
