//! The flow control of live pulls.
//!
//! Messages to a client that reads slowly wait in the object's memory, so a live pull may be only a limited
//! amount ahead of its client's acknowledgements. Beyond it the pull falls behind: it is sent pages again,
//! one for each acknowledgement, until it has caught up. The pages also join many small pushes into few
//! chunks.

use std::cell::{Cell, RefCell};

use fnv::FnvHashMap;

use crate::livestore::backend::paging::MAX_BYTES;
use crate::sys;

/// The bytes that may wait for all sockets of an object: half of the 128 MB that Cloudflare gives an isolate
/// (Workers, "Limits").
const ALL: u64 = 64 << 20;
/// The most bytes for one socket, however few sockets there are.
const MOST: u64 = 4 << 20;
/// The least bytes for one socket, however many sockets there are.
const LEAST: u64 = 64 << 10;
/// The number of chunks sent ahead of the acknowledgements of a client that has not caught up: enough to keep
/// the line busy.
pub(super) const WINDOW: u32 = 4;
/// The time without a ping after which a client that reads nothing counts as gone. Official clients ping
/// every 10 s, and browsers reduce that to once a minute for hidden pages.
const GONE: i64 = 3 * 60_000;

/// One socket's share of the waiting bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share(u64);

impl Share {
    pub(super) fn of(sockets: usize) -> Self {
        let sockets = u64::try_from(sockets).unwrap_or(u64::MAX).max(1);
        Self((ALL / sockets).clamp(LEAST, MOST))
    }

    /// Returns the bytes of a page, so that a full window is within the share.
    pub(super) fn page(self) -> usize {
        usize::try_from(self.0 / u64::from(WINDOW)).unwrap_or(usize::MAX).min(MAX_BYTES)
    }
}

/// The chunks of a pull that its client has not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Flow {
    chunks: u32,
    bytes: u64,
}

impl Flow {
    /// Returns whether a chunk of this many bytes may follow. When no chunk is on its way, one always may:
    /// the client shows by an acknowledgement that it is ready for more.
    fn takes(self, bytes: u64, share: Share) -> bool {
        self.chunks == 0 || self.bytes.saturating_add(bytes) <= share.0
    }

    fn sent(&mut self, bytes: u64) {
        self.chunks = self.chunks.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Counts an acknowledgement. It does not name its chunk, so each counts as one of middle size.
    fn acknowledged(&mut self) {
        let middle = self.bytes.checked_div(u64::from(self.chunks)).unwrap_or_default();
        self.bytes -= middle;
        self.chunks = self.chunks.saturating_sub(1);
    }
}

/// The chunks on their way to an object's clients. They are known only in memory: messages that the platform
/// has not passed on yet keep the object there.
#[derive(Default)]
pub(crate) struct Flows {
    /// The flows, by the keys of the pulls.
    by_pull: RefCell<FnvHashMap<u64, Entry>>,
    sockets: Cell<Option<usize>>,
}

#[derive(Default)]
struct Entry {
    flow: Flow,
    counted: bool,
}

impl Flows {
    /// Returns the share of each socket. `count` returns the number of sockets where it is not known.
    pub(super) fn share(&self, count: impl FnOnce() -> usize) -> Share {
        let sockets = self.sockets.get().unwrap_or_else(count);
        self.sockets.set(Some(sockets));
        Share::of(sockets)
    }

    /// Notes one more socket. Sockets that close are noticed at the next count.
    pub(super) fn connected(&self) {
        self.sockets.set(self.sockets.get().map(|sockets| sockets + 1));
    }

    /// Notes the number of counted sockets, and forgets the pulls that were not counted.
    pub(super) fn counted(&self, sockets: usize) {
        self.sockets.set(Some(sockets));
        self.by_pull.borrow_mut().retain(|_, entry| std::mem::take(&mut entry.counted));
    }

    /// Counts a pull.
    pub(super) fn count(&self, key: u64) {
        self.entry(key, |entry| entry.counted = true);
    }

    /// Notes a chunk of a live pull, if the client may have it now. Returns whether it may.
    pub(super) fn take(&self, key: u64, bytes: usize, share: Share) -> bool {
        self.entry(key, |entry| {
            let takes = entry.flow.takes(bytes as u64, share);
            if takes {
                entry.flow.sent(bytes as u64);
            }
            takes
        })
    }

