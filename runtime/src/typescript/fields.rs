//! The fields of structs and of struct variants.

use std::any::type_name;
use std::cmp::Ordering;
use std::mem;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor};

use super::attempts::Spot;
use super::refusal::Refusal;
use super::sample::Sample;
use super::shape::{Field, Fields, Measure, Presence, Shape};
use super::tracer::Tracer;
use super::types::{Place, Types};

/// A field that tracing gives.
pub(super) struct Given {
    /// Its index in the list of fields.
    pub(super) index: usize,
    pub(super) name: String,
    /// The sample for a field that takes any type.
    pub(super) sample: Option<Sample>,
}

/// Traces fields with known names. Tracing leaves each field out once, to see whether it may be missing.
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
    // A field that refuses its value hides which field is missing.
    let test = !terse && fields.list.iter().all(|field| field.refusals == 0 || field.is_left_out());
    let omitted = fields.list.iter().position(|field| test && field.is_untested());
    let given = fields.without(|index, field| {
        Some(index) == omitted || field.is_left_out() || (terse && field.presence == Presence::Optional)
    });
    let mut entries = Entries::new(types, place, given, depth);
    let result = visitor.visit_map(&mut entries);
    let last = entries.current.as_ref().map(|given| given.index);
    let inside = entries.inside;
    let Some(fields) = types.fields(place) else { return result };
    match &result {
        // An error inside a field says nothing about the list of fields.
        Err(_) if inside => {}
        Ok(_) => fields.learn_presence(omitted, None),
        Err(Refusal::Missing(name)) => {
            let missing = fields.list.iter().position(|field| field.name == *name);
            fields.learn_presence(omitted, missing);
            types.hopeless =
                missing.is_some_and(|index| fields.list.get(index).is_some_and(Field::is_left_out));
        }
        Err(Refusal::Duplicate(name)) => {
            if let Some(last) = last {
                fields.remove_alias(name, last);
            }
        }
        Err(_) => {}
    }
    let Some(fields) = types.fields(place) else { return result };
    let more = fields.list.iter().any(|field| field.is_untested() || !field.looked_at);
    types.unfinished |= more && !terse;
    result
}

/// Traces fields whose names are not known. serde names each required field that is missing.
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
    // An error inside a field says nothing about the list of fields, except when the value was a sample, or
    // when the field accepts no other value.
    let inside = entries.inside && !entries.hopeless;
    if !inside || types.offered {
        let outcome = result.as_ref().map(|_| ()).map_err(|refusal| *refusal);
        types.judge(place, outcome);
    }
    let tried = types.fields(place).is_none_or(|fields| fields.is_tried());
    types.unfinished |= !tried && !types.is_terse();
    result
}

impl Fields {
    /// Returns the fields to give. Fields without a known value come last, because they hide the fields after
    /// them.
    fn without(&self, omitted: impl Fn(usize, &Field) -> bool) -> Vec<Given> {
        let mut given: Vec<(usize, &Field)> = self.list.iter().enumerate().collect();
        given.retain(|(index, field)| !omitted(*index, field));
        given.sort_by_key(|(_, field)| field.refusals);
        let given = given.into_iter();
        given.map(|(index, field)| Given { index, name: field.name.clone(), sample: None }).collect()
    }

    /// Learns from a run without the tested field and without the fields that have no value. serde names the
    /// first missing field, in the order of the source, or no field is missing.
    fn learn_presence(&mut self, omitted: Option<usize>, missing: Option<usize>) {
        let hidden = missing.and_then(|index| self.list.get(index)).is_some_and(Field::is_left_out);
        for (index, field) in self.list.iter_mut().enumerate() {
            if !field.is_untested() || !(Some(index) == omitted || field.is_left_out()) {
                continue;
            }
            field.presence = match missing.map(|missing| index.cmp(&missing)) {
                None | Some(Ordering::Less) => Presence::Optional,
                Some(Ordering::Equal) => Presence::Required,
                // serde did not get this far. Derived code reads a missing `Option` as `None`.
                Some(Ordering::Greater) if hidden && field.is_option => Presence::Optional,
                Some(Ordering::Greater) if hidden => Presence::Required,
                Some(Ordering::Greater) => continue,
            };
        }
    }

    /// Removes an alias. serde lists the aliases of a field beside its name. If serde refused the name, the
    /// name before it is an alias.
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
    /// The field of the last key.
    current: Option<Given>,
    /// Whether the field refused its value.
    inside: bool,
    /// Whether the field would refuse any other value too.
    hopeless: bool,
    depth: usize,
}

impl<'a> Entries<'a> {
    pub(super) fn new(types: &'a mut Types, place: Place, given: Vec<Given>, depth: usize) -> Self {
        Self { types, place, given: given.into_iter(), current: None, inside: false, hopeless: false, depth }
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
        let Self { ref mut types, place, ref current, depth, .. } = *self;
        let Some(Given { index, sample, .. }) = current else { return Err(Refusal::Other) };
        let (index, sample) = (*index, *sample);
        let field = types.fields(place).and_then(|fields| fields.list.get(index));
        let short = field.is_some_and(|field| field.measure == Measure::Short);

        let spot = Spot { field: Some((place, index)), ty: type_name::<S::Value>() };
        let unfinished_before = mem::take(&mut types.unfinished);
        let mut seen = Shape::Unknown;
        let result = types.at(spot, |types| {
            let trace =
                |types: &mut Types| seed.deserialize(Tracer::at(types, &mut seen, depth).offering(sample));
            if short { types.shortly(trace) } else { trace(types) }
        });
        let hopeless = result.is_err() && types.hopeless && !types.unfinished;
        types.unfinished |= unfinished_before;

        (self.inside, self.hopeless) = (result.is_err(), hopeless);
        if let Some(field) = self.current() {
            field.shape.learn(seen);
            field.looked_at = true;
            field.refusals = if result.is_ok() { 0 } else { field.refusals.saturating_add(1) };
            field.is_option = spot.ty.starts_with("core::option::Option<");
            if hopeless && !field.is_left_out() {
                field.measure = field.measure.less();
                self.types.unfinished = true;
            }
        }
        result
    }
}
