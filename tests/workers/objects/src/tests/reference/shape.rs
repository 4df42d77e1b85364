//! Types that are made up while the tests run, and their values.

use super::random::Random;

/// The facts that serde knows about a type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Bool,
    Signed(Width),
    Unsigned(Width),
    F32,
    F64,
    Char,
    Text,
    Bytes,
    Unit,
    UnitStruct,
    Option(Box<Shape>),
    Newtype(Box<Shape>),
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    TupleStruct(Vec<Shape>),
    Map(Key, Box<Shape>),
    Struct(Fields),
    /// Its variants are [`VARIANTS`], one of each form.
    Enum {
        one: Box<Shape>,
        pair: Vec<Shape>,
        named: Fields,
    },
}

/// How many bits an integer has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Width {
    W8,
    W16,
    W32,
    W64,
    W128,
}

/// The type of the keys of a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Key {
    Text,
    Char,
    Variant,
    Bool,
    I32,
    U64,
}

/// A struct's fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    pub(super) names: &'static [&'static str],
    pub(super) shapes: Vec<Shape>,
}

/// A Rust value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Bool(bool),
    Signed(i128),
    Unsigned(u128),
    Float(f64),
    Char(char),
    Text(String),
    Bytes(Vec<u8>),
    Nothing,
    Some(Box<Value>),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Variant(usize, Box<Value>),
}

const FIELDS: [&str; 7] = ["a", "camelCase", "with space", "ä🎉", "0", "constructor", ""];
pub(super) const VARIANTS: [&str; 4] = ["Empty", "One", "Pair", "Named"];
pub(super) const KEY_VARIANTS: [&str; 2] = ["First", "Second"];

impl Shape {
    /// Any shape, with no more than that many within each other.
    pub(super) fn random(random: &mut Random, depth: usize) -> Self {
        let inner = |random: &mut Random| Box::new(Self::random(random, depth - 1));
        let simple = 10;
        let choices = if depth == 0 { simple } else { simple + 11 };
        match random.below(choices) {
            0 => Self::Bool,
            1 | 2 => Self::Signed(Width::random(random)),
            3 | 4 => Self::Unsigned(Width::random(random)),
            5 => random.pick(&[Self::F32, Self::F64]),
            6 => Self::Char,
            7 => Self::Text,
            8 => Self::Bytes,
            9 => random.pick(&[Self::Unit, Self::UnitStruct]),
            10 | 11 => Self::Option(inner(random)),
            12 => Self::Newtype(inner(random)),
            13 => Self::List(inner(random)),
            14 => Self::Tuple(Self::some(random, depth)),
            15 => Self::TupleStruct(Self::some(random, depth)),
            16 | 17 => {
                let keys = [Key::Text, Key::Text, Key::Char, Key::Variant, Key::Bool, Key::I32, Key::U64];
                Self::Map(random.pick(&keys), inner(random))
            }
            18 | 19 => Self::Struct(Fields::random(random, depth)),
            _ => Self::Enum {
                one: inner(random),
                pair: Self::some(random, depth),
                named: Fields::random(random, depth),
            },
        }
    }

    /// One to three shapes.
    fn some(random: &mut Random, depth: usize) -> Vec<Self> {
        (0..=random.below(3)).map(|_| Self::random(random, depth - 1)).collect()
    }

    /// Any value of this shape.
    pub(super) fn value(&self, random: &mut Random) -> Value {
        match self {
            Self::Bool => Value::Bool(random.once_in(2)),
            Self::Signed(width) => Value::Signed(width.signed(random)),
            Self::Unsigned(width) => Value::Unsigned(width.unsigned(random)),
            #[expect(clippy::cast_possible_truncation, reason = "what an `f32` is")]
            Self::F32 => Value::Float((float(random) as f32).into()),
            Self::F64 => Value::Float(float(random)),
            Self::Char => Value::Char(random.pick(&['x', '\0', 'ä', '€', '🎉', '\u{feff}', '\u{10ffff}'])),
            Self::Text => Value::Text(any_text(random)),
            Self::Bytes => Value::Bytes(random.several(40, |random| random.below(256) as u8)),
            Self::Unit | Self::UnitStruct => Value::Nothing,
            // A value whose content is absent is absent as a whole.
            Self::Option(inner) => match inner.value(random) {
                _ if random.once_in(3) => Value::Nothing,
                value if inner.is_absent(&value) => Value::Nothing,
                value => Value::Some(Box::new(value)),
            },
            Self::Newtype(inner) => inner.value(random),
            Self::List(inner) => Value::List(random.several(4, |random| inner.value(random))),
            Self::Tuple(shapes) | Self::TupleStruct(shapes) => list(random, shapes),
            Self::Map(key, inner) => {
                let mut entries: Vec<(Value, Value)> = Vec::new();
                for _ in 0..random.below(4) {
                    let key = key.value(random);
                    if entries.iter().all(|(known, _)| *known != key) {
                        entries.push((key, inner.value(random)));
                    }
                }
                Value::Map(entries)
            }
            Self::Struct(fields) => list(random, &fields.shapes),
            Self::Enum { one, pair, named } => {
                let variant = random.below(VARIANTS.len());
                let content = match variant {
                    0 => Value::Nothing,
                    1 => one.value(random),
                    2 => list(random, pair),
                    _ => list(random, &named.shapes),
                };
                Value::Variant(variant, Box::new(content))
            }
        }
    }

