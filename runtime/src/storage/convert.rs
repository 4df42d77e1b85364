//! Rust values to SQL and back, without loss.

use super::value::{Blob, MAX_SAFE_INTEGER, Value};
use crate::sys::{self, Text};

/// A Rust value that can be bound to a placeholder.
pub trait ToSql {
    /// The SQL value, or why there is none.
    fn to_sql(&self) -> Result<Value, String>;
}

/// A Rust value that can be read from a column.
pub trait FromSql: Sized {
    /// The Rust value, or why the column does not hold one.
    fn from_sql(value: Value) -> Result<Self, String>;
}

/// What a statement is given for its placeholders: a tuple, an array, a slice, or `()`.
pub trait Params {
    /// The values in order.
    fn values(&self) -> Result<Vec<Value>, String>;
}

fn unexpected<T>(expected: &str, got: &Value) -> Result<T, String> {
    Err(format!("expected {expected}, found {}", got.kind()))
}

impl ToSql for Value {
    fn to_sql(&self) -> Result<Value, String> {
        Ok(self.clone())
    }
}

impl FromSql for Value {
    fn from_sql(value: Value) -> Result<Self, String> {
        Ok(value)
    }
}

impl ToSql for bool {
    fn to_sql(&self) -> Result<Value, String> {
        Ok(Value::Integer(i64::from(*self)))
    }
}

impl FromSql for bool {
    fn from_sql(value: Value) -> Result<Self, String> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            Value::Integer(other) => Err(format!("expected 0 or 1 for a bool, found {other}")),
            other => unexpected("0 or 1 for a bool", &other),
        }
    }
}

fn integer(value: &Value) -> Result<i64, String> {
    match value {
        Value::Integer(integer) => Ok(*integer),
        Value::Real(real) if real.fract() == 0.0 && real.abs() > MAX_SAFE_INTEGER as f64 => Err(format!(
            "{} is beyond 2^53 and may have been rounded on its way; select CAST(column AS TEXT) to read it whole",
            sys::number_text(*real)
        )),
        // How an integer beyond 2^53 is read: `CAST(column AS TEXT)`.
        Value::Text(text) => {
            let text = text.to_string();
            text.parse().map_err(|_| format!("expected an integer, found the text `{text}`"))
        }
        other => unexpected("an integer", other),
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl ToSql for $int {
            fn to_sql(&self) -> Result<Value, String> {
                i64::try_from(*self)
                    .map(Value::Integer)
                    .map_err(|_| format!("{self} does not fit SQLite's 64-bit signed integers"))
            }
        }

        impl FromSql for $int {
            fn from_sql(value: Value) -> Result<Self, String> {
                let integer = integer(&value)?;
                Self::try_from(integer).map_err(|_| format!("{integer} does not fit {}", stringify!($int)))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl ToSql for f64 {
    fn to_sql(&self) -> Result<Value, String> {
        // SQLite stores NaN as NULL without a word.
        if self.is_nan() {
            Err("NaN cannot be stored: SQLite would make it NULL".into())
        } else {
            Ok(Value::Real(*self))
        }
    }
}

impl FromSql for f64 {
    fn from_sql(value: Value) -> Result<Self, String> {
        match value {
            Value::Real(real) => Ok(real),
            #[expect(clippy::cast_precision_loss, reason = "integers from the platform are within 2^53")]
            Value::Integer(integer) => Ok(integer as f64),
            other => unexpected("a number", &other),
        }
    }
}

impl ToSql for f32 {
    fn to_sql(&self) -> Result<Value, String> {
        f64::from(*self).to_sql()
    }
}

impl ToSql for str {
    fn to_sql(&self) -> Result<Value, String> {
        Ok(Value::Text(Text::from(self)))
    }
}

impl ToSql for String {
    fn to_sql(&self) -> Result<Value, String> {
        self.as_str().to_sql()
    }
}

impl FromSql for String {
    fn from_sql(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text.to_string()),
            other => unexpected("text", &other),
        }
    }
}

impl ToSql for Text {
    fn to_sql(&self) -> Result<Value, String> {
        Ok(Value::Text(self.clone()))
    }
}

impl FromSql for Text {
    fn from_sql(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text),
            other => unexpected("text", &other),
        }
    }
}

