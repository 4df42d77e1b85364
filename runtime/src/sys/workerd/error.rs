//! Errors on their way to JavaScript and back.

use wasm_bindgen::JsValue;

use super::property;
use crate::Error;
use crate::error::RemoteError;

/// An error as JavaScript callers get it.
pub(super) fn to_js(error: &Error) -> JsValue {
    let message = error.to_string();
    if matches!(error, Error::Argument { .. }) {
        return js_sys::TypeError::new(&message).into();
    }
    let (name, message) = match error {
        Error::Remote(remote) => (remote.name.as_str(), remote.message.as_str()),
        other => (other.name(), message.as_str()),
    };
    let js = js_sys::Error::new(message);
    js.set_name(name);
    js.into()
}

/// What another object, or the platform on the way to it, threw.
pub(super) fn from_js(thrown: &JsValue) -> Error {
    let flag = |name| property(thrown, name).is_truthy();
    Error::Remote(RemoteError {
        name: property(thrown, "name").as_string().unwrap_or_else(|| "Error".to_owned()),
        message: message_of(thrown),
        retryable: flag("retryable"),
        overloaded: flag("overloaded"),
        remote: flag("remote"),
        durable_object_reset: flag("durableObjectReset"),
    })
}

/// The text of whatever JavaScript threw.
pub(super) fn message_of(thrown: &JsValue) -> String {
    property(thrown, "message")
        .as_string()
        .or_else(|| thrown.as_string())
        .unwrap_or_else(|| format!("{thrown:?}"))
}
