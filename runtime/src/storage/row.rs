//! Rows, and the types that can be read from them.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::convert::FromSql;
use super::cursor::Columns;
use crate::value::{Blob, ConversionError, Date, Json, Text, Value};

/// One row of a result, of any shape.
///
/// To serde it is a map of its columns in their order, so a remote method can return it, and JSON can hold
/// it:
///
/// ```
/// # use durable_object::prelude::*;
/// # use durable_object::storage::Row;
/// # use durable_object::value::Value;
/// # fn console(sql: &Sql, statement: String, params: Vec<Value>) -> Result<Vec<Row>> {
/// sql.query(&statement, params)?.all()
/// # }
/// ```
///
/// A map would lose all but one of the columns with the same name, so such columns are an error. Rename them
/// with `AS`, or return [`columns`](Row::columns) and [`values`](Row::values). A JavaScript object puts names
/// that are whole numbers first.
#[derive(Debug, Clone)]
pub struct Row {
    pub(super) columns: Columns,
    pub(super) values: Vec<Value>,
}

/// A Rust type that can be read from a row: a single value, a tuple with one member for each column, or a
/// struct with [`#[derive(FromRow)]`](derive@crate::FromRow), whose fields are found by name.
#[diagnostic::on_unimplemented(
    message = "a row cannot be read as `{Self}`",
    label = "needs `FromRow`",
    note = "read a struct that derives `FromRow`, a tuple of columns, or a single value"
)]
pub trait FromRow: Sized {
    /// Returns the Rust value.
    ///
    /// # Errors
    /// Fails with the wrong column and the reason, in words.
    fn from_row(row: Row) -> Result<Self, ConversionError>;
}

impl Row {
    /// Returns the columns' names in order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.columns.names()
    }

    /// Returns the values in the order of the columns.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Returns the value of the column called `name`.
    ///
    /// # Errors
    /// Fails when there is no such column or more than one, or when the column does not hold a `T`.
    pub fn get<T: FromSql>(&self, name: &str) -> Result<T, ConversionError> {
        let value = self.find(name)?.and_then(|index| self.values.get(index));
        let value = value.ok_or_else(|| self.no_column(name))?;
        T::from_sql(value.clone()).map_err(|why| format!("column `{name}`: {why}").into())
    }

    /// Takes the value as [`get`](Row::get) does, once for each column, without a copy.
    #[doc(hidden)]
    pub fn take<T: FromSql>(&mut self, name: &str) -> Result<T, ConversionError> {
        self.take_optional(name)?.ok_or_else(|| self.no_column(name).into())
    }

    /// Takes the value as [`take`](Row::take) does, or returns the default when there is no such column.
    #[doc(hidden)]
    pub fn take_or_default<T: FromSql + Default>(&mut self, name: &str) -> Result<T, ConversionError> {
        self.take_optional(name).map(Option::unwrap_or_default)
    }

    fn take_optional<T: FromSql>(&mut self, name: &str) -> Result<Option<T>, ConversionError> {
        let index = self.find(name)?;
        let value = index.and_then(|index| self.values.get_mut(index));
        let value = value.map(|value| T::from_sql(std::mem::replace(value, Value::Null)));
        value.transpose().map_err(|why| format!("column `{name}`: {why}").into())
    }

    /// Returns the index of the column called `name`, if there is one.
    fn find(&self, name: &str) -> Result<Option<usize>, ConversionError> {
        let mut found = self.columns().iter().enumerate().filter(|(_, column)| *column == name);
        let index = found.next().map(|(index, _)| index);
        match found.next() {
            None => Ok(index),
            Some(_) => Err(several(name).into()),
        }
    }

    fn no_column(&self, name: &str) -> String {
        format!("no column `{name}`; there are {}", self.columns().join(", "))
    }

    /// Returns the values in the order of the columns.
    pub(crate) fn into_values(self) -> std::vec::IntoIter<Value> {
        self.values.into_iter()
    }

    /// Returns the row's values, if there are as many as expected.
    fn cells(self, expected: usize) -> Result<Cells, ConversionError> {
        if self.values.len() == expected {
            return Ok(Cells { columns: self.columns, values: self.values.into_iter(), read: 0 });
        }
        Err(format!(
            "expected {expected} columns, found {} ({})",
            self.values.len(),
            self.columns().join(", ")
        )
        .into())
    }
}

fn several(name: &str) -> String {
    format!("there are several columns `{name}`; tell them apart with `AS`")
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.columns();
        let mut map = serializer.serialize_map(Some(columns.len()))?;
        for (index, (name, value)) in columns.iter().zip(&self.values).enumerate() {
            if columns.iter().take(index).any(|earlier| earlier == name) {
                return Err(S::Error::custom(several(name)));
            }
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: its columns' names with their values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        while let Some((name, value)) = map.next_entry()? {
            columns.push(name);
            values.push(value);
        }
        Ok(Row { columns: Columns::Known(columns.into()), values })
    }
}

