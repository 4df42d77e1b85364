//! The keys of maps, which are strings in JavaScript.

use std::fmt::Display;
use std::ops::Range;

use serde::Serialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Impossible, Serializer};

use super::{Encoded, Error};

/// A writer of a key as text. It returns the key's place in the encoded text.
pub(super) struct KeyWriter<'a>(pub(super) &'a mut Encoded);

type Never = Impossible<Range<usize>, Error>;

fn no_key<T>(found: &str) -> Result<T, Error> {
    Err(Error::new(format!(
        "{found} cannot be a key; keys are strings, integers, booleans, characters or variants without fields"
    )))
}

macro_rules! keys {
    ($($method:ident($type:ty)),*) => {$(
        fn $method(self, key: $type) -> Result<Range<usize>, Error> {
            self.0.key(&key)
        }
    )*};
}

impl Serializer for KeyWriter<'_> {
    type Ok = Range<usize>;
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    keys! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_u128(u128), serialize_char(char), serialize_str(&str)
    }

    fn collect_str<T: Display + ?Sized>(self, key: &T) -> Result<Range<usize>, Error> {
        self.0.key(&format_args!("{key}"))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Range<usize>, Error> {
        self.0.key(&variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        key: &T,
    ) -> Result<Range<usize>, Error> {
        key.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, key: &T) -> Result<Range<usize>, Error> {
        key.serialize(self)
    }

    fn serialize_f32(self, _: f32) -> Result<Range<usize>, Error> {
        no_key("a float")
    }

    fn serialize_f64(self, _: f64) -> Result<Range<usize>, Error> {
        no_key("a float")
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Range<usize>, Error> {
        no_key("bytes")
    }

    fn serialize_none(self) -> Result<Range<usize>, Error> {
        no_key("`None`")
    }

    fn serialize_unit(self) -> Result<Range<usize>, Error> {
        no_key("`()`")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Range<usize>, Error> {
        no_key(name)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<Range<usize>, Error> {
        no_key(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Never, Error> {
        no_key("a sequence")
    }

    fn serialize_tuple(self, _: usize) -> Result<Never, Error> {
        no_key("a tuple")
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Never, Error> {
        no_key(name)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Never, Error> {
        no_key(variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Never, Error> {
        no_key("a map")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Never, Error> {
        no_key(name)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Never, Error> {
        no_key(variant)
    }
}

/// A reader of a key from its text.
pub(super) struct KeyReader<'de>(pub(super) &'de str);

macro_rules! parsed {
    ($($method:ident => $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.parse() {
                Ok(key) => visitor.$visit(key),
                Err(_) => Err(de::Error::invalid_type(Unexpected::Str(self.0), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for KeyReader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    // Visitors check the range of their type.
    parsed! {
        deserialize_bool => visit_bool,
        deserialize_i8 => visit_i64, deserialize_i16 => visit_i64, deserialize_i32 => visit_i64,
        deserialize_i64 => visit_i64, deserialize_i128 => visit_i128,
        deserialize_u8 => visit_u64, deserialize_u16 => visit_u64, deserialize_u32 => visit_u64,
        deserialize_u64 => visit_u64, deserialize_u128 => visit_u128
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}
