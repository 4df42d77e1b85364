//! Values of shapes as serde is told of them.

use std::rc::Rc;

use serde::ser::{
    SerializeMap, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::shape::{Fields, KEY_VARIANTS, Key, Shape, VARIANTS, Value, Width};

/// A value to be written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) shape: Rc<Shape>,
    pub(super) value: Value,
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Of(&self.shape, &self.value).serialize(serializer)
    }
}

/// A value that a remote method takes can also be read.
impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("it is only written"))
    }
}

struct Of<'a>(&'a Shape, &'a Value);

impl Serialize for Of<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "it is of that width")]
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (Shape::Bool, &Value::Bool(value)) => s.serialize_bool(value),
            (Shape::Signed(Width::W8), &Value::Signed(value)) => s.serialize_i8(value as i8),
            (Shape::Signed(Width::W16), &Value::Signed(value)) => s.serialize_i16(value as i16),
            (Shape::Signed(Width::W32), &Value::Signed(value)) => s.serialize_i32(value as i32),
            (Shape::Signed(Width::W64), &Value::Signed(value)) => s.serialize_i64(value as i64),
            (Shape::Signed(Width::W128), &Value::Signed(value)) => s.serialize_i128(value),
            (Shape::Unsigned(Width::W8), &Value::Unsigned(value)) => s.serialize_u8(value as u8),
            (Shape::Unsigned(Width::W16), &Value::Unsigned(value)) => s.serialize_u16(value as u16),
            (Shape::Unsigned(Width::W32), &Value::Unsigned(value)) => s.serialize_u32(value as u32),
            (Shape::Unsigned(Width::W64), &Value::Unsigned(value)) => s.serialize_u64(value as u64),
            (Shape::Unsigned(Width::W128), &Value::Unsigned(value)) => s.serialize_u128(value),
            (Shape::F32, &Value::Float(value)) => s.serialize_f32(value as f32),
            (Shape::F64, &Value::Float(value)) => s.serialize_f64(value),
            (Shape::Char, &Value::Char(value)) => s.serialize_char(value),
            (Shape::Text, Value::Text(text)) => s.serialize_str(text),
            (Shape::Bytes, Value::Bytes(bytes)) => s.serialize_bytes(bytes),
            (Shape::Unit, Value::Nothing) => s.serialize_unit(),
            (Shape::UnitStruct, Value::Nothing) => s.serialize_unit_struct("UnitStruct"),
            (Shape::Option(_), Value::Nothing) => s.serialize_none(),
            (Shape::Option(inner), Value::Some(value)) => s.serialize_some(&Of(inner, value)),
            (Shape::Newtype(inner), value) => s.serialize_newtype_struct("Newtype", &Of(inner, value)),
            (Shape::List(inner), Value::List(values)) => {
                s.collect_seq(values.iter().map(|value| Of(inner, value)))
            }
            (Shape::Tuple(shapes), Value::List(values)) => {
                let mut tuple = s.serialize_tuple(shapes.len())?;
                each(shapes, values).try_for_each(|element| tuple.serialize_element(&element))?;
                tuple.end()
            }
            (Shape::TupleStruct(shapes), Value::List(values)) => {
                let mut tuple = s.serialize_tuple_struct("TupleStruct", shapes.len())?;
                each(shapes, values).try_for_each(|field| tuple.serialize_field(&field))?;
                tuple.end()
            }
            (Shape::Map(key, inner), Value::Map(entries)) => {
                let mut map = s.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(&KeyOf(*key, name), &Of(inner, value))?;
                }
                map.end()
            }
            (Shape::Struct(Fields { names, shapes }), Value::List(values)) => {
                let mut fields = s.serialize_struct("Struct", names.len())?;
                for (name, field) in names.iter().zip(each(shapes, values)) {
                    fields.serialize_field(name, &field)?;
                }
                fields.end()
            }
            (Shape::Enum { one, pair, named }, Value::Variant(variant, content)) => {
                let (index, name) = (u32::try_from(*variant).unwrap(), VARIANTS[*variant]);
                match (variant, &**content) {
                    (0, _) => s.serialize_unit_variant("Enum", index, name),
                    (1, content) => s.serialize_newtype_variant("Enum", index, name, &Of(one, content)),
                    (2, Value::List(values)) => {
                        let mut tuple = s.serialize_tuple_variant("Enum", index, name, pair.len())?;
                        each(pair, values).try_for_each(|field| tuple.serialize_field(&field))?;
                        tuple.end()
                    }
                    (_, Value::List(values)) => {
                        let mut fields =
                            s.serialize_struct_variant("Enum", index, name, named.names.len())?;
                        for (name, field) in named.names.iter().zip(each(&named.shapes, values)) {
                            fields.serialize_field(name, &field)?;
                        }
                        fields.end()
                    }
                    other => panic!("no content of {name}: {other:?}"),
                }
            }
            other => panic!("not of that shape: {:?}, {:?}", other.0, other.1),
        }
    }
}

fn each<'a>(shapes: &'a [Shape], values: &'a [Value]) -> impl Iterator<Item = Of<'a>> {
    shapes.iter().zip(values).map(|(shape, value)| Of(shape, value))
}

struct KeyOf<'a>(Key, &'a Value);

impl Serialize for KeyOf<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "it is of that width")]
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (Key::Text, Value::Text(text)) => s.serialize_str(text),
            (Key::Char, &Value::Char(value)) => s.serialize_char(value),
            (Key::Bool, &Value::Bool(value)) => s.serialize_bool(value),
            (Key::I32, &Value::Signed(value)) => s.serialize_i32(value as i32),
            (Key::U64, &Value::Unsigned(value)) => s.serialize_u64(value as u64),
            (Key::Variant, Value::Variant(index, _)) => {
                s.serialize_unit_variant("Key", u32::try_from(*index).unwrap(), KEY_VARIANTS[*index])
            }
            other => panic!("no such key: {other:?}"),
        }
    }
}