    /// Notes a chunk.
    pub(super) fn sent(&self, key: u64, bytes: usize) {
        self.entry(key, |entry| entry.flow.sent(bytes as u64));
    }

    /// Notes that the client has read a chunk.
    pub(super) fn acknowledged(&self, key: u64) {
        self.entry(key, |entry| entry.flow.acknowledged());
    }

    /// Returns the number of chunks on their way.
    pub(super) fn chunks(&self, key: u64) -> u32 {
        self.entry(key, |entry| entry.flow.chunks)
    }

    /// Forgets a pull that is over.
    pub(super) fn forget(&self, key: u64) {
        self.by_pull.borrow_mut().remove(&key);
    }

    fn entry<T>(&self, key: u64, change: impl FnOnce(&mut Entry) -> T) -> T {
        change(self.by_pull.borrow_mut().entry(key).or_default())
    }
}

/// Returns the key of a new pull. It differs from all others, even after the object has hibernated.
pub(super) fn new_key() -> u64 {
    // Twelve hexadecimal digits, all random.
    sys::random_uuid()
        .rsplit('-')
        .next()
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .unwrap_or_default()
}

/// Returns whether to give up a client that reads nothing: its last ping, if it ever sent one, is too long
/// ago.
pub(super) fn is_gone(now: i64, last_ping: Option<i64>) -> bool {
    last_ping.is_some_and(|ping| now.saturating_sub(ping) > GONE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sockets_share_what_may_wait() {
        for (sockets, bytes, page) in [
            (0, MOST, 900_000),
            (16, MOST, 900_000),
            (32, 2 << 20, 512 << 10),
            (500, 134_217, 33_554),
            (1_000, 67_108, 16_777),
            (32_768, LEAST, 16 << 10),
        ] {
            let share = Share::of(sockets);
            assert_eq!((share.0, share.page()), (bytes, page), "{sockets}");
        }
    }

    #[test]
    fn only_who_has_pinged_and_does_no_more_is_gone() {
        assert!(!is_gone(GONE * 9, None));
        assert!(!is_gone(GONE * 9, Some(GONE * 8)));
        assert!(is_gone(GONE * 9 + 1, Some(GONE * 8)));
        assert!(!is_gone(0, Some(5)), "a clock that went back");
    }

    #[test]
    fn keys_are_never_the_same() {
        let keys: std::collections::BTreeSet<_> = (0..9).map(|_| new_key()).collect();
        assert_eq!(keys.len(), 9);
    }

    #[test]
    fn flows_of_pulls_that_are_gone_are_forgotten() {
        let flows = Flows::default();
        for key in 0..9 {
            flows.sent(key, 10);
        }
        for key in [3, 4] {
            flows.count(key);
        }
        flows.counted(2);
        assert_eq!([2, 3, 4, 5].map(|key| flows.chunks(key)), [0, 1, 1, 0]);
        flows.acknowledged(3);
        flows.forget(4);
        assert_eq!([3, 4].map(|key| flows.chunks(key)), [0, 0]);
        assert_eq!(flows.share(|| 9), Share::of(2));
        flows.connected();
        assert_eq!(flows.share(|| 9), Share::of(3));
    }

    proptest! {
        /// For any sequence of acknowledgements, at most the share and one chunk wait for a client. When it
        /// has acknowledged everything there is room for any chunk.
        #[test]
        fn what_waits_is_bounded(
            sockets in 1_usize..2_000,
            steps in prop::collection::vec(prop::option::weighted(0.7, 1_usize..900_000), 1..200),
        ) {
            let (flows, share) = (Flows::default(), Share::of(sockets));
            let mut waiting = std::collections::VecDeque::new();
            for step in steps {
                match step {
                    Some(bytes) => {
                        if flows.take(1, bytes, share) {
                            waiting.push_back(bytes as u64);
                        } else {
                            prop_assert!(!waiting.is_empty(), "somebody will acknowledge");
                        }
                    }
                    None => {
                        waiting.pop_front();
                        flows.acknowledged(1);
                    }
                }
                prop_assert_eq!(flows.chunks(1) as usize, waiting.len());
                prop_assert!(flows.entry(1, |entry| entry.flow.bytes) <= share.0 + 900_000);
            }
            for _ in 0..waiting.len() {
                flows.acknowledged(1);
            }
            prop_assert_eq!(flows.entry(1, |entry| entry.flow), Flow::default());
        }
    }
}
