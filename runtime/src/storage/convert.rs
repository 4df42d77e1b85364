//! Lossless conversion of Rust values to SQL values and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sys;
use crate::value::{Blob, ConversionError, Date, Json, MAX_SAFE_INTEGER, Text, Value};

/// A Rust value that can be bound to a placeholder.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to a SQL placeholder",
    label = "needs `ToSql`",
    note = "these can: bool, integers, floats, str, String, bytes, Date, Json<T>, Value, and an Option of any of them",
    note = "a field of an event that is `Serialize` can be `#[event(json)]`"
)]
pub trait ToSql {
    /// Returns the SQL value.
    ///
    /// # Errors
    /// Fails, with the reason in words, when there is no such SQL value.
    fn to_sql(&self) -> Result<Value, ConversionError>;
}

/// A Rust value that can be read from a column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a SQL column",
    label = "needs `FromSql`",
    note = "these can: bool, integers, floats, String, bytes, Date, Json<T>, Value, and an Option of any of them",
    note = "a field of a row that is `Deserialize` can be `#[row(json)]`"
)]
pub trait FromSql: Sized {
    /// Returns the Rust value.
    ///
    /// # Errors
    /// Fails, with the reason in words, when the column does not hold such a value.
    fn from_sql(value: Value) -> Result<Self, ConversionError>;
}

fn unexpected<T>(expected: &str, got: &Value) -> Result<T, ConversionError> {
    Err(format!("expected {expected}, found {}", got.kind()).into())
}

impl ToSql for Value {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(self.clone())
    }
}

impl FromSql for Value {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        Ok(value)
    }
}

impl ToSql for bool {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(Value::Integer(i64::from(*self)))
    }
}

impl FromSql for bool {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            Value::Integer(other) => Err(format!("expected 0 or 1 for a bool, found {other}").into()),
            other => unexpected("0 or 1 for a bool", &other),
        }
    }
}

fn integer(value: &Value) -> Result<i64, ConversionError> {
    match value {
        Value::Integer(integer) => Ok(*integer),
        Value::Real(real) if real.fract() == 0.0 && real.abs() > MAX_SAFE_INTEGER as f64 => Err(format!(
            "{} is beyond 2^53 and may have been rounded on its way; select CAST(column AS TEXT) to read it whole",
            sys::number_text(*real)
        )
        .into()),
        // An integer beyond 2^53 is read as text: `CAST(column AS TEXT)`.
        Value::Text(text) => {
            let text = text.to_string();
            text.parse().map_err(|_| format!("expected an integer, found the text `{text}`").into())
        }
        other => unexpected("an integer", other),
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl ToSql for $int {
            fn to_sql(&self) -> Result<Value, ConversionError> {
                i64::try_from(*self)
                    .map(Value::Integer)
                    .map_err(|_| format!("{self} does not fit SQLite's 64-bit signed integers").into())
            }
        }

        impl FromSql for $int {
            fn from_sql(value: Value) -> Result<Self, ConversionError> {
                let integer = integer(&value)?;
                Self::try_from(integer).map_err(|_| format!("{integer} does not fit {}", stringify!($int)).into())
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl ToSql for f64 {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        // SQLite silently stores NaN as NULL.
        if self.is_nan() {
            Err("NaN cannot be stored: SQLite would make it NULL".into())
        } else {
            Ok(Value::Real(*self))
        }
    }
}

impl FromSql for f64 {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        match value {
            Value::Real(real) => Ok(real),
            #[expect(clippy::cast_precision_loss, reason = "integers from the platform are within 2^53")]
            Value::Integer(integer) => Ok(integer as f64),
            other => unexpected("a number", &other),
        }
    }
}

impl ToSql for f32 {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        f64::from(*self).to_sql()
    }
}

impl FromSql for f32 {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        let real = f64::from_sql(value)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what does not come out as it went in is refused"
        )]
        let short = real as Self;
        if f64::from(short).to_bits() == real.to_bits() {
            Ok(short)
        } else {
            Err(format!("{} has more digits than f32", sys::number_text(real)).into())
        }
    }
}

impl ToSql for str {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(Value::Text(Text::from(self)))
    }
}

impl ToSql for String {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.as_str().to_sql()
    }
}

impl FromSql for String {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        match value {
            Value::Text(text) => Ok(text.to_string()),
            other => unexpected("text", &other),
        }
    }
}

impl ToSql for Text {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(Value::Text(self.clone()))
    }
}

impl FromSql for Text {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        match value {
            Value::Text(text) => Ok(text),
            other => unexpected("text", &other),
        }
    }
}

impl ToSql for [u8] {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(Value::Blob(Blob(self.to_vec())))
    }
}

impl ToSql for Vec<u8> {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.as_slice().to_sql()
    }
}

impl FromSql for Vec<u8> {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        match value {
            Value::Blob(Blob(bytes)) => Ok(bytes),
            other => unexpected("a blob", &other),
        }
    }
}

impl<const N: usize> ToSql for [u8; N] {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.as_slice().to_sql()
    }
}

