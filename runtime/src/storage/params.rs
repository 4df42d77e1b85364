//! The values for a statement's placeholders.

use super::convert::ToSql;
use crate::value::Value;

/// The values for a statement's placeholders, in order: a tuple, [`params!`](crate::params), an array, a
/// slice, a `Vec`, or `()`.
///
/// The platform binds by position only. A name such as `:id` counts like `?`: the first name belongs to the
/// first value. A name that is used again means the same value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of SQL parameters",
    label = "not a tuple of values that can be bound",
    note = "write `(value,)` for one parameter, `()` for none, and `params![…]` for more than ten"
)]
pub trait Params {
    /// Returns the values in order.
    ///
    /// # Errors
    /// Fails with the parameter that cannot be bound, and the reason.
    fn values(&self) -> Result<Vec<Value>, String>;
}

/// Parameters of any types, as many as a statement takes: `params![id, name, None::<i64>]`.
///
/// ```
/// # use durable_object::{Result, Sql, params};
/// # fn insert(sql: &Sql, name: &str, age: u32, admin: bool) -> Result<u64> {
/// sql.execute("INSERT INTO users VALUES (?, ?, ?)", params![name, age, admin])
/// # }
/// ```
#[macro_export]
macro_rules! params {
    () => { () };
    ($($value:expr),+ $(,)?) => {
        [$(&$value as &dyn $crate::storage::ToSql),+]
    };
}

fn push(values: &mut Vec<Value>, value: &(impl ToSql + ?Sized)) -> Result<(), String> {
    values.push(value.to_sql().map_err(|why| format!("parameter {}: {why}", values.len() + 1))?);
    Ok(())
}

impl Params for () {
    fn values(&self) -> Result<Vec<Value>, String> {
        Ok(Vec::new())
    }
}

impl<T: ToSql> Params for [T] {
    fn values(&self) -> Result<Vec<Value>, String> {
        let mut values = Vec::with_capacity(self.len());
        for value in self {
            push(&mut values, value)?;
        }
        Ok(values)
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
                let mut values = Vec::new();
                $(push(&mut values, $name)?;)+
                Ok(values)
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

    #[test]
    fn lists_of_every_kind() {
        let two = Ok(vec![Value::Integer(1), Value::Integer(2)]);
        assert_eq!((1, 2_u8).values(), two);
        assert_eq!([1, 2].values(), two);
        assert_eq!(vec![1, 2].values(), two);
        assert_eq!(vec![Value::Integer(1), Value::Integer(2)].values(), two);
        assert_eq!(params![1_i64, 2_u8].values(), two);
        assert_eq!([1, 2][..].values(), two);
        assert_eq!(().values(), Ok(vec![]));
        assert_eq!(params![].values(), Ok(vec![]));
    }

    #[test]
    fn types_mix_beyond_the_length_of_tuples() {
        let name = String::from("a");
        let values =
            params![1, "b", name, None::<i64>, true, 0.5, vec![7_u8], 8, 9, 10, 11, 12,].values().unwrap();
        assert_eq!(values.len(), 12);
        assert_eq!(values[2], Value::Text("a".into()));
        assert_eq!(values[3], Value::Null);
    }

    #[test]
    fn the_parameter_that_cannot_be_bound_is_named() {
        let nan = params![1, f64::NAN].values();
        assert_eq!(nan, Err("parameter 2: NaN cannot be stored: SQLite would make it NULL".into()));
        assert!(
            (u64::MAX,).values().unwrap_err().starts_with("parameter 1: 18446744073709551615 does not fit")
        );
    }
}