impl ToSql for [u8] {
    fn to_sql(&self) -> Result<Value, String> {
        Ok(Value::Blob(Blob(self.to_vec())))
    }
}

impl ToSql for Vec<u8> {
    fn to_sql(&self) -> Result<Value, String> {
        self.as_slice().to_sql()
    }
}

impl FromSql for Vec<u8> {
    fn from_sql(value: Value) -> Result<Self, String> {
        match value {
            Value::Blob(Blob(bytes)) => Ok(bytes),
            other => unexpected("a blob", &other),
        }
    }
}

impl<T: ToSql> ToSql for Option<T> {
    fn to_sql(&self) -> Result<Value, String> {
        self.as_ref().map_or(Ok(Value::Null), ToSql::to_sql)
    }
}

impl<T: FromSql> FromSql for Option<T> {
    fn from_sql(value: Value) -> Result<Self, String> {
        if value == Value::Null { Ok(None) } else { T::from_sql(value).map(Some) }
    }
}

impl<T: ToSql + ?Sized> ToSql for &T {
    fn to_sql(&self) -> Result<Value, String> {
        (**self).to_sql()
    }
}

impl Params for () {
    fn values(&self) -> Result<Vec<Value>, String> {
        Ok(Vec::new())
    }
}

impl<T: ToSql> Params for [T] {
    fn values(&self) -> Result<Vec<Value>, String> {
        self.iter().map(ToSql::to_sql).collect()
    }
}

impl<T: ToSql, const N: usize> Params for [T; N] {
    fn values(&self) -> Result<Vec<Value>, String> {
        self.as_slice().values()
    }
}

impl<T: ToSql> Params for Vec<T> {
    fn values(&self) -> Result<Vec<Value>, String> {
        self.as_slice().values()
    }
}

impl<P: Params + ?Sized> Params for &P {
    fn values(&self) -> Result<Vec<Value>, String> {
        (**self).values()
    }
}

macro_rules! tuple_params {
    ($($name:ident)+) => {
        impl<$($name: ToSql),+> Params for ($($name,)+) {
            fn values(&self) -> Result<Vec<Value>, String> {
                #[expect(non_snake_case, reason = "one binding for each type parameter")]
                let ($($name,)+) = self;
                Ok(vec![$($name.to_sql()?),+])
            }
        }
    };
}

tuple_params!(A);
tuple_params!(A B);
tuple_params!(A B C);
tuple_params!(A B C D);
tuple_params!(A B C D E);
tuple_params!(A B C D E F);
tuple_params!(A B C D E F G);
tuple_params!(A B C D E F G H);
tuple_params!(A B C D E F G H I);
tuple_params!(A B C D E F G H I J);

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
    }

    #[test]
    fn what_would_be_changed_is_refused() {
        assert!(u64::MAX.to_sql().unwrap_err().contains("64-bit"));
        assert!(f64::NAN.to_sql().unwrap_err().contains("NULL"));
        assert!(u8::from_sql(Value::Integer(256)).unwrap_err().contains("does not fit u8"));
        assert!(bool::from_sql(Value::Integer(2)).is_err());
        assert!(i64::from_sql(Value::Real(1.5)).unwrap_err().contains("found a real number"));
        assert!(i64::from_sql(Value::Real(9_007_199_254_740_992.0)).unwrap_err().contains("2^53"));
        assert!(String::from_sql(Value::Null).unwrap_err().contains("found NULL"));
    }

    #[test]
    fn large_integers_are_read_from_text() {
        assert_eq!(i64::from_sql(Value::Text("9007199254740993".into())), Ok(9_007_199_254_740_993));
        assert!(i64::from_sql(Value::Text("many".into())).is_err());
    }
}
