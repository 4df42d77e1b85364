//! Errors on their way to JavaScript and back.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::{glue, property, value};
use crate::error::{Data, RemoteError};
use crate::{Error, codec};

/// What the platform says of the way on which an error came, and says anew of every further one.
const WAY: [&str; 5] = ["remote", "retryable", "overloaded", "durableObjectReset", "durableObjectId"];

/// An error as JavaScript callers get it.
pub(super) fn to_js(error: &Error) -> JsValue {
    let properties = Array::new();
    let own = |name: &str, value: JsValue| {
        properties.push(&Array::of2(&JsValue::from_str(name), &value));
    };
    match error {
        Error::Application(application) => {
            own("code", application.code.into());
            if let Some(data) = &application.data {
                own("data", data_to_js(data));
            }
            glue::throwable(application.name, &application.message, &properties)
        }
        Error::Remote(remote) => {
            for (name, data) in &remote.properties {
                own(name, data_to_js(data));
            }
            // What helps the next caller as well: the trouble that passes, and the one that retries make worse.
            for (name, flag) in [("retryable", remote.retryable), ("overloaded", remote.overloaded)] {
                if flag {
                    own(name, JsValue::TRUE);
                }
            }
            glue::throwable(&remote.name, &remote.message, &properties)
        }
        other => glue::throwable(other.name(), &other.to_string(), &properties),
    }
}

/// What another object, or the platform on the way to it, threw.
pub(super) fn from_js(thrown: &JsValue) -> Error {
    let flag = |name| property(thrown, name).is_truthy();
    Error::Remote(RemoteError {
        name: property(thrown, "name").as_string().unwrap_or_else(|| "Error".to_owned()),
        message: message_of(thrown),
        code: property(thrown, "code").as_string(),
        retryable: flag("retryable"),
        overloaded: flag("overloaded"),
        remote: flag("remote"),
        durable_object_reset: flag("durableObjectReset"),
        properties: own_properties(thrown),
    })
}

/// The properties that an error itself has, as far as they are data.
fn own_properties(thrown: &JsValue) -> Vec<(String, Data)> {
    let Some(object) = thrown.dyn_ref::<Object>() else { return Vec::new() };
    let names = Object::keys(object);
    let names = names.iter().filter_map(|name| name.as_string());
    names
        .filter(|name| name != "name" && !WAY.contains(&name.as_str()))
        .filter_map(|name| {
            let tape = value::from_js(&property(thrown, &name)).ok()?;
            Some((name, Data::Received(tape)))
        })
        .collect()
}

fn data_to_js(data: &Data) -> JsValue {
    let built = match data {
        Data::Made(message) => value::to_js(message),
        Data::Received(tape) => {
            codec::pass(tape).map_err(|why| why.to_string()).and_then(|message| value::to_js(&message))
        }
    };
    built.unwrap_or(JsValue::UNDEFINED)
}

/// The text of whatever JavaScript threw.
pub(super) fn message_of(thrown: &JsValue) -> String {
    property(thrown, "message")
        .as_string()
        .or_else(|| thrown.as_string())
        .unwrap_or_else(|| format!("{thrown:?}"))
}