    /// Whether all keys in it are what the reference writes in objects too.
    pub(super) fn has_text_as_keys(&self) -> bool {
        match self {
            Self::Option(inner) | Self::Newtype(inner) | Self::List(inner) => inner.has_text_as_keys(),
            Self::Tuple(shapes) | Self::TupleStruct(shapes) => shapes.iter().all(Self::has_text_as_keys),
            Self::Map(key, inner) => key.is_text() && inner.has_text_as_keys(),
            Self::Struct(fields) => fields.shapes.iter().all(Self::has_text_as_keys),
            Self::Enum { one, pair, named } => {
                let mut shapes = pair.iter().chain(&named.shapes);
                one.has_text_as_keys() && shapes.all(Self::has_text_as_keys)
            }
            _ => true,
        }
    }

    /// Whether a value of this shape is `null` in JavaScript.
    fn is_absent(&self, value: &Value) -> bool {
        match self {
            Self::Newtype(inner) => inner.is_absent(value),
            _ => matches!(value, Value::Nothing),
        }
    }
}

impl Width {
    fn random(random: &mut Random) -> Self {
        random.pick(&[Self::W8, Self::W16, Self::W32, Self::W64, Self::W64, Self::W128])
    }

    pub(super) fn bits(self) -> u32 {
        match self {
            Self::W8 => 8,
            Self::W16 => 16,
            Self::W32 => 32,
            Self::W64 => 64,
            Self::W128 => 128,
        }
    }

    fn signed(self, random: &mut Random) -> i128 {
        let (least, most) = (i128::MIN >> (128 - self.bits()), i128::MAX >> (128 - self.bits()));
        let near = i128::from(random.bits() % 5) - 2;
        let anywhere = [0, 0, least, most, 1 << 53, -(1 << 53), i128::from(random.bits())];
        random.pick(&anywhere).saturating_add(near).clamp(least, most)
    }

    fn unsigned(self, random: &mut Random) -> u128 {
        let most = u128::MAX >> (128 - self.bits());
        let near = u128::from(random.bits() % 5);
        let anywhere = [0, 0, most, (1 << 53) - 2, (1 << 63) - 2, u128::from(random.bits())];
        random.pick(&anywhere).saturating_add(near).min(most)
    }
}

impl Key {
    fn value(self, random: &mut Random) -> Value {
        match self {
            Self::Text => match any_text(random) {
                // In JavaScript objects it is the prototype, unless one is careful.
                proto if proto == "__proto__" => Value::Text(String::new()),
                text => Value::Text(text),
            },
            Self::Char => Shape::Char.value(random),
            Self::Variant => Value::Variant(random.below(KEY_VARIANTS.len()), Box::new(Value::Nothing)),
            Self::Bool => Shape::Bool.value(random),
            Self::I32 => Shape::Signed(Width::W32).value(random),
            Self::U64 => Shape::Unsigned(Width::W64).value(random),
        }
    }

    /// Whether the reference writes such keys in objects too.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Char | Self::Variant)
    }
}

impl Fields {
    fn random(random: &mut Random, depth: usize) -> Self {
        let start = random.below(FIELDS.len());
        let names = &FIELDS[start..(start + 1 + random.below(3)).min(FIELDS.len())];
        // They live as long as the program: serde wants names that do.
        let names: &'static [&'static str] = Box::leak(names.to_vec().into_boxed_slice());
        Self { names, shapes: names.iter().map(|_| Shape::random(random, depth - 1)).collect() }
    }
}

fn list(random: &mut Random, shapes: &[Shape]) -> Value {
    Value::List(shapes.iter().map(|shape| shape.value(random)).collect())
}

pub(super) fn float(random: &mut Random) -> f64 {
    let near = [0.0, -0.0, 0.5, -1.5, 1e300, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let whole = [
        1.0,
        -1.0,
        255.0,
        256.0,
        65_535.0,
        2_147_483_648.0,
        9_007_199_254_740_991.0,
        9_007_199_254_740_992.0,
    ];
    match random.below(4) {
        0 => random.pick(&near),
        1 => random.pick(&whole),
        2 => f64::from(i32::try_from(random.below(600)).unwrap() - 300),
        _ => f64::from_bits(random.bits()),
    }
}

pub(super) fn any_text(random: &mut Random) -> String {
    let whole =
        ["", "x", "Empty", "One", "__proto__", "constructor", "0", "-1", "true", "null", "a", "\u{feff}x"];
    match random.below(3) {
        0 => random.pick(&whole).to_owned(),
        1 => "ä€🎉\0x".chars().cycle().skip(random.below(5)).take(random.below(100)).collect(),
        _ => "x".repeat(random.below(100)),
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // Zero and minus zero are two values, and all NaNs are one.
            (Self::Float(one), Self::Float(other)) => {
                one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan()
            }
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Signed(one), Self::Signed(other)) => one == other,
            (Self::Unsigned(one), Self::Unsigned(other)) => one == other,
            (Self::Char(one), Self::Char(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Nothing, Self::Nothing) => true,
            (Self::Some(one), Self::Some(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            // In JavaScript what looks like a number comes first.
            (Self::Map(one), Self::Map(other)) => {
                one.len() == other.len() && one.iter().all(|entry| other.contains(entry))
            }
            (Self::Variant(one, content), Self::Variant(other, others)) => one == other && content == others,
            _ => false,
        }
    }
}
