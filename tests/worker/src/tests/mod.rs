//! What Rust code sees of the objects: these run inside workerd and call them through their stubs.

mod bookmarks;
mod calls;
mod echo;
mod env;
mod environment;
mod errors;
mod locks;
mod migrations;
mod rows;
mod sql;
mod transactions;
mod values;

use durable_object::{Env, Error, Result};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "cloudflare:workers")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = env)]
    static ENV: Env;
}

fn env() -> Env {
    ENV.with(Clone::clone)
}

/// The error that crossed from another object: its name and message.
#[track_caller]
fn remote<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    match result {
        Err(Error::Remote(remote)) => (remote.name, remote.message),
        other => panic!("expected an error of the other object, found {other:?}"),
    }
}
