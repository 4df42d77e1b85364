//! Rust values from a tape.

use serde::Deserialize;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::key::KeyReader;
use super::number::{Integral, integral};
use super::tape::{BigInt, Reader, Value};
use super::{Error, bytes};
use crate::sys;

impl<'de> Reader<'de> {
    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Number(number) => match integral(number) {
                Integral::Exact(integer) => visit_integer(integer, visitor),
                Integral::Fraction => visitor.visit_f64(number),
                Integral::Rounded => Err(Error::new(format!(
                    "{} is beyond ±(2^53-1) and may have been rounded; pass a bigint",
                    sys::number_text(number)
                ))),
            },
            Value::BigInt(integer) => visit_big_int(integer, visitor),
            Value::Date(date) => visitor.visit_i64(date.as_millis()),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn visit_array<V: Visitor<'de>>(
        &mut self,
        mut elements: Elements<'de>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let value = visitor.visit_seq(ArrayReader { reader: self, elements: &mut elements })?;
        let Elements { length, left, .. } = elements;
        if left == 0 {
            return Ok(value);
        }
        Err(Error::new(format!("invalid length {length}, expected {} elements", length - left)))
    }

    fn visit_object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let mut ended = false;
        let value = visitor.visit_map(ObjectReader { reader: self, key: "", ended: &mut ended })?;
        if ended { Ok(value) } else { self.end_of_object(value) }
    }

    fn end_of_object<T>(&mut self, value: T) -> Result<T, Error> {
        match self.key()? {
            None => Ok(value),
            Some(key) => Err(Error::new(format!("unexpected field `{key}`"))),
        }
    }
}

fn visit_integer<'de, V: Visitor<'de>>(integer: i64, visitor: V) -> Result<V::Value, Error> {
    // To serde a non-negative integer is unsigned, as it is in serde_json.
    match u64::try_from(integer) {
        Ok(integer) => visitor.visit_u64(integer),
        Err(_) => visitor.visit_i64(integer),
    }
}

