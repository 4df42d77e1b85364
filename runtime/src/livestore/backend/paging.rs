//! The size of a chunk, and the test whether it is the last one.

use crate::livestore::wire::PageInfo;

/// The limit of items in one chunk (LiveStore `sync-cf/src/common/constants.ts`,
/// `MAX_PULL_EVENTS_PER_MESSAGE`).
pub(crate) const MAX_ITEMS: usize = 100;
/// The limit of bytes in one chunk (LiveStore `sync-cf/src/common/constants.ts`,
/// `MAX_TRANSPORT_PAYLOAD_BYTES`).
pub(crate) const MAX_BYTES: usize = 900_000;

/// The room left in a chunk. One item always fits, so that no log can block its readers.
#[derive(Debug, Default)]
struct Chunk {
    items: usize,
    bytes: usize,
}

impl Chunk {
    /// Takes an item of at most `bytes` bytes, or leaves it for the next chunk.
    fn take(&mut self, bytes: usize) -> bool {
        let total = self.bytes.saturating_add(bytes);
        if self.items > 0 && (self.items == MAX_ITEMS || total > MAX_BYTES) {
            return false;
        }
        self.items += 1;
        self.bytes = total;
        true
    }
}

/// Splits items into chunks, and returns the length of each, in order.
pub(super) fn split(sizes: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut chunk = Chunk::default();
    for size in sizes {
        if !chunk.take(size) {
            lengths.push(chunk.items);
            chunk = Chunk::default();
            chunk.take(size);
        }
    }
    if chunk.items > 0 {
        lengths.push(chunk.items);
    }
    lengths
}

/// Returns how many of the first items fit into this many bytes. One always does.
pub(super) fn fitting(sizes: impl IntoIterator<Item = usize>, bytes: usize) -> usize {
    let mut total = 0_usize;
    let fits = |size: &usize| {
        total = total.saturating_add(*size);
        total <= bytes
    };
    sizes.into_iter().take_while(fits).count().max(1)
}

/// Returns the page info for the events after `cursor`; `last` is the last of these events. The head was
/// `asked_at` when they were asked for, and is `head` now. Returns `None` if there were no events then but
/// there are some now.
///
/// Official clients number without gaps, so the number of remaining events is exact. Where there are gaps it
/// is an upper bound: a count would read the whole log for every page.
pub(super) fn page_info(cursor: i64, last: Option<i64>, asked_at: i64, head: i64) -> Option<PageInfo> {
    let remaining = head.saturating_sub(last.unwrap_or(cursor));
    match (last, u64::try_from(remaining)) {
        (Some(_), Ok(remaining @ 1..)) => Some(PageInfo::MoreKnown(remaining)),
        (None, Ok(1..)) if asked_at != head => None,
        // A head beyond the log's end stays out of reach.
        _ => Some(PageInfo::NoMore),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_the_last_one_if_it_ends_at_the_head_of_now() {
        assert_eq!(page_info(0, Some(100), 250, 250), Some(PageInfo::MoreKnown(150)));
        assert_eq!(page_info(200, Some(250), 250, 250), Some(PageInfo::NoMore));
        assert_eq!(page_info(i64::MIN, None, 0, 0), Some(PageInfo::NoMore));
        assert_eq!(page_info(9, None, 5, 5), Some(PageInfo::NoMore), "a cursor beyond the head");
        assert_eq!(page_info(5, None, 9, 9), Some(PageInfo::NoMore), "a head beyond the end");
    }

    #[test]
    fn what_is_stored_while_a_page_is_read_is_not_left_out() {
        assert_eq!(page_info(4, Some(5), 5, 7), Some(PageInfo::MoreKnown(2)));
        assert_eq!(page_info(5, None, 5, 7), None, "to be read again");
        assert_eq!(page_info(5, Some(7), 5, 5), Some(PageInfo::NoMore), "read before its push was answered");
    }

    #[test]
    fn what_fits_is_at_least_one() {
        assert_eq!(fitting([3, 4, 5], 12), 3);
        assert_eq!(fitting([3, 4, 5], 11), 2);
        assert_eq!(fitting([30, 4, 5], 11), 1);
        assert_eq!(fitting([5, usize::MAX, usize::MAX], usize::MAX), 3);
        assert_eq!(fitting([], 11), 1);
    }

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
                // The split is greedy: the next item did not fit.
                if let Some(next) = after.first() {
                    prop_assert!(length == MAX_ITEMS || chunk.iter().sum::<usize>() + next > MAX_BYTES);
                }
                rest = after;
            }
        }
    }
}
