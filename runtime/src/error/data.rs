//! Values that an error carries.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::{self, Encoded, Tape};

/// A value that does not belong to an isolate, so that its error can be kept and passed on.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// A value of this object.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the platform sends"))]
    Made(Encoded),
    /// The tape of a value from another object.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the platform receives"))]
    Received(Tape),
}

impl Data {
    /// Copies `value`, if it can be copied.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Option<Self> {
        codec::encode(value, None).ok().map(Self::Made)
    }

    /// Returns the received value as a `T`, if it is one.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        match self {
            Self::Received(tape) => codec::decode(tape.clone()).ok(),
            Self::Made(_) => None,
        }
    }
}
