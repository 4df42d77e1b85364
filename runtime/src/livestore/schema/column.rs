//! The columns of tables, and the Rust types that they hold.

use super::encoding::{Base64, BigInt, DurationMillis, Millis, TaggedDuration, TaggedOption};
use crate::value::{Blob, Text};
use crate::{Date, Json};

/// The type of a column in a `STRICT` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers of 64 bits: integers, booleans as 0 and 1, dates as milliseconds.
    Integer,
    /// Floating point numbers.
    Real,
    /// Text, and JSON as text.
    Text,
    /// Bytes.
    Blob,
    /// Values of every kind, each as it is.
    Any,
}

impl ColumnType {
    /// Returns the type as SQL writes it.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
            Self::Any => "ANY",
        }
    }
}

/// A Rust type that a column of a [`Table`](trait@super::Table) holds.
///
/// A type that implements [`ToSql`](crate::storage::ToSql) and [`FromSql`](crate::storage::FromSql) becomes a column with this:
///
/// ```
/// use durable_object::livestore::schema::{ColumnType, ColumnValue};
///
/// struct Percent(u8);
///
/// impl ColumnValue for Percent {
///     const TYPE: ColumnType = ColumnType::Integer;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a column",
    label = "needs `ColumnValue`",
    note = "these are: bool, integers, floats, String, bytes, Date, Json<T>, and an Option of any of them",
    note = "a field that is `Serialize` and `Deserialize` can be `#[column(json)]`, and `#[column(sql_type = \"ANY\")]` takes any type that is `FromSql`"
)]
pub trait ColumnValue {
    /// The type of the column.
    const TYPE: ColumnType;
    /// Whether the column may be `NULL`.
    const NULLABLE: bool = false;
}

macro_rules! column_values {
    ($($ty:ident: $($value:ty),*;)*) => {$($(
        impl ColumnValue for $value {
            const TYPE: ColumnType = ColumnType::$ty;
        }
    )*)*};
}

column_values!(
    Integer: bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, Date, Millis, BigInt, DurationMillis, TaggedDuration;
    Real: f32, f64;
    Text: String, Text;
    Blob: Vec<u8>, Blob, Base64;
);

impl<const N: usize> ColumnValue for [u8; N] {
    const TYPE: ColumnType = ColumnType::Blob;
}

impl<T> ColumnValue for Json<T> {
    const TYPE: ColumnType = ColumnType::Text;
}

impl<T: ColumnValue> ColumnValue for Option<T> {
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = true;
}

impl<T: ColumnValue> ColumnValue for TaggedOption<T> {
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = true;
}

/// A column of a [`Table`](trait@super::Table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    name: &'static str,
    ty: ColumnType,
    nullable: bool,
    default: Option<&'static str>,
}

impl Column {
    /// Creates a column that is not `NULL`.
    #[must_use]
    pub const fn new(name: &'static str, ty: ColumnType) -> Self {
        Self { name, ty, nullable: false, default: None }
    }

    /// Creates a column that holds values of `T`.
    #[must_use]
    pub const fn of<T: ColumnValue>(name: &'static str) -> Self {
        Self { name, ty: T::TYPE, nullable: T::NULLABLE, default: None }
    }

    /// Makes the column accept `NULL`.
    #[must_use]
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Sets the value for rows that are inserted without one, as a literal of SQL.
    #[must_use]
    pub const fn with_default(self, literal: &'static str) -> Self {
        Self { default: Some(literal), ..self }
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the type.
    #[must_use]
    pub const fn ty(&self) -> ColumnType {
        self.ty
    }

    /// Returns whether the column accepts `NULL`.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Returns the default, as a literal of SQL.
    #[must_use]
    pub const fn default(&self) -> Option<&'static str> {
        self.default
    }
}
