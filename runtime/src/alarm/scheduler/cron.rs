//! Cron expressions.

use chrono::{DateTime, Utc};
use croner::Cron;

use crate::{Date, Error, Result};

/// A cron expression, or why it is none.
pub(super) fn parse(pattern: &str) -> Result<Cron> {
    pattern.parse().map_err(|why| Error::Value(format!("`{pattern}` is no cron expression: {why}")))
}

/// The first time after `now` that matches, in UTC.
pub(super) fn next(pattern: &str, now: Date) -> Option<Date> {
    let now: DateTime<Utc> = DateTime::from_timestamp_millis(now.as_millis())?;
    let next = parse(pattern).ok()?.find_next_occurrence(&now, false).ok()?;
    Date::from_millis(next.timestamp_millis())
}
