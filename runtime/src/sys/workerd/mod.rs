//! The real platform: thin bindings to workerd.

mod client;
mod crash;
mod cursor;
mod database;
mod env;
mod error;
mod facet;
mod glue;
mod kv;
mod namespace;
mod object;
mod socket;
mod state;
mod stream;
mod stub;
mod task;
pub(crate) mod test;
mod text;
mod thrown;
mod turn;
mod value;

pub(crate) use client::Client;
pub(crate) use cursor::Cursor;
pub(crate) use database::Database;
pub(crate) use env::{binding, env, type_name};
pub(crate) use error::error_of;
pub(crate) use kv::{Kv, Store};
pub(crate) use namespace::{Address, Namespace};
pub(crate) use object::define;
pub(crate) use socket::{LastWords, Selection, Socket, message};
pub(crate) use state::State;
pub(crate) use stream::{Reader, Writer, channel};
pub(crate) use stub::Stub;
pub use text::Text;
pub(crate) use turn::{handling, spawn, spawn_handler};
pub(crate) use value::{SHELF, from_js, to_js};

use std::time::Duration;

use wasm_bindgen::prelude::*;

/// Returns `value[name]`, or undefined where there is none.
pub(crate) fn property(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Returns the time, in milliseconds since 1970. It stands still within one turn.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
pub(crate) fn now_millis() -> i64 {
    js_sys::Date::now() as i64
}

#[wasm_bindgen]
extern "C" {
    /// Returns a number as text. JavaScript has this code already; std's code is a tenth of a small worker.
    #[wasm_bindgen(js_name = String)]
    pub(crate) fn number_text(number: f64) -> String;

    /// Returns the number in a text. The tables of std for that are larger still.
    #[wasm_bindgen(js_name = Number)]
    pub(crate) fn number(text: &str) -> f64;

    /// Returns a random UUID that cannot be guessed.
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    pub(crate) fn random_uuid() -> String;
}

/// Logs an error whose task has no caller to tell, in the worker's log.
pub(crate) fn log_error(message: &str) {
    worker::console_error!("{message}");
}

/// Returns a random number from 0 to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}

/// Waits. The object stays awake, and serves other events meanwhile.
pub(crate) async fn sleep(duration: Duration) {
    worker::Delay::from(duration).await;
}
