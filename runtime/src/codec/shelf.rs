//! Large texts and bytes, which cross beside the tape.

/// The place where the platform keeps large texts and bytes. They cross by themselves, because a tape would
/// hold a second copy of them.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// The number of bytes from which a text, or bytes, are kept here.
    pub(crate) least: usize,
    /// Keeps a text, and returns its number, which is one more than the last one.
    pub(crate) keep_text: fn(&str) -> u32,
    /// Keeps bytes, and returns their number in the same way.
    pub(crate) keep_bytes: fn(&[u8]) -> u32,
    /// Drops the values with these numbers, both included.
    pub(crate) forget: fn(u32, u32),
}

/// The values that the platform keeps for an encoded value, until that is dropped. An encoded value without a
/// shelf has none, and only such values are cloned.
#[derive(Debug, Clone, Default)]
pub(super) struct Aside {
    pub(super) shelf: Option<&'static Shelf>,
    /// The first and the last number, if there are any.
    pub(super) numbers: Option<(u32, u32)>,
    /// The number of bytes that the platform needs to store all of them.
    pub(super) size: usize,
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let (Some(shelf), Some((first, last))) = (self.shelf, self.numbers) {
            (shelf.forget)(first, last);
        }
    }
}
