//! Values that an error carries.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::{self, Message, Tape};

/// A value apart from any isolate, so that the error which carries it can be kept and passed on.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// What this object says.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the platform sends"))]
    Made(Message),
    /// What another one said: its tape.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the platform receives"))]
    Received(Tape),
}

impl Data {
    /// A copy of `value`, if it can be copied.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Option<Self> {
        codec::encode(value, None).ok().map(Self::Made)
    }

    /// What was received, as a `T`, if it is one.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        match self {
            Self::Received(tape) => codec::decode(tape.clone()).ok(),
            Self::Made(_) => None,
        }
    }
}
