//! There is no worker in this process, so its environment is empty.

use wasm_bindgen::JsValue;

use crate::Env;

/// What the environment has under a name.
pub(crate) fn binding(_env: &Env, _name: &str) -> Option<JsValue> {
    None
}

/// The type of what no environment has.
pub(crate) fn type_name(_value: &JsValue) -> String {
    String::new()
}
