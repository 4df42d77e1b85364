//! There is no worker in this process, so its environment is empty, but for the database that a test binds.

use wasm_bindgen::JsValue;

use super::Database;
use crate::Env;

/// What the environment has under a name.
pub(crate) fn binding(_env: &Env, _name: &str) -> Option<JsValue> {
    Database::is_bound().then_some(JsValue::UNDEFINED)
}

/// The type of what the environment has.
pub(crate) fn type_name(_value: &JsValue) -> String {
    "D1Database".to_owned()
}
