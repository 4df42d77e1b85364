//! Spans of time.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::error::ConversionError;
use crate::storage::{FromSql, ToSql};
use crate::value::Value;

/// A span of time whose JSON is `{"_tag":"Millis","millis":1500}`: Effect's `Schema.Duration`. In SQL it is an integer
/// of milliseconds.
///
/// A span that is not a whole number of milliseconds is `{"_tag":"Nanos","nanos":"1500"}`. Effect also has
/// `{"_tag":"Infinity"}`, which is an error here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TaggedDuration(pub Duration);

/// A span of time whose JSON is a number of milliseconds, perhaps with a fraction: Effect's
/// `Schema.DurationFromMillis`. In SQL it is an integer of milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DurationMillis(pub Duration);

const NANOS_PER_MILLI: u128 = 1_000_000;

/// Returns the milliseconds, if their number is whole.
fn whole_millis(duration: Duration) -> Option<u64> {
    let nanos = duration.as_nanos();
    if nanos.is_multiple_of(NANOS_PER_MILLI) { u64::try_from(nanos / NANOS_PER_MILLI).ok() } else { None }
}

fn from_nanos(nanos: u128) -> Option<Duration> {
    let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
    let nanos = u32::try_from(nanos % 1_000_000_000).ok()?;
    Some(Duration::new(seconds, nanos))
}

/// The shape of Effect's JSON.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(tag = "_tag")]
enum Tagged {
    Millis { millis: u64 },
    Nanos { nanos: String },
    Infinity,
}

impl Serialize for TaggedDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tagged = match whole_millis(self.0) {
            Some(millis) => Tagged::Millis { millis },
            None => Tagged::Nanos { nanos: self.0.as_nanos().to_string() },
        };
        tagged.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TaggedDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Tagged::deserialize(deserializer)? {
            Tagged::Millis { millis } => Ok(Self(Duration::from_millis(millis))),
            Tagged::Nanos { nanos } => {
                let duration = nanos.parse().ok().and_then(from_nanos).map(Self);
                duration.ok_or_else(|| D::Error::custom(format!("{nanos:?} is not a number of nanoseconds")))
            }
            Tagged::Infinity => Err(D::Error::custom("a span of time that never ends")),
        }
    }
}

impl Serialize for DurationMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match whole_millis(self.0) {
            Some(millis) => serializer.serialize_u64(millis),
            // Effect divides in the same way.
            None => serializer.serialize_f64(self.0.as_nanos() as f64 / NANOS_PER_MILLI as f64),
        }
    }
}

impl<'de> Deserialize<'de> for DurationMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("{millis} is not a number of milliseconds"));
        let whole = millis.trunc();
        if !(0.0..=u64::MAX as f64).contains(&whole) {
            return Err(wrong());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
        let (whole, rest) = (whole as u64, ((millis - whole) * NANOS_PER_MILLI as f64).round() as u64);
        let duration = Duration::from_millis(whole).checked_add(Duration::from_nanos(rest));
        duration.map(Self).ok_or_else(wrong)
    }
}

macro_rules! milliseconds {
    ($($ty:ident),*) => {$(
        impl ToSql for $ty {
            fn to_sql(&self) -> Result<Value, ConversionError> {
                let millis = whole_millis(self.0).and_then(|millis| i64::try_from(millis).ok());
                let millis = millis.map(Value::Integer);
                millis.ok_or_else(|| format!("{:?} is not a whole number of milliseconds", self.0).into())
            }
        }

        impl FromSql for $ty {
            fn from_sql(value: Value) -> Result<Self, ConversionError> {
                u64::from_sql(value).map(|millis| Self(Duration::from_millis(millis)))
            }
        }
    )*};
}

milliseconds!(TaggedDuration, DurationMillis);

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_millis(1_500);
    const SHORT: Duration = Duration::from_nanos(1_500);

    #[test]
    fn it_has_a_tag() {
        for (duration, json) in [
            (LONG, r#"{"_tag":"Millis","millis":1500}"#),
            (SHORT, r#"{"_tag":"Nanos","nanos":"1500"}"#),
            (Duration::ZERO, r#"{"_tag":"Millis","millis":0}"#),
        ] {
            assert_eq!(serde_json::to_string(&TaggedDuration(duration)).unwrap(), json);
            assert_eq!(serde_json::from_str::<TaggedDuration>(json).unwrap().0, duration);
        }
        for json in [r#"{"_tag":"Infinity"}"#, r#"{"_tag":"Nanos","nanos":"-1"}"#, "1500"] {
            assert!(serde_json::from_str::<TaggedDuration>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn it_is_a_number() {
        for (duration, json) in [(LONG, "1500"), (SHORT, "0.0015"), (Duration::ZERO, "0")] {
            assert_eq!(serde_json::to_string(&DurationMillis(duration)).unwrap(), json);
            assert_eq!(serde_json::from_str::<DurationMillis>(json).unwrap().0, duration);
        }
        for json in ["-1", "1e300", "null"] {
            assert!(serde_json::from_str::<DurationMillis>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn sql_has_whole_milliseconds() {
        assert_eq!(TaggedDuration(LONG).to_sql(), Ok(Value::Integer(1_500)));
        assert_eq!(DurationMillis::from_sql(Value::Integer(1_500)), Ok(DurationMillis(LONG)));
        let why = DurationMillis(SHORT).to_sql().unwrap_err().to_string();
        assert_eq!(why, "1.5µs is not a whole number of milliseconds");
    }
}
