//! Values that came from JavaScript and go back there.

use std::cell::RefCell;

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Error;
use super::tape::{BigInt, Reader, Value};

/// The value on a tape, to be written to another. Views on bytes become a `Uint8Array`.
pub(crate) struct Passed<'a>(pub(crate) &'a [u8]);

/// The next value of the tape.
struct Next<'a, 'tape>(&'a RefCell<Reader<'tape>>);

impl Serialize for Passed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Next(&RefCell::new(Reader::new(self.0))).serialize(serializer)
    }
}

impl<'tape> Next<'_, 'tape> {
    fn value(&self) -> Result<Value<'tape>, Error> {
        self.0.borrow_mut().value()
    }

    fn key(&self) -> Result<Option<&'tape str>, Error> {
        self.0.borrow_mut().key()
    }
}

impl Serialize for Next<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value().map_err(S::Error::custom)? {
            Value::Undefined => serializer.serialize_unit(),
            Value::Null => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(value),
            Value::Number(number) => serializer.serialize_f64(number),
            Value::BigInt(BigInt::Small(value)) => serializer.serialize_i128(value.into()),
            Value::BigInt(BigInt::Positive(value)) => serializer.serialize_u128(value),
            Value::BigInt(BigInt::Negative(value)) => serializer.serialize_i128(value),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) | Value::View(_, bytes) => serializer.serialize_bytes(bytes),
            Value::Date(date) => date.serialize(serializer),
            Value::Array(length) => {
                let mut array = serializer.serialize_seq(Some(length))?;
                for _ in 0..length {
                    array.serialize_element(self)?;
                }
                array.end()
            }
            Value::Object => {
                let mut object = serializer.serialize_map(None)?;
                while let Some(key) = self.key().map_err(S::Error::custom)? {
                    object.serialize_entry(key, self)?;
                }
                object.end()
            }
            Value::Other(what) => Err(S::Error::custom(what)),
        }
    }
}
