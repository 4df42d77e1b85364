//! Values as the JSON of Effect's Schema.

mod decode;
mod encode;
mod passed;

pub(super) use decode::decode;
pub(super) use encode::{Encoder, Refusal};
pub(in crate::livestore) use passed::Passed;
