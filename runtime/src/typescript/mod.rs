//! The declarations of exported objects for TypeScript.
//!
//! The contract of an object lists its remote methods with the types of their arguments and results. To find
//! the form of a type in JavaScript, this module deserialises the type from a deserializer that notes what
//! the type asks for. So a type needs only serde's traits. This happens natively, in a test that every
//! exported class adds, and costs the worker nothing.

mod access;
mod attempts;
mod describe;
mod fields;
mod guess;
mod refusal;
mod render;
mod sample;
mod shape;
mod tagged;
#[cfg(test)]
mod tests;
mod tracer;
mod types;
mod write;

pub(crate) use describe::{ErrorShape, Export, Object};
pub(crate) use shape::Shape;
pub(crate) use types::Types;
pub(crate) use write::{replace, write};

/// The names that generated code uses.
pub mod generated {
    pub use super::describe::{Export, Object, Signature};
}
