//! How often something may happen: a bucket that everything takes a drop from, and that fills up again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// So often in so long: a full bucket has `count` drops, and an empty one is full again after `per`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) count: u32,
    pub(crate) per: Duration,
}

/// All there is to know of a bucket is when it will be full again: everything taken from it puts that off by the same
/// time, and it is empty when that is as far away as it can be. (This is the "generic cell rate algorithm".)
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    /// In microseconds since 1970.
    full_at: i64,
}

impl Bucket {
    /// Takes a drop at `now`, in milliseconds since 1970, and says how many are left; or how long to wait for one.
    pub(crate) fn take(&mut self, limit: Limit, now: i64) -> Result<u32, Duration> {
        let now = now.saturating_mul(1000);
        let whole = i64::try_from(limit.per.as_micros()).unwrap_or(i64::MAX);
        let drop = (whole / i64::from(limit.count.max(1))).max(1);

        // Never fuller than full; nor emptier than empty, as it would seem when the clock was set back.
        self.full_at = self.full_at.clamp(now, now.saturating_add(whole));
        let missing = self.full_at - now + drop;
        if missing > whole {
            return Err(Duration::from_micros((missing - whole).unsigned_abs()));
        }
        self.full_at += drop;
        Ok(u32::try_from((whole - missing) / drop).unwrap_or(u32::MAX))
    }

    /// Milliseconds from `now` until it is as if nothing had ever been taken.
    pub(crate) fn fills_in(self, now: i64) -> Duration {
        Duration::from_micros(u64::try_from(self.full_at - now.saturating_mul(1000)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { count: 3, per: Duration::from_secs(60) };
    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn a_full_bucket_gives_all_it_has_and_then_a_drop_at_a_time() {
        let mut bucket = Bucket::default();
        assert_eq!([0; 3].map(|_| bucket.take(LIMIT, NOW)), [Ok(2), Ok(1), Ok(0)]);
        assert_eq!(bucket.take(LIMIT, NOW), Err(Duration::from_secs(20)));
        assert_eq!(bucket.take(LIMIT, NOW + 19_999), Err(Duration::from_millis(1)));
        assert_eq!(bucket.take(LIMIT, NOW + 20_000), Ok(0));
        assert_eq!(bucket.take(LIMIT, NOW + 20_000), Err(Duration::from_secs(20)));
        assert_eq!(bucket.fills_in(NOW + 20_000), LIMIT.per);
        assert_eq!(bucket.take(LIMIT, NOW + 80_000), Ok(2));
    }

    #[test]
    fn what_is_refused_takes_nothing() {
        let mut bucket = Bucket::default();
        while bucket.take(LIMIT, NOW).is_ok() {}
        let before = bucket;
        assert!((0..100).all(|_| bucket.take(LIMIT, NOW).is_err()));
        assert_eq!(bucket, before);
    }

    #[test]
    fn a_clock_set_back_leaves_it_empty_and_no_emptier() {
        let mut bucket = Bucket::default();
        bucket.take(LIMIT, NOW).unwrap();
        let earlier = NOW - 3_600_000;
        assert_eq!(bucket.take(LIMIT, earlier), Err(Duration::from_secs(20)));
        assert_eq!(bucket.take(LIMIT, earlier + 20_000), Ok(0));
    }
}
