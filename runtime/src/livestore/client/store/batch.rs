//! Events that are committed together.

/// One event or several, for [`Store::commit`](super::Store::commit).
#[derive(Debug, Clone)]
pub struct Batch<E>(pub(super) Vec<E>);

impl<E> From<E> for Batch<E> {
    fn from(event: E) -> Self {
        Self(vec![event])
    }
}

impl<E> From<Vec<E>> for Batch<E> {
    fn from(events: Vec<E>) -> Self {
        Self(events)
    }
}

impl<E, const N: usize> From<[E; N]> for Batch<E> {
    fn from(events: [E; N]) -> Self {
        Self(events.into())
    }
}
