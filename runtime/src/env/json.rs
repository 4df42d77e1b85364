//! Variables that are more than text.

use std::ops::Deref;

/// A variable with structure: a table, array, number or boolean under `[vars]`, read as a `T`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
