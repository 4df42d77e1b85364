//! The fields of structs and of struct variants.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor};

use super::refusal::Refusal;
use super::sample::Sample;
use super::shape::{Field, Fields, Presence, Shape};
use super::tracer::Tracer;
use super::types::{Place, Types};

/// A field to give.
pub(super) struct Given {
    /// Where it is in the list of fields.
    pub(super) index: usize,
    pub(super) name: String,
    /// What to offer if it takes anything.
    pub(super) sample: Option<Sample>,
}

/// Traces fields whose names are known. Each is left out once, to see whether it may be missing.
pub(super) fn known<'de, V: Visitor<'de>>(
    types: &mut Types,
    place: Place,
    names: &'static [&'static str],
    visitor: V,
    depth: usize,
) -> Result<V::Value, Refusal> {
    let terse = types.is_terse();
    let Some(fields) = types.fields(place) else { return Err(Refusal::Other) };
    if fields.list.is_empty() {
        fields.list.extend(names.iter().map(|name| Field::new(*name, Presence::Untested)));
    }
    // With a field that refuses everything nobody gets to see what is missing.
    let test = !terse && fields.list.iter().all(|field| field.refusals == 0);
    let omitted = fields.list.iter().position(|field| test && field.presence == Presence::Untested);
    let given = fields
        .without(|index, field| Some(index) == omitted || (terse && field.presence == Presence::Optional));
    let mut entries = Entries::new(types, place, given, depth);
    let result = visitor.visit_map(&mut entries);
    let last = entries.current.map(|given| given.index);

    let Some(fields) = types.fields(place) else { return result };
    let tested = omitted.and_then(|index| fields.list.get_mut(index));
    match (&result, tested) {
        (Ok(_), Some(field)) => field.presence = Presence::Optional,
        (Err(Refusal::Missing(missing)), Some(field)) if field.name == *missing => {
            field.presence = Presence::Required;
        }
        (Err(Refusal::Duplicate(name)), _) => {
            if let Some(last) = last {
                fields.remove_alias(name, last);
            }
        }
        _ => {}
    }
    let untested = fields.list.iter().any(|field| field.presence == Presence::Untested);
    types.unfinished |= untested && !terse;
    result
}

/// Traces fields whose names are not known: every required one is asked for when it is missing.
pub(super) fn open<'de, V: Visitor<'de>>(
    types: &mut Types,
    place: Place,
    visitor: V,
    depth: usize,
) -> Result<V::Value, Refusal> {
    if let Some(fields) = types.fields(place) {
        fields.open = true;
    }
    let given = types.offers(place);
    let mut entries = Entries::new(types, place, given, depth);
    let result = visitor.visit_map(&mut entries);
    // What is wrong inside of a field says nothing about the fields.
    if !entries.inside {
        let outcome = result.as_ref().map(|_| ()).map_err(|refusal| *refusal);
        types.judge(place, outcome);
    }
    let tried = types.fields(place).is_none_or(|fields| fields.is_tried());
    types.unfinished |= !tried && !types.is_terse();
    result
}

impl Fields {
    /// The fields to give, those last for which no value was found yet: they hide what comes after them.
    fn without(&self, omitted: impl Fn(usize, &Field) -> bool) -> Vec<Given> {
        let mut given: Vec<(usize, &Field)> = self.list.iter().enumerate().collect();
        given.retain(|(index, field)| !omitted(*index, field));
        given.sort_by_key(|(_, field)| field.refusals);
        let given = given.into_iter();
        given.map(|(index, field)| Given { index, name: field.name.clone(), sample: None }).collect()
    }

    /// serde lists a field's aliases beside its name. If the name was refused, what is before it is an alias.
    fn remove_alias(&mut self, name: &str, refused: usize) {
        let is_name = self.list.get(refused).is_some_and(|field| field.name == name);
        let alias = refused.saturating_sub(usize::from(is_name));
        if alias < self.list.len() {
            self.list.remove(alias);
        }
    }
}

/// Fields as a map.
pub(super) struct Entries<'a> {
    types: &'a mut Types,
    place: Place,
    given: std::vec::IntoIter<Given>,
    /// The field whose key was given last.
    current: Option<Given>,
    /// Its value is being traced, or something in it was refused.
    inside: bool,
    depth: usize,
}

impl<'a> Entries<'a> {
    pub(super) fn new(types: &'a mut Types, place: Place, given: Vec<Given>, depth: usize) -> Self {
        Self { types, place, given: given.into_iter(), current: None, inside: false, depth }
    }

    fn current(&mut self) -> Option<&mut Field> {
        let index = self.current.as_ref()?.index;
        self.types.fields(self.place)?.list.get_mut(index)
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        self.types.settle(Ok(()));
        let Some(given) = self.given.next() else { return Ok(None) };
        let given = self.current.insert(given);
        let name: StrDeserializer<'_, Refusal> = given.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let sample = self.current.as_ref().and_then(|given| given.sample);
        self.inside = true;
        let mut seen = Shape::Unknown;
        let result = seed.deserialize(Tracer::at(self.types, &mut seen, self.depth).offering(sample));
        // An offer that was refused is the field's own matter.
        self.inside = result.is_err() && !self.types.offered;
        if let Some(field) = self.current() {
            field.shape.learn(seen);
            field.refusals = if result.is_ok() { 0 } else { field.refusals.saturating_add(1) };
        }
        result
    }
}
