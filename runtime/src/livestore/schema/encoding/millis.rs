//! Dates as numbers.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::Date;
use crate::error::ConversionError;
use crate::storage::{FromSql, ToSql};
use crate::value::Value;

/// A [`Date`] whose JSON is a number of milliseconds: Effect's `Schema.DateFromNumber`. In SQL it is the same integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub Date);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.as_millis())
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = i64::deserialize(deserializer)?;
        let date = Date::from_millis(millis);
        date.map(Self).ok_or_else(|| D::Error::custom(format!("{millis} ms are beyond the range of dates")))
    }
}

impl ToSql for Millis {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.0.to_sql()
    }
}

impl FromSql for Millis {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        Date::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_number() {
        let date = Millis(Date::from_millis(-1).unwrap());
        assert_eq!(serde_json::to_string(&date).unwrap(), "-1");
        assert_eq!(serde_json::from_str::<Millis>("-1").unwrap(), date);
        assert_eq!(date.to_sql(), Ok(Value::Integer(-1)));
        assert_eq!(Millis::from_sql(Value::Integer(-1)), Ok(date));
        let beyond = serde_json::from_str::<Millis>("8640000000000001").unwrap_err().to_string();
        assert!(beyond.starts_with("8640000000000001 ms are beyond the range of dates"), "{beyond}");
    }
}
