//! Samples for types that do not say which value they want.

use std::iter;

use serde::de::Visitor;
use serde::de::value::{MapDeserializer, SeqDeserializer};

use super::refusal::Refusal;
use super::shape::Shape;

/// Texts for types with a notation of their own: one for each notation.
pub(super) const TEXTS: &[&str] = &[
    "",
    "a",
    "0",
    "true",
    "00000000-0000-0000-0000-000000000000",
    "1970-01-01T00:00:00Z",
    DATE,
    "1970-01-01T00:00:00",
    "1970-01-01",
    "00:00:00",
    "1s",
    "127.0.0.1",
    "::1",
    "127.0.0.1:80",
    "[::1]:80",
    "http://localhost/",
    "localhost",
    "a@localhost",
    "UTC",
    "en",
    "Mon",
    "1.0.0",
    "text/plain",
    "{}",
    "00000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "00000000000000000000000000",
];

/// A text that is a [`Date`](crate::Date).
pub(super) const DATE: &str = "1970-01-01T00:00:00.000Z";

/// Numbers. Some types refuse zero, and some refuse all other numbers.
pub(super) const NUMBERS: &[i16] = &[1, 0, 2, 10, 100, 1_000, 2_000, -1];

/// Numbers of bytes, as keys, hashes, addresses and signatures have them.
pub(super) const BYTES: &[usize] = &[0, 1, 4, 6, 8, 12, 16, 20, 24, 28, 32, 33, 48, 64, 65, 96];

/// A small value of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    Null,
    Bool,
    Number,
    Text(&'static str),
    Empty,
    Numbers,
    Texts,
    Map,
}

/// The samples before and after the texts.
const BEFORE: [Sample; 3] = [Sample::Null, Sample::Bool, Sample::Number];
const AFTER: [Sample; 4] = [Sample::Empty, Sample::Numbers, Sample::Texts, Sample::Map];

impl Sample {
    /// Returns the number of samples.
    const fn count() -> usize {
        BEFORE.len() + TEXTS.len() + AFTER.len()
    }

    /// Returns the sample at an index, or `None` after the last one.
    pub(super) fn at(index: usize) -> Option<Self> {
        let texts = TEXTS.iter().map(|text| Self::Text(text));
        BEFORE.into_iter().chain(texts).chain(AFTER).nth(index)
    }

    /// Gives the sample to a visitor.
    pub(super) fn give<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool => visitor.visit_bool(true),
            Self::Number => visitor.visit_u64(1),
            Self::Text(text) => visitor.visit_str(text),
            Self::Empty => visitor.visit_seq(SeqDeserializer::new(iter::empty::<u8>())),
            Self::Numbers => visitor.visit_seq(SeqDeserializer::new(iter::once(1_u8))),
            Self::Texts => visitor.visit_seq(SeqDeserializer::new(iter::once("a"))),
            Self::Map => visitor.visit_map(MapDeserializer::new(iter::empty::<(&str, u8)>())),
        }
    }
}

/// The samples that one field was offered so far.
#[derive(Debug, Default)]
pub(super) struct Trial {
    next: usize,
    accepted: Vec<Sample>,
    /// The names of an enum's variants. Tracing offers them last.
    names: &'static [&'static str],
    /// Whether the field is one of several types, which no sample tells apart.
    untagged: bool,
    /// Whether the field wants a date.
    date: bool,
}

impl Trial {
    fn next(&self) -> Option<Sample> {
        let name = || self.names.get(self.next.checked_sub(Sample::count())?).copied().map(Sample::Text);
        Sample::at(self.next).or_else(name)
    }

    /// Returns the next sample, or after the last one a sample that the field accepted, if there is one.
    pub(super) fn offer(&self) -> Option<Sample> {
        self.next().or_else(|| self.accepted())
    }

    /// Returns a sample that the field accepted.
    pub(super) fn accepted(&self) -> Option<Sample> {
        self.accepted.first().copied()
    }

    /// Returns whether every sample was offered.
    pub(super) fn is_over(&self) -> bool {
        self.next().is_none()
    }

    /// Notes the outcome of the offer.
    pub(super) fn note(&mut self, outcome: Result<(), Refusal>) {
        match outcome {
            Ok(()) => self.accepted.extend(self.next()),
            Err(Refusal::Variants(names)) => self.names = names,
            Err(Refusal::NoDate) => self.date |= matches!(self.next(), Some(Sample::Text(_))),
            Err(refusal) => self.untagged |= refusal == Refusal::Untagged,
        }
        self.next += 1;
    }

    /// Returns the form that the accepted samples have in common.
    pub(super) fn shape(&self) -> Shape {
        if self.untagged {
            return Shape::Unknown;
        }
        if !self.names.is_empty() {
            let all = self.names.iter().all(|name| self.accepted.contains(&Sample::Text(name)));
            let shape = if all { Shape::OneOf(self.names) } else { return Shape::Unknown };
            return if self.accepted.contains(&Sample::Null) {
                Shape::Optional(Box::new(shape))
            } else {
                shape
            };
        }
        let took = |sample| self.accepted.contains(&sample);
        let text = self.accepted.iter().any(|sample| matches!(sample, Sample::Text(_)));
        let shape =
            match (took(Sample::Bool), took(Sample::Number), text, took(Sample::Empty), took(Sample::Map)) {
                (true, false, false, false, false) => Shape::Boolean,
                (false, true, false, false, false) => Shape::Number,
                (false, false, true, false, false) if self.date => Shape::Date,
                (false, false, true, false, false) => Shape::Text,
                (false, false, false, true, false) => {
                    Shape::List(Box::new(match (took(Sample::Numbers), took(Sample::Texts)) {
                        (true, false) => Shape::Number,
                        (false, true) => Shape::Text,
                        _ => Shape::Unknown,
                    }))
                }
                (false, false, false, false, true) => Shape::Record(Box::default()),
                _ => return Shape::Unknown,
            };
        if took(Sample::Null) { Shape::Optional(Box::new(shape)) } else { shape }
    }
}
