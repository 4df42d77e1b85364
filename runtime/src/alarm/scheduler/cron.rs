//! Cron expressions.

use chrono::{DateTime, Utc};
use croner::Cron;

use crate::{Date, Error, Result};

/// Parses a cron expression, or returns the reason why the text is not one.
pub(super) fn parse(pattern: &str) -> Result<Cron> {
    pattern.parse().map_err(|why| Error::Value(format!("`{pattern}` is no cron expression: {why}")))
}

/// Returns the first time after `now` that matches, in UTC.
pub(super) fn next(pattern: &str, now: Date) -> Option<Date> {
    let now: DateTime<Utc> = DateTime::from_timestamp_millis(now.as_millis())?;
    let next = parse(pattern).ok()?.find_next_occurrence(&now, false).ok()?;
    Date::from_millis(next.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_and_after_now() {
        let after = |pattern, now: &str| next(pattern, now.parse().unwrap()).map(|date| date.to_string());
        for (pattern, now, then) in [
            ("0 3 * * *", "2026-01-31T02:59:59.999Z", "2026-01-31T03:00:00.000Z"),
            ("0 3 * * *", "2026-01-31T03:00:00.000Z", "2026-02-01T03:00:00.000Z"),
            ("*/15 * * * *", "2026-01-31T03:00:00.001Z", "2026-01-31T03:15:00.000Z"),
            ("0 0 29 2 *", "2026-01-31T00:00:00.000Z", "2028-02-29T00:00:00.000Z"),
            ("30 9 * * MON-FRI", "2026-01-30T09:30:00.000Z", "2026-02-02T09:30:00.000Z"),
        ] {
            assert_eq!(after(pattern, now).as_deref(), Some(then), "{pattern} after {now}");
        }
        assert_eq!(after("0 0 30 2 *", "2026-01-31T00:00:00.000Z"), None);
        assert_eq!(next("* * * * *", Date::MAX), None);
    }

    #[test]
    fn what_is_no_expression_says_why() {
        for pattern in ["", "* * * *", "60 * * * *", "* * * * * * * *", "every day", "ä"] {
            let refused = parse(pattern).map(drop).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("`{pattern}` is no cron expression: ")), "{refused}");
        }
    }
}
