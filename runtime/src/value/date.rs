//! A point in time, as JavaScript represents it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::de::{Deserialize, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use super::ConversionError;
use crate::Error;

const DAY: i64 = 86_400_000;

/// A point in time with a precision of one millisecond; a `Date` in JavaScript.
///
/// It spans 100,000,000 days on either side of 1970, like JavaScript's. In every other format of serde it is
/// the text of JavaScript's `toISOString`, `2026-01-31T12:00:00.000Z`. It is displayed and parsed in the same
/// form; text to be parsed may lack the milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

impl Date {
    /// The latest date. The earliest date is as far before 1970.
    pub const MAX: Self = Self(100_000_000 * DAY);
    /// The name by which our codec knows that the text is a date.
    pub(crate) const NAME: &'static str = "$durable_object::Date";
    /// The value that a reader of a date expects.
    pub(crate) const EXPECTED: &'static str = "a Date, or text such as 2026-01-31T12:00:00.000Z";

    /// Returns the date this many milliseconds after the beginning of 1970 in UTC, or `None` beyond ±8.64e15.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        (millis.unsigned_abs() <= Self::MAX.0.unsigned_abs()).then_some(Self(millis))
    }

    /// Returns the milliseconds since the beginning of 1970 in UTC.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the date this much later, cut to the millisecond, or `None` beyond the latest date.
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let millis = i64::try_from(duration.as_millis()).ok()?;
        self.0.checked_add(millis).and_then(Self::from_millis)
    }
}

impl From<Date> for SystemTime {
    fn from(date: Date) -> Self {
        let distance = Duration::from_millis(date.0.unsigned_abs());
        if date.0 < 0 { Self::UNIX_EPOCH - distance } else { Self::UNIX_EPOCH + distance }
    }
}

/// Cuts the time to its millisecond.
impl TryFrom<SystemTime> for Date {
    type Error = Error;

    fn try_from(time: SystemTime) -> Result<Self, Error> {
        let millis = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()),
            Err(before) => {
                i64::try_from(before.duration().as_nanos().div_ceil(1_000_000)).map(|millis| -millis)
            }
        };
        let date = millis.ok().and_then(Self::from_millis);
        date.ok_or_else(|| Error::Value("a time beyond the range of JavaScript's Date".to_owned()))
    }
}

/// The first of March of year 0, in days before 1970. Years that begin in March end with the leap day.
const MARCH_0: i64 = 719_468;
/// The number of days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// Returns the year, month and day of a day since 1970.
fn civil(day: i64) -> (i64, i64, i64) {
    let (era, day) = ((day + MARCH_0).div_euclid(ERA), (day + MARCH_0).rem_euclid(ERA));
    // Removes the leap days before this one, so that all years are equally long.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months from March on, and from August on, have 153 days.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// Returns the day since 1970 of a year, month and day.
fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + 365 * year + year / 4 - year / 100 + day - MARCH_0
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        match year {
            0..=9_999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+07}")?,
        }
        let millis = self.0.rem_euclid(DAY);
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

impl FromStr for Date {
    type Err = ConversionError;

    fn from_str(text: &str) -> Result<Self, ConversionError> {
        // Text that does not come back unchanged was not a date.
        let date = match text.strip_suffix('Z') {
            Some(seconds) if !seconds.contains('.') => checked(&[seconds, ".000Z"].concat()),
            _ => checked(text),
        };
        date.ok_or_else(|| format!("expected a date such as 2026-01-31T12:00:00.000Z, found {text:?}").into())
    }
}

fn checked(text: &str) -> Option<Date> {
    read(text).filter(|date| date.to_string() == text)
}

fn read(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(text.len().checked_sub("-01-31T12:00:00.000Z".len())?)?;
    let year = if year.len() <= "+002026".len() { year.parse().ok()? } else { return None };
    let digits = |range: Range<usize>| rest.get(range)?.parse::<u16>().ok().map(i64::from);
    let day = day_of(year, digits(1..3)?, digits(4..6)?);
    let minutes = digits(7..9)? * 60 + digits(10..12)?;
    let millis = (minutes * 60 + digits(13..15)?) * 1_000 + digits(16..19)?;
    Date::from_millis(day * DAY + millis)
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(Self::NAME, &Iso(*self))
    }
}

/// The date as text.
struct Iso(Date);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::NAME, FromIso)
    }
}

/// Reads the text.
struct FromIso;

impl<'de> Visitor<'de> for FromIso {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Date::EXPECTED)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Date, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(millis: i64) -> Date {
        Date::from_millis(millis).unwrap()
    }

    #[test]
    fn dates_look_as_in_javascript() {
        // Each as `new Date(millis).toISOString()` gives it.
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z"),
            (-8_640_000_000_000_000, "-271821-04-20T00:00:00.000Z"),
        ] {
            assert_eq!(date(millis).to_string(), text);
            assert_eq!(text.parse(), Ok(date(millis)));
        }
        assert_eq!(Date::from_millis(8_640_000_000_000_001), None);
        assert_eq!(Date::from_millis(i64::MIN), None);
    }

    #[test]
    fn milliseconds_may_be_missing() {
        assert_eq!("1970-01-01T00:00:01Z".parse(), Ok(date(1_000)));
        assert_eq!(
            serde_json::from_str::<Date>(r#""+010000-01-01T00:00:00Z""#).unwrap(),
            date(253_402_300_800_000)
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00.00Z",
            "2026-01-01T24:00:00Z",
            "Z",
            "2026-01-01 00:00:00.000Z",
            "+275760-09-13T00:00:00.001Z",
            "-000000-01-01T00:00:00.000Z",
            "9223372036854775807-01-01T00:00:00.000Z",
            "ä2026-01-01T00:00:00.00ä",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn system_time_and_json_keep_it() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_nanos(1);
        assert_eq!(Date::try_from(before).unwrap(), date(-1));
        assert_eq!(serde_json::to_string(&date(0)).unwrap(), r#""1970-01-01T00:00:00.000Z""#);
        let wrong = serde_json::from_str::<Date>(r#""today""#).unwrap_err().to_string();
        assert!(
            wrong.starts_with(
                r#"invalid value: string "today", expected a Date, or text such as 2026-01-31T12:00:00.000Z"#
            ),
            "{wrong}"
        );
    }

    proptest! {
        #[test]
        fn every_date_comes_back(millis in -Date::MAX.0..=Date::MAX.0) {
            let date = date(millis);
            prop_assert_eq!(date.to_string().parse(), Ok(date));
            prop_assert_eq!(Date::try_from(SystemTime::from(date)).unwrap(), date);
            let json = serde_json::to_string(&date).unwrap();
            prop_assert_eq!(serde_json::from_str::<Date>(&json).unwrap(), date);
        }
    }
}
