//! The rules for the retry of a failed call.

use std::time::Duration;

use crate::Error;

/// The maximum number of retries of a call.
const RETRIES: u32 = 3;

/// The longest wait before the first retry. It doubles with each further retry.
const FIRST: Duration = Duration::from_millis(100);

/// Returns the wait before the retry after `retries` earlier ones, or `None` when the error is final.
///
/// `random` is from 0 to 1. Callers that failed together should not come back together, so each waits for a
/// random time up to the limit.
pub(super) fn wait(error: &Error, retries: u32, random: f64) -> Option<Duration> {
    let Error::Remote(remote) = error else { return None };
    let again = remote.is_worth_retrying() && retries < RETRIES;
    again.then(|| (FIRST * 2_u32.pow(retries)).mul_f64(random.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RemoteError;

    fn error(retryable: bool, overloaded: bool) -> Error {
        Error::Remote(RemoteError { retryable, overloaded, ..RemoteError::default() })
    }

    #[test]
    fn only_passing_trouble_is_retried() {
        assert!(wait(&error(true, false), 0, 0.5).is_some());
        assert_eq!(wait(&error(true, true), 0, 0.5), None, "an overloaded object is left alone");
        assert_eq!(wait(&error(false, false), 0, 0.5), None);
        assert_eq!(wait(&Error::new("mine"), 0, 0.5), None);
    }

    #[test]
    fn the_waits_grow_and_end() {
        let passing = error(true, false);
        let longest = |retries| wait(&passing, retries, 1.0).map(|wait| wait.as_millis());
        assert_eq!([longest(0), longest(1), longest(2), longest(3)], [Some(100), Some(200), Some(400), None]);
        assert_eq!(wait(&passing, 2, 0.0), Some(Duration::ZERO));
        assert_eq!(wait(&passing, 0, f64::INFINITY), Some(FIRST));
    }
}
