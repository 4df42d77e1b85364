//! How much goes into one chunk.

/// Items in one chunk (LiveStore `sync-cf/src/common/constants.ts`, `MAX_PULL_EVENTS_PER_MESSAGE`).
pub(crate) const MAX_ITEMS: usize = 100;
/// Bytes in one chunk (LiveStore `sync-cf/src/common/constants.ts`, `MAX_TRANSPORT_PAYLOAD_BYTES`).
pub(crate) const MAX_BYTES: usize = 900_000;

/// What still fits into a chunk. One item always does, so that no log can block its readers.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    items: usize,
    bytes: usize,
}

impl Chunk {
    /// Takes an item of at most `bytes` bytes, or leaves it for the next chunk.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let total = self.bytes.saturating_add(bytes);
        if self.items > 0 && (self.items == MAX_ITEMS || total > MAX_BYTES) {
            return false;
        }
        self.items += 1;
        self.bytes = total;
        true
    }

    /// How many it has.
    pub(crate) fn items(&self) -> usize {
        self.items
    }
}

/// Splits items into chunks: the length of each, in order.
pub(super) fn split(sizes: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut chunk = Chunk::default();
    for size in sizes {
        if !chunk.take(size) {
            lengths.push(chunk.items());
            chunk = Chunk::default();
            chunk.take(size);
        }
    }
    if chunk.items() > 0 {
        lengths.push(chunk.items());
    }
    lengths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn splits_as_upstream_does() {
        assert_eq!(split(vec![200; 250]), [100, 100, 50]);
        assert_eq!(split(vec![100; 100]), [100]);
        assert_eq!(split([]), Vec::<usize>::new());
        assert_eq!(split(vec![300_000; 4]), [3, 1]);
    }

    #[test]
    fn an_item_above_the_budget_travels_alone() {
        assert_eq!(split([10, 1_800_000, 10]), [1, 1, 1]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_chunk_fits(sizes in prop::collection::vec(0_usize..1_000_000, 0..400)) {
            let lengths = split(sizes.iter().copied());
            prop_assert_eq!(lengths.iter().sum::<usize>(), sizes.len());
            let mut rest = sizes.as_slice();
            for length in lengths {
                let (chunk, after) = rest.split_at(length);
                prop_assert!(length <= MAX_ITEMS);
                prop_assert!(length == 1 || chunk.iter().sum::<usize>() <= MAX_BYTES);
                // Greedy: the next item would not have fitted.
                if let Some(next) = after.first() {
                    prop_assert!(length == MAX_ITEMS || chunk.iter().sum::<usize>() + next > MAX_BYTES);
                }
                rest = after;
            }
        }
    }
}
