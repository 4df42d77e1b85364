//! The derives and the traits together.

mod encodings;
mod fingerprints;
mod tables;
