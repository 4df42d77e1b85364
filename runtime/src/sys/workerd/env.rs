//! Looking into the worker's environment.

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

/// The environment that this code runs in.
pub(crate) fn env() -> Env {
    ENV.with(Clone::clone)
}

/// What the worker exports under a name, or undefined where the platform does not say.
pub(super) fn exported(class: &str) -> JsValue {
    EXPORTS.with(|exports| property(exports, class))
}

/// What the environment has under a name.
pub(crate) fn binding(env: &Env, name: &str) -> Option<JsValue> {
    let value = property(env.as_ref(), name);
    (!value.is_undefined()).then_some(value)
}

/// The class of an object, the `typeof` of anything else.
pub(crate) fn type_name(value: &JsValue) -> String {
    let name =
        if value.is_object() { property(&property(value, "constructor"), "name") } else { value.js_typeof() };
    name.as_string().unwrap_or_default()
}
