//! Effect's `Option`.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::error::ConversionError;
use crate::storage::{FromSql, ToSql};
use crate::value::Value;

/// An `Option` whose JSON is `{"_tag":"None"}` or `{"_tag":"Some","value":…}`: Effect's `Schema.Option`. In SQL it is
/// `NULL` or the value.
///
/// A plain `Option` is `null` or the value: `Schema.NullOr` and `Schema.OptionFromNullOr`. With `#[event(optional)]` it
/// is left out: `Schema.optional` and `Schema.UndefinedOr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaggedOption<T>(pub Option<T>);

impl<T> Default for TaggedOption<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// The shape of the JSON.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(tag = "_tag")]
enum Tagged<T> {
    None,
    Some { value: T },
}

impl<T: Serialize> Serialize for TaggedOption<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            None => Tagged::<&T>::None.serialize(serializer),
            Some(value) => Tagged::Some { value }.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TaggedOption<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Tagged::deserialize(deserializer)? {
            Tagged::None => Self(None),
            Tagged::Some { value } => Self(Some(value)),
        })
    }
}

impl<T: ToSql> ToSql for TaggedOption<T> {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.0.to_sql()
    }
}

impl<T: FromSql> FromSql for TaggedOption<T> {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        Option::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_a_tag() {
        for (option, json) in [(None, r#"{"_tag":"None"}"#), (Some(1), r#"{"_tag":"Some","value":1}"#)] {
            let option = TaggedOption(option);
            assert_eq!(serde_json::to_string(&option).unwrap(), json);
            assert_eq!(serde_json::from_str::<TaggedOption<i32>>(json).unwrap(), option);
            assert_eq!(TaggedOption::from_sql(option.to_sql().unwrap()), Ok(option));
        }
        assert!(serde_json::from_str::<TaggedOption<i32>>(r#"{"_tag":"Some"}"#).is_err());
        assert!(serde_json::from_str::<TaggedOption<i32>>("1").is_err());
    }
}
