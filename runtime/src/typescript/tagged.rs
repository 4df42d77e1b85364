//! Enums with their tag inside or beside their content.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fields::Entries;
use super::refusal::Refusal;
use super::shape::{Body, Shape, Tagging, Union};
use super::tracer::{Tracer, expectation};
use super::types::{Place, Types};

/// Traces an enum with its tag among the fields.
///
/// serde buffers the other fields before it reads them, so tracing offers samples to find their forms: see
/// `guess`.
pub(super) fn internal<'de, V: Visitor<'de>>(
    types: &mut Types,
    name: &str,
    visitor: V,
) -> Result<V::Value, Refusal> {
    let key = std::any::type_name::<V>();
    if types.union(key).is_none() {
        let mut first = FirstTag { tag: String::new(), at: 0, variants: None };
        let result = visitor.visit_map(&mut first);
        let FirstTag { tag, variants, .. } = first;
        types.define(key, name, || match variants {
            Some(variants) => Body::Union(Union::new(Tagging::Internal { tag }, variants)),
            None => Body::Alias(Shape::Unknown),
        });
        return result;
    }
    types.choose(key, |types, index, variant| {
        let place = Place { key, variant: Some(index) };
        let Some(Tagging::Internal { tag }) = types.union(key).map(|union| union.tagging.clone()) else {
            return Err(Refusal::Other);
        };
        let given = types.offers(place);
        let entries = Entries::new(types, place, given, 0);
        let value = visitor.visit_map(Tagged { tag: Some(tag), variant, entries })?;
        types.awaiting = Some(place);
        Ok(value)
    })
}

/// Traces an enum that is an object with a tag and a content.
pub(super) fn adjacent<'de, V: Visitor<'de>>(
    types: &mut Types,
    key: &'static str,
    name: &str,
    names: &'static [&'static str],
    visitor: V,
    depth: usize,
) -> Result<V::Value, Refusal> {
    let &[tag, content] = names else { return Err(Refusal::Other) };
    if types.union(key).is_none() {
        let mut first = FirstTag { tag: tag.to_owned(), at: 0, variants: None };
        let result = visitor.visit_map(&mut first);
        if let Some(variants) = first.variants {
            let tagging = Tagging::Adjacent { tag: tag.to_owned(), content: content.to_owned() };
            types.define(key, name, || Body::Union(Union::new(tagging, variants)));
        }
        return result;
    }
    types.choose(key, |types, index, variant| {
        let place = Place { key, variant: Some(index) };
        types.content(place, |types, seen| {
            visitor.visit_map(Pair { types, seen, place, entries: [tag, content], at: 0, variant, depth })
        })
    })
}

/// The first map: a tag that names no variant. serde refuses it with the names of all variants.
struct FirstTag {
    tag: String,
    at: usize,
    variants: Option<&'static [&'static str]>,
}

impl<'de> MapAccess<'de> for FirstTag {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        self.at += 1;
        if self.at > 1 {
            return Ok(None);
        }
        seed.deserialize(TagName(&mut self.tag)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let result = seed.deserialize(TagValue { name: "", variants: &mut self.variants });
        if let Err(Refusal::Variants(variants)) = result {
            self.variants = Some(variants);
        }
        result
    }
}

/// The key of the tag. The visitor names the key that it expects.
struct TagName<'a>(&'a mut String);

impl<'de> Deserializer<'de> for TagName<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.0.is_empty()
            && let Some(name) = expectation(&visitor).split('`').nth(1)
        {
            name.clone_into(self.0);
        }
        visitor.visit_str(self.0)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The tag: the name of a variant.
struct TagValue<'a> {
    name: &'static str,
    variants: &'a mut Option<&'static [&'static str]>,
}

impl<'de> Deserializer<'de> for TagValue<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_str(self.name)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        *self.variants = Some(variants);
        let name: StrDeserializer<'_, Refusal> = self.name.into_deserializer();
        visitor.visit_enum(name)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A tag, followed by the other fields.
struct Tagged<'a> {
    /// The key of the tag, until tracing has given it.
    tag: Option<String>,
    variant: &'static str,
    entries: Entries<'a>,
}

impl<'de> MapAccess<'de> for Tagged<'_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        let Some(tag) = &self.tag else { return self.entries.next_key_seed(seed) };
        let tag: StrDeserializer<'_, Refusal> = tag.as_str().into_deserializer();
        seed.deserialize(tag).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        if self.tag.take().is_none() {
            return self.entries.next_value_seed(seed);
        }
        seed.deserialize(TagValue { name: self.variant, variants: &mut None })
    }
}

/// A tag, followed by its content.
struct Pair<'a> {
    types: &'a mut Types,
    /// The form of the content.
    seen: &'a mut Shape,
    place: Place,
    entries: [&'static str; 2],
    at: usize,
    variant: &'static str,
    depth: usize,
}

impl<'de> MapAccess<'de> for Pair<'_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        let Some(name) = self.entries.get(self.at) else { return Ok(None) };
        self.at += 1;
        let name: StrDeserializer<'_, Refusal> = (*name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        if self.at == 1 {
            return seed.deserialize(TagValue { name: self.variant, variants: &mut None });
        }
        seed.deserialize(Tracer::at(self.types, self.seen, self.depth).inside(self.place))
    }
}
