//! The times between two attempts, in milliseconds.

/// The first wait after a failed call.
const OFFLINE: i64 = 1_000;
/// The longest wait after a failed call.
const OFFLINE_MOST: i64 = 30_000;
/// The longest wait after the second of two pushes that came too late.
const LOSS: i64 = 100;
/// The longest wait after any push that came too late.
const LOSS_MOST: i64 = 2_000;
/// The time that the backend has for an answer, or for the next page of it. After it, the call counts as
/// failed. So an alarm is set while a call runs, which wakes the object if it was evicted.
pub(super) const PATIENCE: i64 = 30_000;

/// Returns the wait after this many failures in a row: 1 s, 2 s, 4 s and so on, up to 30 s.
pub(super) fn offline(failures: u32) -> i64 {
    doubled(OFFLINE, failures.saturating_sub(1)).min(OFFLINE_MOST)
}

/// Returns the wait after this many pushes in a row that came too late. There is none after the first one.
///
/// Then it is a random part of 100 ms, 200 ms and so on, up to 2 s: clients that lost to each other come at
/// different times. `random` is any number.
pub(super) fn loss(losses: u32, random: u32) -> i64 {
    if losses < 2 {
        return 0;
    }
    let most = doubled(LOSS, losses - 2).min(LOSS_MOST);
    (most * i64::from(random)) >> 32
}

fn doubled(base: i64, times: u32) -> i64 {
    base << times.min(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_its_limit() {
        let waits: Vec<_> = (1..9).map(offline).collect();
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(offline(u32::MAX), 30_000);
    }

    #[test]
    fn a_lost_race_waits_a_random_time() {
        assert_eq!((loss(0, u32::MAX), loss(1, u32::MAX)), (0, 0));
        let longest: Vec<_> = (2..9).map(|losses| loss(losses, u32::MAX)).collect();
        assert_eq!(longest, [99, 199, 399, 799, 1_599, 1_999, 1_999]);
        assert_eq!((loss(3, 0), loss(3, 1 << 31), loss(u32::MAX, u32::MAX)), (0, 100, 1_999));
    }
}