fn visit_big_int<'de, V: Visitor<'de>>(integer: BigInt, visitor: V) -> Result<V::Value, Error> {
    match integer {
        BigInt::Small(integer) => visit_integer(integer, visitor),
        BigInt::Negative(integer) => visitor.visit_i128(integer),
        BigInt::Positive(integer) => match u64::try_from(integer) {
            Ok(integer) => visitor.visit_u64(integer),
            Err(_) => visitor.visit_u128(integer),
        },
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.visit_number(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    /// For types that take any value: untagged and internally tagged enums, flattened fields.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Undefined | Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            // This includes -0: a value kept as a float is not an integer any more, and the sign of zero is
            // the lesser loss.
            Value::Number(number) => match integral(number) {
                Integral::Exact(integer) => visit_integer(integer, visitor),
                Integral::Rounded | Integral::Fraction => visitor.visit_f64(number),
            },
            Value::BigInt(integer) => visit_big_int(integer, visitor),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            // serde does not give back bytes that it keeps as bytes as the sequence that a `Vec<u8>` asks
            // for.
            Value::Bytes(bytes) => self.visit_array(Elements::bytes(bytes), visitor),
            Value::Array(length) => self.visit_array(Elements::values(length), visitor),
            Value::Object => self.visit_object(visitor),
            Value::Date(date) => visitor.visit_string(date.to_string()),
            other @ (Value::View(..) | Value::Other(_)) => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Bool(value) => visitor.visit_bool(value),
            other => Err(other.unexpected(&visitor)),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    #[expect(clippy::cast_precision_loss, reason = "a date is a safe integer")]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Number(number) => visitor.visit_f64(number),
            Value::Date(date) => visitor.visit_f64(date.as_millis() as f64),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(text) = self.text_ahead()? {
            return visitor.visit_borrowed_str(text);
        }
        if let Some(text) = self.aside_text_ahead()? {
            return visitor.visit_string(text);
        }
        match self.value()? {
            Value::Date(date) => visitor.visit_string(date.to_string()),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(bytes) = self.aside_bytes_ahead()? {
            return visitor.visit_byte_buf(bytes);
        }
        match self.value()? {
            Value::Bytes(bytes) | Value::View(_, bytes) => visitor.visit_borrowed_bytes(bytes),
            Value::Array(length) => self.visit_array(Elements::values(length), visitor),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.absent() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Undefined | Value::Null => visitor.visit_unit(),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let makes_vec = bytes::makes_vec::<V>();
        if makes_vec && let Some(bytes) = self.aside_bytes_ahead()? {
            return bytes::from_vec(bytes).map_err(|_| Error::broken_tape());
        }
        match self.value()? {
            Value::Array(length) => self.visit_array(Elements::values(length), visitor),
            Value::Bytes(bytes) | Value::View(_, bytes) if makes_vec => {
                bytes::from_vec(bytes.to_vec()).map_err(|_| Error::broken_tape())
            }
            Value::Bytes(bytes) => self.visit_array(Elements::bytes(bytes), visitor),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let elements = match self.value()? {
            Value::Array(length) => Elements::values(length),
            Value::Bytes(bytes) => Elements::bytes(bytes),
            other => return Err(other.unexpected(&visitor)),
        };
        if elements.length != length {
            return Err(de::Error::invalid_length(elements.length, &visitor));
        }
        self.visit_array(elements, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Object => self.visit_object(visitor),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value()? {
            Value::Text(name) => visitor.visit_enum(VariantReader { name, content: None }),
            Value::Object => match self.key()? {
                Some(name) => {
                    let value = visitor.visit_enum(VariantReader { name, content: Some(&mut *self) })?;
                    self.end_of_object(value)
                }
                None => Err(Error::new("expected an object with the name of a variant as its only key")),
            },
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// The elements of an array that are not read yet.
struct Elements<'de> {
    length: usize,
    left: usize,
    /// The bytes that are the elements, if the elements are not values on the tape.
    bytes: Option<&'de [u8]>,
}

impl<'de> Elements<'de> {
    fn values(length: usize) -> Self {
        Self { length, left: length, bytes: None }
    }

    fn bytes(bytes: &'de [u8]) -> Self {
        Self { length: bytes.len(), left: bytes.len(), bytes: Some(bytes) }
    }
}

struct ArrayReader<'a, 'de> {
    reader: &'a mut Reader<'de>,
    elements: &'a mut Elements<'de>,
}

impl<'de> SeqAccess<'de> for ArrayReader<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let index = self.elements.length - self.elements.left;
        if self.elements.left == 0 {
            return Ok(None);
        }
        self.elements.left -= 1;
        if let Some(byte) = self.elements.bytes.and_then(|bytes| bytes.get(index)) {
            self.reader.put_byte(*byte);
        }
        seed.deserialize(&mut *self.reader).map(Some).map_err(|error| error.at(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.left)
    }
}

struct ObjectReader<'a, 'de> {
    reader: &'a mut Reader<'de>,
    key: &'de str,
    ended: &'a mut bool,
}

impl<'de> MapAccess<'de> for ObjectReader<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if *self.ended {
            return Ok(None);
        }
        let Some(key) = self.reader.key()? else {
            *self.ended = true;
            return Ok(None);
        };
        self.key = key;
        seed.deserialize(KeyReader(key)).map(Some).map_err(|error| error.within(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(&mut *self.reader).map_err(|error| error.within(self.key))
    }
}

/// A variant of an enum: a string, or an object with one key.
struct VariantReader<'a, 'de> {
    name: &'de str,
    content: Option<&'a mut Reader<'de>>,
}

impl<'de> EnumAccess<'de> for VariantReader<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        Ok((seed.deserialize(KeyReader(self.name))?, self))
    }
}

impl<'a, 'de> VariantReader<'a, 'de> {
    fn content(self, kind: &str) -> Result<&'a mut Reader<'de>, Error> {
        self.content.ok_or_else(|| de::Error::invalid_type(Unexpected::UnitVariant, &kind))
    }
}

impl<'de> VariantAccess<'de> for VariantReader<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        let Self { name, content } = self;
        content.map_or(Ok(()), |reader| <()>::deserialize(reader).map_err(|error| error.within(name)))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let name = self.name;
        seed.deserialize(self.content("newtype variant")?).map_err(|error| error.within(name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let name = self.name;
        let content = self.content("tuple variant")?;
        content.deserialize_tuple(length, visitor).map_err(|error| error.within(name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name = self.name;
        self.content("struct variant")?.deserialize_map(visitor).map_err(|error| error.within(name))
    }
}
