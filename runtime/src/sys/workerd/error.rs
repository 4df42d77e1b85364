//! The conversion of errors to JavaScript and back.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::thrown::message_of;
use super::{glue, property, value};
use crate::error::{Data, RemoteError};
use crate::{Error, codec};

/// The properties with which the platform describes the way of an error. It sets them anew for each further
/// call.
const WAY: [&str; 5] = ["remote", "retryable", "overloaded", "durableObjectReset", "durableObjectId"];

/// The number of causes kept of an error, each the cause of the one before. Some errors are their own cause.
const CAUSES: usize = 8;

/// Returns an error in the form that JavaScript callers get.
pub(super) fn to_js(error: &Error) -> JsValue {
    // The error of `#[init]` has its own name, but keeps the message of its cause.
    let said = if let Error::Init(why) = error { why } else { error };
    match said {
        Error::Application(application) => {
            let properties = Array::new();
            add(&properties, "code", Some(application.code.into()));
            add(&properties, "data", application.data.as_ref().and_then(data_to_js));
            glue::throwable(error.name(), &application.message, &properties)
        }
        Error::Remote(remote) => remote_to_js(error.name(), remote),
        other => glue::throwable(error.name(), &other.to_string(), &Array::new()),
    }
}

fn remote_to_js(name: &str, remote: &RemoteError) -> JsValue {
    let properties = Array::new();
    for (name, data) in &remote.properties {
        add(&properties, name, data_to_js(data));
    }
    add(&properties, "cause", remote.cause.as_ref().map(|cause| remote_to_js(&cause.name, cause)));
    // These two also help the next caller: one for temporary trouble, one for overload, which retries make
    // worse.
    add(&properties, "retryable", remote.retryable.then_some(JsValue::TRUE));
    add(&properties, "overloaded", remote.overloaded.then_some(JsValue::TRUE));
    glue::throwable(name, &remote.message, &properties)
}

/// Adds a property, if it has a value.
fn add(properties: &Array, name: &str, value: Option<JsValue>) {
    if let Some(value) = value {
        properties.push(&Array::of2(&JsValue::from_str(name), &value));
    }
}

/// Converts a JavaScript error.
pub(crate) fn error_of(thrown: impl Into<JsValue>) -> Error {
    from_js(&thrown.into())
}

/// Converts an error of another object, or of the platform on the way to it.
pub(super) fn from_js(thrown: &JsValue) -> Error {
    Error::Remote(remote(thrown, CAUSES))
}

fn remote(thrown: &JsValue, causes: usize) -> RemoteError {
    let flag = |name| property(thrown, name).is_truthy();
    let cause = property(thrown, "cause");
    RemoteError {
        name: property(thrown, "name").as_string().unwrap_or_else(|| "Error".to_owned()),
        message: message_of(thrown),
        code: property(thrown, "code").as_string(),
        retryable: flag("retryable"),
        overloaded: flag("overloaded"),
        remote: flag("remote"),
        durable_object_reset: flag("durableObjectReset"),
        cause: (causes > 0 && cause.is_instance_of::<js_sys::Error>())
            .then(|| Box::new(remote(&cause, causes - 1))),
        properties: own_properties(thrown),
    }
}

/// Returns the error's own properties, as far as they are data.
fn own_properties(thrown: &JsValue) -> Vec<(String, Data)> {
    let names = glue::keys(thrown).unwrap_or_default().into_iter();
    names
        .filter(|name| name != "name" && !WAY.contains(&name.as_str()))
        .filter_map(|name| {
            let tape = value::from_js(&property(thrown, &name)).ok()?;
            Some((name, Data::Received(tape)))
        })
        .collect()
}

/// Returns the value that an error carries, if it can be copied.
fn data_to_js(data: &Data) -> Option<JsValue> {
    match data {
        Data::Made(message) => value::to_js(message).ok(),
        Data::Received(tape) => value::to_js(&codec::pass(tape).ok()?).ok(),
    }
}
