//! Values whose JSON in Effect's Schema is not the one of serde.

mod base64;
mod big_int;
mod duration;
mod millis;
mod pairs;
mod tagged_option;

pub use base64::Base64;
pub use big_int::BigInt;
pub use duration::{DurationMillis, TaggedDuration};
pub use millis::Millis;
pub use pairs::Pairs;
pub use tagged_option::TaggedOption;
