//! Guarantees that the platform may skip to make an operation on storage faster.

use serde::Serialize;

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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(crate) fn is_false(value: &bool) -> bool {
    !value
}
