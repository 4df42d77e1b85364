//! Values of shapes as serde reads them: the code that a derive would write, for a type that is made up.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

use super::shape::{Fields, KEY_VARIANTS, Key, Shape, VARIANTS, Value, Width};

thread_local! {
    static SHAPE: RefCell<Option<Rc<Shape>>> = const { RefCell::new(None) };
}

/// A value of the shape that is asked for right now.
#[derive(Debug, PartialEq)]
pub(super) struct Read(pub(super) Value);

impl Read {
    /// Returns the value that `read` reads. It has this shape.
    pub(super) fn of<T>(shape: &Rc<Shape>, read: impl FnOnce() -> T) -> T {
        SHAPE.set(Some(Rc::clone(shape)));
        read()
    }
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = SHAPE.with_borrow(Clone::clone).ok_or_else(|| D::Error::custom("no shape"))?;
        shape.deserialize(deserializer).map(Self)
    }
}

impl<'de> DeserializeSeed<'de> for &Shape {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        match self {
            Shape::Bool => bool::deserialize(d).map(Value::Bool),
            Shape::Signed(Width::W8) => i8::deserialize(d).map(|value| Value::Signed(value.into())),
            Shape::Signed(Width::W16) => i16::deserialize(d).map(|value| Value::Signed(value.into())),
            Shape::Signed(Width::W32) => i32::deserialize(d).map(|value| Value::Signed(value.into())),
            Shape::Signed(Width::W64) => i64::deserialize(d).map(|value| Value::Signed(value.into())),
            Shape::Signed(Width::W128) => i128::deserialize(d).map(Value::Signed),
            Shape::Unsigned(Width::W8) => u8::deserialize(d).map(|value| Value::Unsigned(value.into())),
            Shape::Unsigned(Width::W16) => u16::deserialize(d).map(|value| Value::Unsigned(value.into())),
            Shape::Unsigned(Width::W32) => u32::deserialize(d).map(|value| Value::Unsigned(value.into())),
            Shape::Unsigned(Width::W64) => u64::deserialize(d).map(|value| Value::Unsigned(value.into())),
            Shape::Unsigned(Width::W128) => u128::deserialize(d).map(Value::Unsigned),
            Shape::F32 => f32::deserialize(d).map(|value| Value::Float(value.into())),
            Shape::F64 => f64::deserialize(d).map(Value::Float),
            Shape::Char => char::deserialize(d).map(Value::Char),
            Shape::Text => String::deserialize(d).map(Value::Text),
            Shape::Bytes => d.deserialize_byte_buf(Bytes),
            Shape::Unit => <()>::deserialize(d).map(|()| Value::Nothing),
            Shape::UnitStruct => d.deserialize_unit_struct("UnitStruct", Of(self)),
            Shape::Option(_) => d.deserialize_option(Of(self)),
            Shape::Newtype(_) => d.deserialize_newtype_struct("Newtype", Of(self)),
            Shape::List(_) => d.deserialize_seq(Of(self)),
            Shape::Tuple(shapes) => d.deserialize_tuple(shapes.len(), Of(self)),
            Shape::TupleStruct(shapes) => d.deserialize_tuple_struct("TupleStruct", shapes.len(), Of(self)),
            Shape::Map(..) => d.deserialize_map(Of(self)),
            Shape::Struct(fields) => d.deserialize_struct("Struct", fields.names, fields),
            Shape::Enum { .. } => d.deserialize_enum("Enum", &VARIANTS, Of(self)),
        }
    }
}

struct Of<'a>(&'a Shape);

impl<'de> Visitor<'de> for Of<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        match self.0 {
            Shape::UnitStruct | Shape::Option(_) => Ok(Value::Nothing),
            _ => Err(E::invalid_type(serde::de::Unexpected::Unit, &self)),
        }
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        let Shape::Option(inner) = self.0 else { return Err(D::Error::custom("no option")) };
        inner.deserialize(d).map(|value| Value::Some(Box::new(value)))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        let Shape::Newtype(inner) = self.0 else { return Err(D::Error::custom("no newtype")) };
        inner.deserialize(d)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        match self.0 {
            Shape::List(inner) => {
                while let Some(value) = elements.next_element_seed(&**inner)? {
                    values.push(value);
                }
            }
            Shape::Tuple(shapes) | Shape::TupleStruct(shapes) => {
                for shape in shapes {
                    let value = elements.next_element_seed(shape)?;
                    values.push(value.ok_or_else(|| A::Error::invalid_length(values.len(), &self))?);
                }
            }
            _ => return Err(A::Error::custom("no sequence")),
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Shape::Map(key, inner) = self.0 else { return Err(A::Error::custom("no map")) };
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(*key)? {
            entries.push((key, map.next_value_seed(&**inner)?));
        }
        Ok(Value::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let Shape::Enum { one, pair, named } = self.0 else { return Err(A::Error::custom("no enum")) };
        let (variant, access) = data.variant_seed(Name(&VARIANTS))?;
        let content = match variant {
            0 => access.unit_variant().map(|()| Value::Nothing),
            1 => access.newtype_variant_seed(&**one),
            2 => access.tuple_variant(pair.len(), Of(&Shape::Tuple(pair.clone()))),
            _ => access.struct_variant(named.names, named),
        };
        Ok(Value::Variant(variant, Box::new(content?)))
    }
}

impl<'de> Visitor<'de> for &Fields {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a struct")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values: Vec<Option<Value>> = vec![None; self.names.len()];
        while let Some(name) = map.next_key::<String>()? {
            match self.names.iter().position(|known| *known == name) {
                Some(index) => values[index] = Some(map.next_value_seed(&self.shapes[index])?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let fields =
            values.into_iter().enumerate().map(|(index, value)| match (value, &self.shapes[index]) {
                (Some(value), _) => Ok(value),
                (None, Shape::Option(_)) => Ok(Value::Nothing),
                (None, _) => Err(A::Error::missing_field(self.names[index])),
            });
        fields.collect::<Result<_, _>>().map(Value::List)
    }
}

/// The index of a name.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<usize, D::Error> {
        d.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a variant")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.0.iter().position(|known| *known == name).ok_or_else(|| E::unknown_variant(name, self.0))
    }
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        match self {
            Self::Text => String::deserialize(d).map(Value::Text),
            Self::Char => char::deserialize(d).map(Value::Char),
            Self::Bool => bool::deserialize(d).map(Value::Bool),
            Self::I32 => i32::deserialize(d).map(|key| Value::Signed(key.into())),
            Self::U64 => u64::deserialize(d).map(|key| Value::Unsigned(key.into())),
            Self::Variant => d.deserialize_enum("Key", &KEY_VARIANTS, KeyVariant),
        }
    }
}

struct KeyVariant;

impl<'de> Visitor<'de> for KeyVariant {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (variant, access) = data.variant_seed(Name(&KEY_VARIANTS))?;
        access.unit_variant()?;
        Ok(Value::Variant(variant, Box::new(Value::Nothing)))
    }
}

/// The value that `serde_bytes` and similar crates make of bytes, and of a sequence of bytes.
struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(bytes.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = elements.next_element()? {
            bytes.push(byte);
        }
        Ok(Value::Bytes(bytes))
    }
}
