//! What is known about types: the data that tracing fills and rendering reads.

use std::collections::BTreeMap;

use super::sample::Trial;

/// What a value looks like in JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shape {
    /// Nothing is known.
    #[default]
    Unknown,
    /// `bool`.
    Boolean,
    /// `u8`: a number, but a list of them is bytes.
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
    /// The name that serde knows it by.
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

/// The fields of a struct or of a variant, in the order of the source as far as it can be known.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) list: Vec<Field>,
    /// Whether there may be more than the listed ones.
    pub(super) open: bool,
    /// A value was made of them, so that no required one lacks.
    pub(super) complete: bool,
    /// The last one was added because of an error that may have come from inside of the one before.
    pub(super) assumed: bool,
    /// A required one for which there is no sample: what is missing after it is never asked for.
    pub(super) lacking: Option<String>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) presence: Presence,
    /// It was given a value once.
    pub(super) looked_at: bool,
    /// How often it has refused its value since it took one.
    pub(super) refusals: u32,
    /// How much of a value it is given.
    pub(super) measure: Measure,
    /// It is an `Option`.
    pub(super) is_option: bool,
    /// Which samples it took, where only samples can tell its shape.
    pub(super) trial: Trial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Tracing has not left it out yet.
    Untested,
    Required,
    Optional,
}

/// How much of a value a field is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// All there is to see.
    Whole,
    /// The shortest there is: something inside refuses every sample.
    Short,
    /// None: it refuses even that.
    Nothing,
}

#[derive(Debug)]
pub(super) struct Union {
    pub(super) tagging: Tagging,
    pub(super) variants: Vec<Variant>,
    /// The first variant of which a value was made: making one again cannot recurse for ever.
    pub(super) finite: Option<usize>,
    /// The variant to try next while none is known to be finite.
    pub(super) turn: usize,
}

/// A variant to look at.
pub(super) struct Choice {
    pub(super) index: usize,
    /// Whether there is something to learn from it.
    pub(super) unknown: bool,
}

/// Where the name of the variant is.
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
    /// How often tracing has come by.
    pub(super) visits: u32,
    /// It is being traced now.
    pub(super) busy: bool,
    /// A value of it was seen with all its fields.
    pub(super) inspected: bool,
    /// There is nothing more to learn.
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
    /// Adds what another look at the same type has shown.
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

    /// Whether it has no value that could be given.
    pub(super) fn is_left_out(&self) -> bool {
        self.measure == Measure::Nothing
    }
}

impl Measure {
    /// What to try when all of this is refused.
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

    /// The variant to look at: one that is not known yet unless values have to end soon, or else one that ends.
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

    /// Whether another look could show something, apart from what is being looked at.
    pub(super) fn is_unfinished(&self) -> bool {
        self.variants.iter().any(|variant| !variant.done && !variant.busy)
    }
}
