//! Futures in boxes.

use std::pin::Pin;

use crate::Result;

/// A future in a box. It is compiled once, and not into each that awaits it: where nobody awaits it, it is not in the
/// worker's code.
pub(super) type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;
