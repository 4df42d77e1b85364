//! The environment of this process. Without a worker it is empty, except for the database that a test binds.

use wasm_bindgen::JsValue;

use super::Database;
use crate::Env;

/// Returns the value that the environment has under a name.
pub(crate) fn binding(_env: &Env, _name: &str) -> Option<JsValue> {
    Database::is_bound().then_some(JsValue::UNDEFINED)
}

/// Returns the type of a value of the environment.
pub(crate) fn type_name(_value: &JsValue) -> String {
    "D1Database".to_owned()
}
