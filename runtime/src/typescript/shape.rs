//! The forms of types. Tracing fills this data, and rendering reads it.

use std::collections::BTreeMap;

use super::sample::Trial;

/// The form of a value in JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shape {
    /// Nothing is known.
    #[default]
    Unknown,
    /// `bool`.
    Boolean,
    /// `u8`: a number. A list of them is bytes.
    Byte,
    /// Any other integer of up to 64 bits, or a float.
    Number,
    /// `i128` and `u128`.
    BigInt,
    /// Any value of JavaScript.
    Any,
    /// A stream of bytes, or of lines with a value in each.
    Stream(Option<Box<Shape>>),
    /// Text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Bytes.
    Bytes,
    /// A SQL value of any kind.
    Sql,
    /// A point in time.
    Date,
    /// `()` and unit structs.
    Null,
    /// `Option`.
    Optional(Box<Shape>),
    /// Any sequence.
    List(Box<Shape>),
    /// A fixed number of values.
    Tuple(Vec<Shape>),
    /// A map, by its values.
    Record(Box<Shape>),
    /// A struct or enum with a definition of its own, by its Rust path.
    Named(&'static str),
}

/// A struct or an enum.
#[derive(Debug)]
pub(super) struct Definition {
    /// Serde's name of the type.
    pub(super) name: String,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    /// A newtype or a tuple struct.
    Alias(Shape),
    Object(Fields),
    Union(Union),
}

/// The fields of a struct or of a variant, in the order of the source where tracing can find it.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) list: Vec<Field>,
    /// Whether there may be fields that are not in the list.
    pub(super) open: bool,
    /// Whether a value was made of the fields, so that no required field is missing.
    pub(super) complete: bool,
    /// Whether the error that named the last field may have come from inside the field before it.
    pub(super) assumed: bool,
    /// A required field without a fitting sample. serde never asks for the fields after it.
    pub(super) lacking: Option<String>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) presence: Presence,
    /// Whether the field got a value once.
    pub(super) looked_at: bool,
    /// The number of refusals since the field last accepted a value.
    pub(super) refusals: u32,
    /// The size of the value that the field gets.
    pub(super) measure: Measure,
    /// Whether the field is an `Option`.
    pub(super) is_option: bool,
    /// The samples that it accepted, if only samples can tell its form.
    pub(super) trial: Trial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Tracing has not left the field out yet.
    Untested,
    Required,
    Optional,
}

/// The size of the value that a field gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The whole value.
    Whole,
    /// The shortest value, because a part of the whole value refuses every sample.
    Short,
    /// No value, because the field refuses even the shortest.
    Nothing,
}

#[derive(Debug)]
pub(super) struct Union {
    pub(super) tagging: Tagging,
    pub(super) variants: Vec<Variant>,
    /// The first variant of which a value was made. To make such a value again ends.
    pub(super) finite: Option<usize>,
    /// The variant to try next, until one is known to end.
    pub(super) turn: usize,
}

/// The variant that tracing reads next.
pub(super) struct Choice {
    pub(super) index: usize,
    /// Whether tracing can learn from it.
    pub(super) unknown: bool,
}

/// The place of the name of the variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tagging {
    External,
    Internal { tag: String },
    Adjacent { tag: String, content: String },
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) content: Content,
    /// The number of times that tracing has read the variant.
    pub(super) visits: u32,
    /// Whether tracing is inside the variant now.
    pub(super) busy: bool,
    /// Whether tracing has seen a value with all fields.
    pub(super) inspected: bool,
    /// Whether tracing can learn nothing more.
    pub(super) done: bool,
}

#[derive(Debug)]
pub(super) enum Content {
    Nothing,
    Value(Shape),
    Fields(Fields),
}

/// All definitions, by Rust path.
pub(super) type Definitions = BTreeMap<&'static str, Definition>;

impl Shape {
    /// Adds the facts from another run over the same type.
    pub(super) fn learn(&mut self, seen: Self) {
        match (self, seen) {
            (known @ Self::Unknown, seen) => *known = seen,
            (Self::Optional(known), Self::Optional(seen))
            | (Self::List(known), Self::List(seen))
            | (Self::Record(known), Self::Record(seen)) => known.learn(*seen),
            (Self::Tuple(known), Self::Tuple(seen)) => {
                for (known, seen) in known.iter_mut().zip(seen) {
                    known.learn(seen);
                }
            }
            _ => {}
        }
    }
}

impl Field {
    pub(super) fn new(name: impl Into<String>, presence: Presence) -> Self {
        Self {
            name: name.into(),
            shape: Shape::Unknown,
            presence,
            looked_at: false,
            refusals: 0,
            measure: Measure::Whole,
            is_option: false,
            trial: Trial::default(),
        }
    }
}

impl Field {
    pub(super) fn is_untested(&self) -> bool {
        self.presence == Presence::Untested
    }

    /// Returns whether there is no value for the field.
    pub(super) fn is_left_out(&self) -> bool {
        self.measure == Measure::Nothing
    }
}

impl Measure {
    /// Returns the size to try when the field refuses all values of this size.
    pub(super) fn less(self) -> Self {
        match self {
            Self::Whole => Self::Short,
            Self::Short | Self::Nothing => Self::Nothing,
        }
    }
}

impl Union {
    pub(super) fn new(tagging: Tagging, names: &'static [&'static str]) -> Self {
        let variant = |name: &&'static str| Variant {
            name,
            content: Content::Nothing,
            visits: 0,
            busy: false,
            inspected: false,
            done: false,
        };
        Self { tagging, variants: names.iter().map(variant).collect(), finite: None, turn: 0 }
    }

    /// Returns the variant to read: one that is not known yet or, where values have to end soon, one that
    /// ends.
    pub(super) fn choose(&mut self, terse: bool) -> Option<Choice> {
        let variants = self.variants.iter().enumerate();
        let unknown = variants.filter(|(_, variant)| !terse && !variant.done && !variant.busy);
        if let Some((index, _)) = unknown.min_by_key(|(_, variant)| variant.visits) {
            return Some(Choice { index, unknown: true });
        }
        let index = match self.finite {
            Some(index) => index,
            None => {
                self.turn += 1;
                self.turn.checked_rem(self.variants.len())?
            }
        };
        Some(Choice { index, unknown: false })
    }

    /// Returns whether another run can show more, apart from the variants that tracing is inside of now.
    pub(super) fn is_unfinished(&self) -> bool {
        self.variants.iter().any(|variant| !variant.done && !variant.busy)
    }
}
