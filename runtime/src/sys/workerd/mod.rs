//! The real platform: thin bindings to workerd, and nothing else.

mod crash;
mod cursor;
mod env;
mod error;
mod glue;
mod namespace;
mod object;
mod socket;
mod state;
mod stream;
mod stub;
mod task;
mod text;

pub(crate) use cursor::Cursor;
pub(crate) use env::{binding, type_name};
pub(crate) use namespace::{Address, Namespace};
pub use object::{construct, register};
pub(crate) use socket::Socket;
pub(crate) use state::State;
pub(crate) use stream::{Reader, Writer, channel};
pub(crate) use stub::Stub;
pub use text::Text;

use std::time::Duration;

use wasm_bindgen::JsValue;

/// `value[name]`, or undefined where there is none.
fn property(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// The time, as ISO 8601 in UTC with milliseconds. Within one turn it stands still.
pub(crate) fn now_iso() -> String {
    js_sys::Date::new_0().to_iso_string().into()
}

/// Says what went wrong where nobody waits for an answer: in the worker's log.
pub(crate) fn log_error(message: &str) {
    worker::console_error!("{message}");
}

/// A random number from 0 to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}

/// Waits. The object stays awake, and serves others meanwhile.
pub(crate) async fn sleep(duration: Duration) {
    worker::Delay::from(duration).await;
}

/// Runs a task that nobody waits for.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    js_sys::futures::spawn_local(task);
}
