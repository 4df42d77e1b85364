//! Values that an error carries.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value apart from any isolate, so that the error which carries it can be kept and passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Data(String);

impl Data {
    /// A copy of `value`, if it can be copied.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Option<Self> {
        serde_json::to_string(value).ok().map(Self)
    }

    /// The value as a `T`, if it is one.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.0).ok()
    }

    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the platform asks"))]
    pub(crate) fn from_json(text: String) -> Self {
        Self(text)
    }

    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the platform asks"))]
    pub(crate) fn json(&self) -> &str {
        &self.0
    }
}