/// A row's values, one after the other.
struct Cells {
    columns: Columns,
    values: std::vec::IntoIter<Value>,
    /// The number of values read.
    read: usize,
}

impl Cells {
    fn read<T: FromSql>(&mut self) -> Result<T, ConversionError> {
        let value = self.values.next().ok_or("fewer values than columns")?;
        self.read += 1;
        T::from_sql(value).map_err(|why| self.at_column(&why).into())
    }

    fn at_column(&self, why: &ConversionError) -> String {
        let column = self.columns.names().get(self.read - 1).map_or("?", String::as_str);
        format!("column `{column}`: {why}")
    }
}

impl FromRow for Row {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        Ok(row)
    }
}

macro_rules! single_values {
    ($($ty:ty),* $(,)?) => {$(
        impl FromRow for $ty {
            fn from_row(row: Row) -> Result<Self, ConversionError> {
                <($ty,)>::from_row(row).map(|(value,)| value)
            }
        }
    )*};
}

single_values!(
    Value,
    bool,
    i8,
    i16,
    i32,
    i64,
    isize,
    u8,
    u16,
    u32,
    u64,
    usize,
    f32,
    f64,
    String,
    Text,
    Vec<u8>,
    Blob,
    Date,
);

impl<const N: usize> FromRow for [u8; N] {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        <([u8; N],)>::from_row(row).map(|(value,)| value)
    }
}

impl<T: DeserializeOwned> FromRow for Json<T> {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        <(Json<T>,)>::from_row(row).map(|(value,)| value)
    }
}

impl<T: FromSql> FromRow for Option<T> {
    fn from_row(row: Row) -> Result<Self, ConversionError> {
        <(Option<T>,)>::from_row(row).map(|(value,)| value)
    }
}

macro_rules! tuple_rows {
    ($count:literal $($name:ident)+) => {
        impl<$($name: FromSql),+> FromRow for ($($name,)+) {
            fn from_row(row: Row) -> Result<Self, ConversionError> {
                let mut cells = row.cells($count)?;
                Ok(($(cells.read::<$name>()?,)+))
            }
        }
    };
}

tuple_rows!(1 A);
tuple_rows!(2 A B);
tuple_rows!(3 A B C);
tuple_rows!(4 A B C D);
tuple_rows!(5 A B C D E);
tuple_rows!(6 A B C D E F);
tuple_rows!(7 A B C D E F G);
tuple_rows!(8 A B C D E F G H);
tuple_rows!(9 A B C D E F G H I);
tuple_rows!(10 A B C D E F G H I J);

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        row_of("SELECT 7 AS id, 'a' AS name")
    }

    fn row_of(statement: &str) -> Row {
        let sql = crate::Sql::new(crate::sys::State::in_memory().into());
        sql.query(statement, ()).unwrap().one().unwrap()
    }

    #[test]
    fn tuples_take_the_columns_in_order() {
        assert_eq!(<(i64, String)>::from_row(row()), Ok((7, "a".to_owned())));
        assert_eq!(row().get::<String>("name"), Ok("a".to_owned()));
    }

    #[test]
    fn json_holds_rows_of_any_shape() {
        let row = row_of("SELECT 7 AS z, 'b' AS a, NULL AS n, x'01ff' AS bytes, 0.5 AS \"0.5\"");
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(json, r#"{"z":7,"a":"b","n":null,"bytes":[1,255],"0.5":0.5}"#);
        let back: Row = serde_json::from_str(&json).unwrap();
        assert_eq!((back.columns(), back.values()), (row.columns(), row.values()));
        assert_eq!(back.get::<String>("a"), Ok("b".to_owned()));
        let twice = serde_json::to_string(&row_of("SELECT 1 AS id, 2 AS b, 3 AS id")).unwrap_err();
        assert_eq!(twice.to_string(), "there are several columns `id`; tell them apart with `AS`");
        let list = serde_json::from_str::<Row>("[1]").unwrap_err().to_string();
        assert!(list.contains("expected a row: its columns' names with their values"), "{list}");
    }

    #[test]
    fn errors_name_the_column() {
        let text_as_integer = "column `name`: expected an integer, found the text `a`";
        assert_eq!(<(i64, i64)>::from_row(row()), Err(text_as_integer.into()));
        assert_eq!(i64::from_row(row()), Err("expected 1 columns, found 2 (id, name)".into()));
        assert_eq!(row().get::<bool>("id"), Err("column `id`: expected 0 or 1 for a bool, found 7".into()));
        assert_eq!(row().get::<i64>("nope"), Err("no column `nope`; there are id, name".into()));
        let twice = row_of("SELECT 1 AS id, 2 AS id").get::<i64>("id");
        assert_eq!(twice, Err("there are several columns `id`; tell them apart with `AS`".into()));
    }
}
