//! What exported objects look like to TypeScript.
//!
//! The contract of an object lists its remote methods with the types of their arguments and results. What
//! these look like in JavaScript is found by deserialising each type from a deserializer that notes what it
//! is asked for, so that serde's traits are all a type needs. It happens natively, in a test that every
//! exported class brings along, and costs the worker nothing.

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

/// The names that generated code uses.
pub mod generated {
    pub use inventory;

    pub use super::describe::{Export, Object, Signature};
    pub use super::write::write;
}
