//! What exported objects look like to TypeScript.
//!
//! The contract of an object lists its remote methods with the types of their arguments and results. What
//! these look like in JavaScript is found by deserialising each type from a deserializer that notes what it is
//! asked for, so that serde's traits are all a type needs. It happens natively, in a test that every exported
//! class brings along, and costs the worker nothing.

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

pub use describe::{ErrorShape, Export, Object, Signature};
pub use inventory;
pub use shape::Shape;
pub use types::Types;
pub use write::write;
