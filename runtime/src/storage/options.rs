//! What the platform may leave out for an operation on storage to be quicker.

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::codec;

#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) allow_concurrency: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) allow_unconfirmed: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) no_cache: bool,
}

impl Options {
    /// The options as the platform takes them.
    pub(crate) fn to_js(self) -> JsValue {
        codec::to_js(&self).unwrap_or(JsValue::UNDEFINED)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}
