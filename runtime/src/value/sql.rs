//! One SQL value, exactly as SQLite holds it.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Text;

/// The largest integer that JavaScript numbers, and so the platform's SQL interface, hold exactly: 2⁵³−1.
pub(crate) const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// A value of one of SQLite's five storage classes.
///
/// To serde it is its content: nothing, a number, text, or bytes. A remote method can therefore return it,
/// and JSON can hold it, with bytes as an array of numbers. JavaScript and JSON have one kind of numbers: a
/// number without a fraction is read as an [`Integer`](Self::Integer), and `true` as 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// A whole number.
    ///
    /// SQLite stores all 64 bits. The platform returns integers as JavaScript numbers, so an integer beyond
    /// ±(2⁵³−1) arrives as [`Value::Real`] and does not convert into an `i64`. Select `CAST(column AS TEXT)`
    /// to read such a number exactly.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text. It may still live on the JavaScript side, see [`Text`](crate::value::Text).
    Text(Text),
    /// Bytes.
    Blob(Blob),
}

/// Bytes in a SQL value; `Vec<u8>` converts to and from it. To serde they are bytes, not a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

impl Value {
    /// The visitor's text for the expected value. TypeScript's description recognises the type by it.
    pub(crate) const EXPECTED: &str = "a SQL value: null, a number, text or bytes";

    /// Converts a number from the platform, which does not say whether SQLite had an integer or a float.
    pub(crate) fn from_number(number: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be a safe integer")]
        if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER as f64 {
            Self::Integer(number as i64)
        } else {
            Self::Real(number)
        }
    }

    /// Returns an integer in the form that the platform takes, which knows numbers and text: a number while
    /// numbers are exact, text beyond. The statement converts it back to an integer, see
    /// `storage::statement`.
    pub(crate) fn integer_to_bind(integer: i64) -> Result<f64, String> {
        if integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() {
            Ok(integer as f64)
        } else {
            Err(integer.to_string())
        }
    }

    /// SQLite's name for the storage class, for error messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::Text(_) => "text",
            Self::Blob(_) => "a blob",
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Real(real) => serializer.serialize_f64(*real),
            Self::Text(text) => serializer.serialize_str(&text.to_string()),
            Self::Blob(blob) => blob.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Value::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Value, E> {
        Ok(Value::Integer(integer))
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<Value, E> {
        match i64::try_from(integer) {
            Ok(integer) => Ok(Value::Integer(integer)),
            Err(_) => Err(E::custom(format_args!("{integer} does not fit SQLite's 64-bit signed integers"))),
        }
    }

    fn visit_f64<E>(self, real: f64) -> Result<Value, E> {
        Ok(Value::Real(real))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Blob(Blob(bytes.to_vec())))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Blob(Blob(bytes)))
    }

    /// SQL has no other sequence.
    fn visit_seq<A: SeqAccess<'de>>(self, bytes: A) -> Result<Value, A::Error> {
        BlobVisitor.visit_seq(bytes).map(Value::Blob)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(BlobVisitor)
    }
}

struct BlobVisitor;

impl<'de> Visitor<'de> for BlobVisitor {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
        Ok(Blob(bytes.to_vec()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Blob, E> {
        Ok(Blob(bytes))
    }

    /// Formats without bytes, such as JSON, write them as a sequence.
    fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Blob, A::Error> {
        let mut blob = Vec::new();
        while let Some(byte) = bytes.next_element()? {
            blob.push(byte);
        }
        Ok(Blob(blob))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_values() {
        let values = [
            Value::Null,
            Value::Integer(-7),
            Value::Integer(i64::MAX),
            Value::Real(0.5),
            Value::Real(1e300),
            Value::Text("ä\"".into()),
        ];
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(json, r#"[null,-7,9223372036854775807,0.5,1e+300,"ä\""]"#);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap(), values);
        let read = |json| serde_json::from_str::<Value>(json).map_err(|why| why.to_string());
        assert_eq!(read("[1,255]"), Ok(Value::Blob(Blob(vec![1, 255]))));
        assert_eq!(serde_json::to_string(&Value::Blob(Blob(vec![1, 255]))).unwrap(), "[1,255]");
        assert_eq!(read("true"), Ok(Value::Integer(1)));
        assert!(read("9223372036854775808").unwrap_err().contains("does not fit SQLite's 64-bit"));
        assert!(read("{}").unwrap_err().contains("expected a SQL value: null, a number, text or bytes"));
        assert!(read("[256]").unwrap_err().contains("expected u8"));
    }

    #[test]
    fn numbers_are_integers_only_when_that_is_certain() {
        assert_eq!(Value::from_number(5.0), Value::Integer(5));
        assert_eq!(Value::from_number(-0.5), Value::Real(-0.5));
        assert_eq!(Value::from_number(9_007_199_254_740_991.0), Value::Integer(MAX_SAFE_INTEGER));
        assert_eq!(Value::from_number(9_007_199_254_740_992.0), Value::Real(9_007_199_254_740_992.0));
        assert_eq!(Value::from_number(f64::INFINITY), Value::Real(f64::INFINITY));
    }
}
