//! The types of a module. Tracing asks each type what it takes, until all of it is known.

use std::mem;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::attempts::{Attempts, Spot};
use super::refusal::Refusal;
use super::shape::{Body, Choice, Content, Definition, Definitions, Fields, Shape, Tagging, Union, Variant};
use super::tracer::Tracer;

/// The limit for the number of runs over a type. Only a type that refuses everything reaches it.
const RUNS: usize = 5_000;

/// The limit for the number of runs over a variant with values that refuse every sample.
const VISITS: u32 = 2_000;

/// The types that were traced so far.
#[derive(Debug, Default)]
pub struct Types {
    pub(super) definitions: Definitions,
    pub(super) attempts: Attempts,
    /// The place of the value that tracing reads.
    pub(super) spot: Spot,
    /// The types that tracing is inside of, the outermost first.
    active: Vec<&'static str>,
    /// Above zero inside a type that contains itself. Values have to end soon there.
    terse: usize,
    /// Whether this run left something to learn.
    pub(super) unfinished: bool,
    /// Whether tracing offered a sample, and the type has asked for nothing since.
    pub(super) offered: bool,
    /// Whether a type that refuses this value would refuse any other value too.
    pub(super) hopeless: bool,
    /// The variant with a content that the type has not accepted yet.
    pub(super) awaiting: Option<Place>,
}

/// The owner of fields: a struct, or a variant of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) key: &'static str,
    pub(super) variant: Option<usize>,
}

impl Types {
    /// Returns the form of a type's values in JavaScript.
    pub fn shape<T: Serialize + DeserializeOwned>(&mut self) -> Shape {
        let mut shape = Shape::Unknown;
        for _ in 0..RUNS {
            self.unfinished = false;
            self.spot = Spot { field: None, ty: std::any::type_name::<T>() };
            let mut seen = Shape::Unknown;
            let outcome = T::deserialize(Tracer::new(self, &mut seen));
            shape.learn(seen);
            let over = match &outcome {
                Ok(value) => {
                    self.settle(Ok(()));
                    self.inspect(value);
                    true
                }
                Err(refusal) => {
                    self.settle(Err(*refusal));
                    if matches!(refusal, Refusal::Other | Refusal::Untagged | Refusal::NoDate) {
                        self.attempts.refuse();
                    }
                    self.hopeless
                }
            };
            if over && !self.unfinished {
                break;
            }
        }
        shape
    }

    /// Traces a value of this type.
    pub(super) fn value<R>(&mut self, ty: &'static str, trace: impl FnOnce(&mut Self) -> R) -> R {
        let spot = Spot { ty, ..self.spot };
        self.at(spot, trace)
    }

    /// Traces the value of a field.
    pub(super) fn at<R>(&mut self, spot: Spot, trace: impl FnOnce(&mut Self) -> R) -> R {
        let around = mem::replace(&mut self.spot, spot);
        let result = trace(self);
        self.spot = around;
        result
    }

    /// Notes whether the type accepted the content of the awaited variant.
    pub(super) fn settle(&mut self, outcome: Result<(), Refusal>) {
        if let Some(place) = self.awaiting.take() {
            self.judge(place, outcome);
        }
    }

    pub(super) fn is_terse(&self) -> bool {
        self.terse > 0
    }

    pub(super) fn is_active(&self, key: &str) -> bool {
        self.active.contains(&key)
    }

    /// Traces with values that end as soon as they can.
    pub(super) fn shortly<R>(&mut self, trace: impl FnOnce(&mut Self) -> R) -> R {
        self.terse += 1;
        let result = trace(self);
        self.terse -= 1;
        result
    }

    /// Traces the content of a definition.
    pub(super) fn enter<R>(
        &mut self,
        key: &'static str,
        terse: bool,
        trace: impl FnOnce(&mut Self) -> R,
    ) -> R {
        self.active.push(key);
        self.terse += usize::from(terse);
        let result = trace(self);
        self.terse -= usize::from(terse);
        self.active.pop();
        result
    }

    pub(super) fn define(&mut self, key: &'static str, name: &str, body: impl FnOnce() -> Body) -> &mut Body {
        let new = || Definition { name: name.to_owned(), body: body() };
        &mut self.definitions.entry(key).or_insert_with(new).body
    }

    pub(super) fn union(&mut self, key: &str) -> Option<&mut Union> {
        match &mut self.definitions.get_mut(key)?.body {
            Body::Union(union) => Some(union),
            _ => None,
        }
    }

    /// Returns the fields of a place. A place without fields gets an empty list.
    pub(super) fn fields(&mut self, place: Place) -> Option<&mut Fields> {
        if place.variant.is_none() {
            return match &mut self.definitions.get_mut(place.key)?.body {
                Body::Object(fields) => Some(fields),
                _ => None,
            };
        }
        let content = &mut self.variant(place)?.content;
        if !matches!(content, Content::Fields(_)) {
            *content = Content::Fields(Fields::default());
        }
        match content {
            Content::Fields(fields) => Some(fields),
            _ => None,
        }
    }

    /// Traces the content of a variant that has no fields as far as is known. Tracing may find fields.
    pub(super) fn content<R>(&mut self, place: Place, trace: impl FnOnce(&mut Self, &mut Shape) -> R) -> R {
        let nothing = self.variant(place).is_some_and(|variant| matches!(variant.content, Content::Nothing));
        if nothing {
            self.set_content(place, Content::Value(Shape::Unknown));
        }
        let mut seen = Shape::Unknown;
        let result = trace(self, &mut seen);
        if let Some(Content::Value(known)) = self.variant(place).map(|variant| &mut variant.content) {
            known.learn(seen);
        }
        result
    }

    pub(super) fn set_content(&mut self, place: Place, content: Content) {
        if let Some(variant) = self.variant(place) {
            variant.content = content;
        }
    }

    fn variant(&mut self, place: Place) -> Option<&mut Variant> {
        self.union(place.key)?.variants.get_mut(place.variant?)
    }

    /// Traces one variant of an enum.
    pub(super) fn choose<R>(
        &mut self,
        key: &'static str,
        trace: impl FnOnce(&mut Self, usize, &'static str) -> Result<R, Refusal>,
    ) -> Result<R, Refusal> {
        let terse = self.is_terse();
        let Some(Choice { index, unknown }) = self.union(key).and_then(|union| union.choose(terse)) else {
            // The enum has no variant.
            self.hopeless = true;
            return Err(Refusal::Other);
        };
        let place = Place { key, variant: Some(index) };
        let Some(variant) = self.variant(place) else { return Err(Refusal::Other) };
        let name = variant.name;
        let was_busy = mem::replace(&mut variant.busy, true);
        variant.visits += u32::from(unknown);

        let unfinished_before = mem::take(&mut self.unfinished);
        let result = self.enter(key, !unknown, |types| trace(types, index, name));
        let unfinished = mem::replace(&mut self.unfinished, unfinished_before);
        let hopeless = self.hopeless;

        let Some(union) = self.union(key) else { return result };
        // The outcome of samples comes later.
        let internal = matches!(union.tagging, Tagging::Internal { .. });
        let learned = result.is_ok() && !internal;
        if learned && union.finite.is_none() {
            union.finite = Some(index);
        }
        if let Some(variant) = union.variants.get_mut(index) {
            variant.busy = was_busy;
            let seen = learned || (result.is_err() && hopeless);
            variant.done |= (seen && unknown && !unfinished) || variant.visits >= VISITS;
        }
        let (more, other) = (union.is_unfinished(), union.finite.is_some());
        self.unfinished |= more;
        // Another variant may accept a value.
        self.hopeless &= !other;
        result
    }
}
