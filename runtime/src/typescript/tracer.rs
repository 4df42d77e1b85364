//! The deserializer that notes the requests of a type, and gives a small value of the requested kind.

use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Expected, IntoDeserializer, Visitor};

use super::access::{Chosen, Items, Pairs};
use super::fields;
use super::refusal::Refusal;
use super::sample::{BYTES, DATE, NUMBERS, Sample, TEXTS};
use super::shape::{Body, Content, Fields, Shape, Tagging, Union};
use super::types::{Place, Types};
use crate::Date;
use crate::value::Value as SqlValue;

/// The depth from which values have to end.
const DEPTH: usize = 64;

/// Traces one value.
pub(super) struct Tracer<'a> {
    types: &'a mut Types,
    /// The form of the value, which tracing fills in.
    shape: &'a mut Shape,
    depth: usize,
    /// The sample for a type that takes any value.
    offer: Option<Sample>,
    /// The variant that has the value as its content.
    variant: Option<Place>,
}

impl<'a> Tracer<'a> {
    pub(super) fn new(types: &'a mut Types, shape: &'a mut Shape) -> Self {
        Self::at(types, shape, 0)
    }

    pub(super) fn at(types: &'a mut Types, shape: &'a mut Shape, depth: usize) -> Self {
        // A type that asks for the next value has accepted the value before.
        types.settle(Ok(()));
        types.attempts.accept();
        types.offered = false;
        types.hopeless = false;
        Self { types, shape, depth, offer: None, variant: None }
    }

    pub(super) fn offering(self, offer: Option<Sample>) -> Self {
        Self { offer, ..self }
    }

    pub(super) fn inside(self, variant: Place) -> Self {
        Self { variant: Some(variant), ..self }
    }

    fn is_terse(&self) -> bool {
        self.types.is_terse() || self.depth > DEPTH
    }

    /// Fails where no value can end.
    fn check_depth(&mut self) -> Result<(), Refusal> {
        self.types.hopeless = self.depth > 2 * DEPTH;
        if self.types.hopeless { Err(Refusal::Other) } else { Ok(()) }
    }

    /// Gives the first of the samples that this place has not refused.
    fn leaf<'de, T: Copy, V: Visitor<'de>>(
        self,
        shape: Shape,
        samples: &[T],
        visitor: V,
        give: impl FnOnce(V, T) -> Result<V::Value, Refusal>,
    ) -> Result<V::Value, Refusal> {
        *self.shape = shape;
        let Some(sample) = self.types.attempts.pick(self.types.spot, samples) else {
            return Err(Refusal::Other);
        };
        self.types.hopeless = self.types.attempts.is_exhausted();
        give(visitor, sample).map_err(|_| Refusal::Other)
    }

    /// Gives a newtype or a tuple struct a definition, and traces its content.
    fn alias<'de, V: Visitor<'de>>(
        mut self,
        name: &str,
        visitor: V,
        give: impl FnOnce(V, Tracer<'_>) -> Result<V::Value, Refusal>,
    ) -> Result<V::Value, Refusal> {
        self.check_depth()?;
        let key = std::any::type_name::<V::Value>();
        *self.shape = Shape::Named(key);
        let again = self.types.is_active(key);
        self.types.define(key, name, || Body::Alias(Shape::Unknown));
        let mut seen = Shape::Unknown;
        let result =
            self.types.enter(key, again, |types| give(visitor, Tracer::at(types, &mut seen, self.depth + 1)));
        if let Body::Alias(shape) = self.types.define(key, name, || Body::Alias(Shape::Unknown)) {
            shape.learn(seen);
        }
        result
    }

    /// Traces a fixed number of values.
    pub(super) fn tuple<'de, V: Visitor<'de>>(
        mut self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.check_depth()?;
        let mut items = vec![Shape::Unknown; length];
        let result =
            visitor.visit_seq(Items { types: self.types, items: items.iter_mut(), depth: self.depth + 1 });
        *self.shape = Shape::Tuple(items);
        result
    }

    /// Traces an object that does not say which fields it has.
    fn open<'de, V: Visitor<'de>>(mut self, name: &str, visitor: V) -> Result<V::Value, Refusal> {
        self.check_depth()?;
        if let Some(place) = self.variant {
            return fields::open(self.types, place, visitor, self.depth + 1);
        }
        let key = std::any::type_name::<V::Value>();
        *self.shape = Shape::Named(key);
        let again = self.types.is_active(key);
        self.types.define(key, name, || Body::Object(Fields::default()));
        let place = Place { key, variant: None };
        self.types.enter(key, again, |types| fields::open(types, place, visitor, self.depth + 1))
    }
}

/// Returns the words with which a visitor says what it expects.
pub(super) fn expectation<'de>(visitor: &impl Visitor<'de>) -> String {
    (visitor as &dyn Expected).to_string()
}

