//! The content of sequences, maps and enums.

use std::any::type_name;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::fields;
use super::refusal::Refusal;
use super::shape::Shape;
use super::tracer::Tracer;
use super::types::{Place, Types};

/// The items of a sequence: one for each place that takes the form of an item.
pub(super) struct Items<'a> {
    pub(super) types: &'a mut Types,
    pub(super) items: std::slice::IterMut<'a, Shape>,
    pub(super) depth: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        self.types.settle(Ok(()));
        let Some(shape) = self.items.next() else { return Ok(None) };
        let depth = self.depth;
        self.types.value(type_name::<S::Value>(), |types| {
            seed.deserialize(Tracer::at(types, shape, depth)).map(Some)
        })
    }
}

/// The only entry of a map, if it has one.
pub(super) struct Pairs<'a> {
    pub(super) types: &'a mut Types,
    pub(super) value: &'a mut Shape,
    pub(super) left: bool,
    pub(super) depth: usize,
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        self.types.settle(Ok(()));
        if !std::mem::take(&mut self.left) {
            return Ok(None);
        }
        let depth = self.depth;
        self.types.value(type_name::<K::Value>(), |types| {
            seed.deserialize(Tracer::at(types, &mut Shape::Unknown, depth)).map(Some)
        })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let (shape, depth) = (&mut *self.value, self.depth);
        self.types.value(type_name::<S::Value>(), |types| seed.deserialize(Tracer::at(types, shape, depth)))
    }
}

/// A variant of an externally tagged enum.
pub(super) struct Chosen<'a> {
    pub(super) types: &'a mut Types,
    pub(super) place: Place,
    pub(super) name: &'static str,
    pub(super) depth: usize,
}

impl<'de> EnumAccess<'de> for Chosen<'_> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Refusal> {
        let name: StrDeserializer<'_, Refusal> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'_> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        let Self { types, place, depth, .. } = self;
        types.content(place, |types, seen| {
            types.value(type_name::<S::Value>(), |types| {
                seed.deserialize(Tracer::at(types, seen, depth).inside(place))
            })
        })
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Refusal> {
        let Self { types, place, depth, .. } = self;
        types.content(place, |types, seen| Tracer::at(types, seen, depth).tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        fields::known(self.types, self.place, names, visitor, self.depth)
    }
}
