//! Futures in boxes.

use std::pin::Pin;

use crate::Result;

/// A boxed future. It is compiled once, and not into each future that awaits it. If no code awaits it, the
/// worker does not contain it.
pub(super) type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;
