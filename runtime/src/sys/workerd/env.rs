//! Access to the worker's environment.

use wasm_bindgen::prelude::*;

use super::property;
use crate::Env;

#[wasm_bindgen(module = "cloudflare:workers")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = env)]
    static ENV: Env;

    #[wasm_bindgen(thread_local_v2, js_name = exports)]
    static EXPORTS: JsValue;
}

/// Returns the environment in which this code runs.
pub(crate) fn env() -> Env {
    ENV.with(Clone::clone)
}

/// Returns the worker's export with this name, or undefined where the platform does not list the exports.
pub(super) fn exported(class: &str) -> JsValue {
    EXPORTS.with(|exports| property(exports, class))
}

/// Returns the value that the environment has under a name.
pub(crate) fn binding(env: &Env, name: &str) -> Option<JsValue> {
    let value = property(env.as_ref(), name);
    (!value.is_undefined()).then_some(value)
}

/// Returns the class of an object, or the `typeof` of another value.
pub(crate) fn type_name(value: &JsValue) -> String {
    let name =
        if value.is_object() { property(&property(value, "constructor"), "name") } else { value.js_typeof() };
    name.as_string().unwrap_or_default()
}