macro_rules! numbers {
    ($($deserialize:ident, $visit:ident, $shape:ident;)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.leaf(Shape::$shape, NUMBERS, visitor, |visitor, number| visitor.$visit(number as _))
        }
    )*};
}

impl<'de> Deserializer<'de> for Tracer<'_> {
    type Error = Refusal;

    numbers! {
        deserialize_i8, visit_i8, Number;
        deserialize_i16, visit_i16, Number;
        deserialize_i32, visit_i32, Number;
        deserialize_i64, visit_i64, Number;
        deserialize_i128, visit_i128, BigInt;
        deserialize_u8, visit_u8, Byte;
        deserialize_u16, visit_u16, Number;
        deserialize_u32, visit_u32, Number;
        deserialize_u64, visit_u64, Number;
        deserialize_u128, visit_u128, BigInt;
        deserialize_f32, visit_f32, Number;
        deserialize_f64, visit_f64, Number;
    }

    /// Traces a type that takes any value. Only the words of its visitor tell which type it is.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let words = expectation(&visitor);
        if words == SqlValue::EXPECTED {
            *self.shape = Shape::Sql;
            return visitor.visit_unit();
        }
        if let Some(sample) = self.offer {
            self.types.offered = true;
            return sample.give(visitor);
        }
        if let Some(name) = words.strip_prefix("internally tagged enum ") {
            *self.shape = Shape::Named(std::any::type_name::<V>());
            return super::tagged::internal(self.types, name, visitor);
        }
        if let Some(place) = self.variant {
            if words.starts_with("unit variant ") {
                self.types.set_content(place, Content::Nothing);
                return visitor.visit_unit();
            }
            if words.starts_with("struct variant ") {
                return self.open(&words, visitor);
            }
        }
        let samples: Vec<Sample> = (0..).map_while(Sample::at).collect();
        self.leaf(Shape::Unknown, &samples, visitor, |visitor, sample| sample.give(visitor))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.leaf(Shape::Boolean, &[false, true], visitor, Visitor::visit_bool)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.leaf(Shape::Text, &['a', '0'], visitor, Visitor::visit_char)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.leaf(Shape::Text, TEXTS, visitor, Visitor::visit_borrowed_str)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.leaf(Shape::Bytes, BYTES, visitor, |visitor, length| visitor.visit_byte_buf(vec![0; length]))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let mut seen = Shape::Unknown;
        let result = if self.is_terse() {
            visitor.visit_none()
        } else {
            visitor.visit_some(Tracer::at(self.types, &mut seen, self.depth + 1))
        };
        *self.shape = Shape::Optional(Box::new(seen));
        result
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        *self.shape = Shape::Null;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        if name == Date::NAME {
            *self.shape = Shape::Date;
            let date: StrDeserializer<'_, Refusal> = DATE.into_deserializer();
            return visitor.visit_newtype_struct(date);
        }
        self.alias(name, visitor, |visitor, tracer| visitor.visit_newtype_struct(tracer))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let length = if self.is_terse() { 0 } else { 1 };
        let mut items = vec![Shape::Unknown; length];
        let result =
            visitor.visit_seq(Items { types: self.types, items: items.iter_mut(), depth: self.depth + 1 });
        *self.shape = Shape::List(Box::new(items.pop().unwrap_or_default()));
        result
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.tuple(length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.alias(name, visitor, |visitor, tracer| tracer.tuple(length, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        // A struct with a flattened field does not say which fields it has.
        let words = expectation(&visitor);
        if let Some(name) = words.strip_prefix("struct ") {
            return self.open(name, visitor);
        }
        let mut value = Shape::Unknown;
        let left = !self.is_terse();
        let result =
            visitor.visit_map(Pairs { types: self.types, value: &mut value, left, depth: self.depth + 1 });
        *self.shape = Shape::Record(Box::new(value));
        result
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.check_depth()?;
        let key = std::any::type_name::<V::Value>();
        *self.shape = Shape::Named(key);
        if expectation(&visitor).starts_with("adjacently tagged enum ") {
            return super::tagged::adjacent(self.types, key, name, names, visitor, self.depth + 1);
        }
        let again = self.types.is_active(key);
        self.types.define(key, name, || Body::Object(Fields::default()));
        let place = Place { key, variant: None };
        self.types.enter(key, again, |types| fields::known(types, place, names, visitor, self.depth + 1))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.check_depth()?;
        let key = std::any::type_name::<V::Value>();
        *self.shape = Shape::Named(key);
        self.types.define(key, name, || Body::Union(Union::new(Tagging::External, variants)));
        let depth = self.depth + 1;
        self.types.choose(key, |types, index, name| {
            visitor.visit_enum(Chosen { types, place: Place { key, variant: Some(index) }, name, depth })
        })
    }
}
