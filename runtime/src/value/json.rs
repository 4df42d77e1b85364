//! Values whose source holds JSON.

use std::ops::Deref;

/// A structured value from a source that has only text and numbers: a variable of the environment that is a
/// table, array, number or boolean, or a SQL column that holds JSON text.
///
/// A `NULL` column is read as JSON's `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
