//! The real platform: thin bindings to workerd, and nothing else.

mod crash;
mod cursor;
mod env;
mod error;
mod glue;
mod object;
mod socket;
mod state;
mod stub;
mod task;
mod text;

pub(crate) use cursor::Cursor;
pub(crate) use env::{binding, type_name};
pub use object::{construct, register};
pub(crate) use socket::Socket;
pub(crate) use state::State;
pub(crate) use stub::{Address, Stub};
pub use text::Text;

use wasm_bindgen::prelude::*;

/// `value[name]`, or undefined where there is none.
fn property(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// The time, as ISO 8601 in UTC with milliseconds. Within one turn it stands still.
pub(crate) fn now_iso() -> String {
    js_sys::Date::new_0().to_iso_string().into()
}

#[wasm_bindgen]
extern "C" {
    /// A number as text. JavaScript can do that already; std's way is a tenth of a small worker.
    #[wasm_bindgen(js_name = String)]
    pub(crate) fn number_text(number: f64) -> String;
}

/// Says what went wrong where nobody waits for an answer: in the worker's log.
pub(crate) fn log_error(message: &str) {
    worker::console_error!("{message}");
}
