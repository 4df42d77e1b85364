//! The recurrence of a timer.

use std::fmt;
use std::time::Duration;

use crate::{Date, Error, Result};

/// The recurrence of a timer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recurrence {
    /// Once.
    Once,
    /// Again and again, with this period.
    Every(Duration),
    /// At the times that match a cron expression, in UTC.
    Cron(String),
}

impl Recurrence {
    pub(super) fn every(period: Duration) -> Result<Self> {
        // The table keeps milliseconds.
        let period = Duration::from_millis(u64::try_from(period.as_millis()).unwrap_or(u64::MAX));
        if period.is_zero() {
            return Err(Error::Value("a timer cannot go off more than once in a millisecond".to_owned()));
        }
        Ok(Self::Every(period))
    }

    #[cfg(feature = "cron")]
    pub(super) fn cron(pattern: &str) -> Result<Self> {
        super::cron::parse(pattern)?;
        Ok(Self::Cron(pattern.to_owned()))
    }

    /// Returns the first time after `now`; `start` is an earlier time of the timer. Times that have passed
    /// are left out, and no time is moved. Returns `None` when there is no such time.
    pub(super) fn next(&self, start: Date, now: Date) -> Option<Date> {
        match self {
            Self::Once => None,
            Self::Every(_) if now < start => Some(start),
            Self::Every(period) => {
                let period = i64::try_from(period.as_millis()).ok()?;
                let passed = (now.as_millis() - start.as_millis()).checked_div(period)?;
                let distance = period.checked_mul(passed + 1)?;
                start.as_millis().checked_add(distance).and_then(Date::from_millis)
            }
            #[cfg(feature = "cron")]
            Self::Cron(pattern) => super::cron::next(pattern, now),
            #[cfg(not(feature = "cron"))]
            Self::Cron(_) => None,
        }
    }

    /// Returns the form that the table keeps.
    pub(super) fn to_text(&self) -> Option<String> {
        match self {
            Self::Once => None,
            Self::Every(period) => Some(period.as_millis().to_string()),
            Self::Cron(pattern) => Some(pattern.clone()),
        }
    }

    /// Reads the text of [`Recurrence::to_text`]: only a period is a number.
    pub(super) fn from_text(text: Option<String>) -> Self {
        match text {
            None => Self::Once,
            Some(text) => {
                text.parse().map_or(Self::Cron(text), |millis| Self::Every(Duration::from_millis(millis)))
            }
        }
    }
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once => f.write_str("once"),
            Self::Every(period) => write!(f, "every {} ms", period.as_millis()),
            Self::Cron(pattern) => f.write_str(pattern),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(millis: i64) -> Date {
        Date::from_millis(millis).unwrap()
    }

    #[test]
    fn what_was_missed_is_left_out_and_nothing_drifts() {
        let every = Recurrence::every(Duration::from_millis(100)).unwrap();
        let next = |now| every.next(date(1_050), date(now)).unwrap().as_millis();
        assert_eq!([next(0), next(1_049)], [1_050; 2], "the clock was set back");
        assert_eq!([next(1_050), next(1_149), next(1_150), next(99_999)], [1_150, 1_150, 1_250, 100_050]);
        assert_eq!(every.next(date(0), Date::MAX), None);
        assert_eq!(Recurrence::Once.next(date(0), date(1)), None);
    }

    #[test]
    fn periods_are_whole_milliseconds() {
        assert!(Recurrence::every(Duration::from_nanos(999_999)).is_err());
        let every = Recurrence::every(Duration::from_nanos(1_999_999)).unwrap();
        assert_eq!(every, Recurrence::Every(Duration::from_millis(1)));
        assert_eq!(Recurrence::every(Duration::MAX).unwrap().next(date(0), date(0)), None);
    }

    #[test]
    fn the_table_keeps_them_apart() {
        for recurrence in [
            Recurrence::Once,
            Recurrence::Every(Duration::from_millis(86_400_000)),
            Recurrence::Cron("*/5 * * * *".to_owned()),
        ] {
            assert_eq!(Recurrence::from_text(recurrence.to_text()), recurrence);
        }
    }
}
