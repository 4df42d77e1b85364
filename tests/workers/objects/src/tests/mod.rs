//! The objects as Rust code sees them: these tests run inside workerd, and call the objects through their
//! stubs.

mod bookmarks;
mod calls;
mod connections;
mod corpus;
mod echo;
mod env;
mod environment;
mod errors;
mod facets;
mod former;
mod kv;
mod legacy;
mod locks;
mod migrations;
mod reference;
mod rows;
mod sql;
mod transactions;
mod unread;
mod values;
mod verbs;

use durable_object::test::env;
use durable_object::{Error, Result};

/// The error that crossed from another object: its name and message.
#[track_caller]
fn remote<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    match result {
        Err(Error::Remote(remote)) => (remote.name, remote.message),
        other => panic!("expected an error of the other object, found {other:?}"),
    }
}