impl<const N: usize> FromSql for [u8; N] {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        let bytes = Vec::from_sql(value)?;
        Self::try_from(bytes)
            .map_err(|bytes| format!("expected a blob of {N} bytes, found {}", bytes.len()).into())
    }
}

impl ToSql for Blob {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(Value::Blob(self.clone()))
    }
}

impl FromSql for Blob {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        Vec::from_sql(value).map(Self)
    }
}

/// Stored as an integer: the milliseconds since 1970.
impl ToSql for Date {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        Ok(Value::Integer(self.as_millis()))
    }
}

/// Read from milliseconds, or from the output of JavaScript's `toISOString`.
impl FromSql for Date {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        match value {
            Value::Integer(millis) => Self::from_millis(millis)
                .ok_or_else(|| format!("{millis} ms are beyond the range of dates").into()),
            Value::Text(text) => text.to_string().parse(),
            other => unexpected("a date, in milliseconds or as text", &other),
        }
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        let json = serde_json::to_string(&self.0).map_err(|why| format!("JSON: {why}"))?;
        Ok(Value::Text(json.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        let json = match value {
            Value::Null => "null".to_owned(),
            Value::Text(text) => text.to_string(),
            other => return unexpected("JSON text", &other),
        };
        serde_json::from_str(&json).map(Self).map_err(|why| format!("JSON: {why}").into())
    }
}

impl<T: ToSql> ToSql for Option<T> {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.as_ref().map_or(Ok(Value::Null), ToSql::to_sql)
    }
}

impl<T: FromSql> FromSql for Option<T> {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        if value == Value::Null { Ok(None) } else { T::from_sql(value).map(Some) }
    }
}

impl<T: ToSql + ?Sized> ToSql for &T {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        (**self).to_sql()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: ToSql + FromSql + PartialEq + std::fmt::Debug>(value: T) {
        let sql = value.to_sql().unwrap();
        assert_eq!(T::from_sql(sql).unwrap(), value);
    }

    #[test]
    fn every_type_comes_back_as_it_went_in() {
        round_trip(true);
        round_trip(false);
        round_trip(i64::MIN);
        round_trip(u32::MAX);
        round_trip(1.5_f64);
        round_trip(f64::MAX);
        round_trip("ä?'\0".to_owned());
        round_trip(vec![0_u8, 255]);
        round_trip(None::<i64>);
        round_trip(Some("x".to_owned()));
        round_trip(0.1_f32);
        round_trip([1_u8, 2, 3]);
        round_trip(Blob(vec![1]));
        round_trip(Date::from_millis(-1).unwrap());
        round_trip(Json(vec![Some(u64::MAX), None]));
        round_trip(Some(Json(())));
    }

    #[test]
    fn what_would_be_changed_is_refused() {
        assert!(u64::MAX.to_sql().unwrap_err().to_string().contains("64-bit"));
        assert!(f64::NAN.to_sql().unwrap_err().to_string().contains("NULL"));
        assert!(u8::from_sql(Value::Integer(256)).unwrap_err().to_string().contains("does not fit u8"));
        assert!(bool::from_sql(Value::Integer(2)).is_err());
        assert!(i64::from_sql(Value::Real(1.5)).unwrap_err().to_string().contains("found a real number"));
        assert!(
            i64::from_sql(Value::Real(9_007_199_254_740_992.0)).unwrap_err().to_string().contains("2^53")
        );
        assert!(String::from_sql(Value::Null).unwrap_err().to_string().contains("found NULL"));
        assert!(f32::from_sql(Value::Real(0.1)).unwrap_err().to_string().contains("0.1 has more digits"));
        assert!(
            <[u8; 2]>::from_sql(Value::Blob(Blob(vec![0])))
                .unwrap_err()
                .to_string()
                .contains("of 2 bytes, found 1")
        );
        assert!(
            Date::from_sql(Value::Integer(i64::MAX))
                .unwrap_err()
                .to_string()
                .contains("beyond the range of dates")
        );
        assert!(Date::from_sql(Value::Real(0.5)).unwrap_err().to_string().contains("expected a date"));
        assert!(Json::<u8>::from_sql(Value::Text("{".into())).unwrap_err().to_string().starts_with("JSON: "));
        assert!(
            Json::<u8>::from_sql(Value::Integer(1))
                .unwrap_err()
                .to_string()
                .contains("JSON text, found an integer")
        );
    }

    #[test]
    fn other_spellings_are_understood() {
        let date = Date::from_millis(1_767_225_600_000);
        assert_eq!(Date::from_sql(Value::Text("2026-01-01T00:00:00.000Z".into())).ok(), date);
        assert_eq!(Json::<Option<u8>>::from_sql(Value::Null), Ok(Json(None)));
    }

    #[test]
    fn large_integers_are_read_from_text() {
        assert_eq!(i64::from_sql(Value::Text("9007199254740993".into())), Ok(9_007_199_254_740_993));
        assert!(i64::from_sql(Value::Text("many".into())).is_err());
    }
}
