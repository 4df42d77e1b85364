//! The properties of a `#[scheduled]` method.

use std::time::Duration;

use crate::Error;

/// The longest wait before the retry of a failed call, unless the method's own first wait is longer.
const LONGEST: Duration = Duration::from_secs(3600);

/// A `#[scheduled]` method: the name under which its timers are kept, and its rules for failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduledMethod {
    /// The name in the table.
    pub(super) name: &'static str,
    /// The number of failures after which a call is given up; at least 1.
    pub(super) attempts: u32,
    /// The wait after the first failure.
    pub(super) backoff: Duration,
}

impl ScheduledMethod {
    /// Creates a method with five attempts, the second one two seconds after the first failure. This outlasts
    /// most temporary trouble of the platform.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, attempts: 5, backoff: Duration::from_secs(2) }
    }

    /// Sets the value of `#[scheduled(attempts = …)]`.
    #[must_use]
    pub const fn attempts(self, attempts: u32) -> Self {
        assert!(attempts > 0, "a scheduled method needs at least one attempt");
        Self { attempts, ..self }
    }

    /// Sets the value of `#[scheduled(backoff = …)]`.
    #[must_use]
    pub const fn backoff(self, backoff: Duration) -> Self {
        Self { backoff, ..self }
    }

    /// Returns whether the name is a part's name, a dot and something else.
    pub(crate) const fn belongs_to(&self, part: &str) -> bool {
        let (name, part) = (self.name.as_bytes(), part.as_bytes());
        if name.len() <= part.len() || name[part.len()] != b'.' {
            return false;
        }
        let mut index = 0;
        while index < part.len() {
            if name[index] != part[index] {
                return false;
            }
            index += 1;
        }
        true
    }

    /// Returns the wait after an attempt that followed `earlier` ones. It doubles each time.
    pub(super) fn wait(&self, earlier: u32) -> Duration {
        let doubled = self.backoff.saturating_mul(1_u32.checked_shl(earlier).unwrap_or(u32::MAX));
        // The wait is never zero, so that a failed timer is not due again in the same round.
        doubled.min(LONGEST.max(self.backoff)).max(Duration::from_millis(1))
    }
}

/// Returns the error for an index that no method has.
#[must_use]
pub fn unknown(method: usize) -> Error {
    Error::Message(format!("there is no scheduled method number {method}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let method = ScheduledMethod::new("m");
        let seconds = |earlier| method.wait(earlier).as_secs();
        assert_eq!([seconds(0), seconds(1), seconds(4)], [2, 4, 32]);
        assert_eq!([seconds(11), seconds(40), seconds(u32::MAX)], [3600; 3]);
        assert_eq!(method.backoff(Duration::ZERO).wait(3), Duration::from_millis(1));
        assert_eq!(method.backoff(2 * LONGEST).wait(3), 2 * LONGEST);
    }
}
