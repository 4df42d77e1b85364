//! Whole numbers beyond those of JavaScript's `number`.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::error::ConversionError;
use crate::storage::{FromSql, ToSql};
use crate::value::Value;

/// A whole number whose JSON is text, `"12"`: Effect's `Schema.BigInt`. In SQL it is an integer, and fits if 64 bits
/// hold it.
///
/// Durable Objects return an integer beyond ±(2⁵³−1) rounded. Select `CAST(column AS TEXT)` to read such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BigInt(pub i128);

impl Serialize for BigInt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BigInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let integer = text.parse().map(Self);
        integer.map_err(|_| D::Error::custom(format!("{text:?} is not a whole number of 128 bits")))
    }
}

impl ToSql for BigInt {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        let integer = i64::try_from(self.0).map(Value::Integer);
        integer.map_err(|_| format!("{} does not fit SQLite's 64-bit signed integers", self.0).into())
    }
}

impl FromSql for BigInt {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        i64::from_sql(value).map(|integer| Self(integer.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_text() {
        let large = BigInt(-(1 << 100));
        let json = r#""-1267650600228229401496703205376""#;
        assert_eq!(serde_json::to_string(&large).unwrap(), json);
        assert_eq!(serde_json::from_str::<BigInt>(json).unwrap(), large);
        let wrong = serde_json::from_str::<BigInt>(r#""1.5""#).unwrap_err().to_string();
        assert!(wrong.starts_with("\"1.5\" is not a whole number of 128 bits"), "{wrong}");
    }

    #[test]
    fn sql_has_64_bits() {
        assert_eq!(BigInt(i64::MIN.into()).to_sql(), Ok(Value::Integer(i64::MIN)));
        assert!(BigInt(1 << 63).to_sql().is_err());
        assert_eq!(BigInt::from_sql(Value::Text("9223372036854775807".into())), Ok(BigInt(i64::MAX.into())));
    }
}
