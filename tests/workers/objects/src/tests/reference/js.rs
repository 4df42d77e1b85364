//! JavaScript values: those that a shape has, and others.

use js_sys::{Array, ArrayBuffer, BigInt, Map, Object, Reflect, Set, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::both::made;
use super::random::Random;
use super::shape::{Fields, KEY_VARIANTS, Key, Shape, VARIANTS, any_text, float};

/// Most often a value of that shape, or one that is nearly so.
pub(super) fn for_shape(random: &mut Random, shape: &Shape) -> JsValue {
    if random.once_in(15) {
        return any(random, 2);
    }
    match shape {
        Shape::Bool => random.once_in(2).into(),
        Shape::Signed(_) | Shape::Unsigned(_) if random.once_in(3) => big(random),
        Shape::Signed(width) | Shape::Unsigned(width) if width.bits() == 128 => big(random),
        Shape::Signed(_) | Shape::Unsigned(_) if random.once_in(2) => {
            f64::from(random.below(100) as u8).into()
        }
        Shape::Signed(_) | Shape::Unsigned(_) | Shape::F32 | Shape::F64 => float(random).into(),
        Shape::Char => random.pick(&["x", "ä", "🎉", "", "xy", "\u{feff}"]).into(),
        Shape::Text => any_text(random).into(),
        Shape::Bytes => bytes(random),
        Shape::Unit | Shape::UnitStruct => nothing(random),
        Shape::Option(inner) => {
            if random.once_in(3) {
                nothing(random)
            } else {
                for_shape(random, inner)
            }
        }
        Shape::Newtype(inner) => for_shape(random, inner),
        Shape::List(_) if random.once_in(10) => bytes(random),
        Shape::List(inner) => {
            let elements: Array = random.several(4, |random| for_shape(random, inner)).into_iter().collect();
            if random.once_in(10) { Set::new(&elements).into() } else { elements.into() }
        }
        Shape::Tuple(shapes) | Shape::TupleStruct(shapes) => tuple(random, shapes),
        Shape::Map(key, inner) => {
            let mut entries = Vec::new();
            for _ in 0..random.below(4) {
                entries.push((for_key(random, *key), for_shape(random, inner)));
            }
            if !key.is_text() || random.once_in(5) { map(&entries) } else { object(entries) }
        }
        Shape::Struct(fields) => structure(random, fields),
        Shape::Enum { one, pair, named } => {
            let variant = random.below(VARIANTS.len());
            if random.once_in(8) {
                return VARIANTS[variant].into();
            }
            let content = match variant {
                0 if random.once_in(2) => return VARIANTS[0].into(),
                0 => nothing(random),
                1 => for_shape(random, one),
                2 => tuple(random, pair),
                _ => structure(random, named),
            };
            let mut entries = vec![(VARIANTS[variant].into(), content)];
            if random.once_in(10) {
                entries.push((any_text(random).into(), any(random, 1)));
            }
            object(entries)
        }
    }
}

/// Any value at all.
pub(super) fn any(random: &mut Random, depth: usize) -> JsValue {
    match random.below(if depth == 0 { 9 } else { 13 }) {
        0 => JsValue::UNDEFINED,
        1 => JsValue::NULL,
        2 => random.once_in(2).into(),
        3 | 4 => float(random).into(),
        5 => big(random),
        6 | 7 => any_text(random).into(),
        8 => made(random.pick(&[
            "hole",
            "generator",
            "floats",
            "clamped",
            "view",
            "pattern",
            "date",
            "invalidDate",
            "error",
            "instance",
            "surrogate",
            "function",
            "symbol",
            "bare",
            "boxed",
            "huge",
            "buffer",
            "proto",
        ])),
        9 => bytes(random),
        10 => random.several(3, |random| any(random, depth - 1)).into_iter().collect::<Array>().into(),
        11 => object(random.several(3, |random| (any_text(random).into(), any(random, depth - 1)))),
        _ => map(&random.several(3, |random| (any(random, 0), any(random, depth - 1)))),
    }
}

fn nothing(random: &mut Random) -> JsValue {
    random.pick(&[JsValue::NULL, JsValue::UNDEFINED])
}

fn bytes(random: &mut Random) -> JsValue {
    let bytes = random.several(4, |random| random.below(256) as u8);
    if random.once_in(5) {
        return bytes.into_iter().map(JsValue::from).collect::<Array>().into();
    }
    Uint8Array::from(&*bytes).into()
}

fn big(random: &mut Random) -> JsValue {
    let big = match random.below(4) {
        0 => BigInt::from(random.bits() % 300),
        1 => BigInt::from(random.bits().cast_signed()),
        2 => BigInt::from(random.bits()),
        _ => BigInt::from((i128::from(random.bits()) << 64) + i128::from(random.bits())),
    };
    if random.once_in(2) { (-big).into() } else { big.into() }
}

/// Most often as many elements as there are shapes.
fn tuple(random: &mut Random, shapes: &[Shape]) -> JsValue {
    let elements: Array = shapes.iter().map(|shape| for_shape(random, shape)).collect();
    if random.once_in(10) {
        elements.push(&any(random, 0));
    } else if random.once_in(10) {
        elements.pop();
    }
    elements.into()
}

/// Most often all fields, and sometimes others.
fn structure(random: &mut Random, fields: &Fields) -> JsValue {
    let mut entries = Vec::new();
    for (name, shape) in fields.names.iter().zip(&fields.shapes) {
        let is_option = matches!(shape, Shape::Option(_));
        if !random.once_in(if is_option { 2 } else { 20 }) {
            entries.push(((*name).into(), for_shape(random, shape)));
        }
    }
    if random.once_in(4) {
        entries.insert(0, ("unknown".into(), any(random, 2)));
    }
    if random.once_in(20) { map(&entries) } else { object(entries) }
}

fn for_key(random: &mut Random, key: Key) -> JsValue {
    match key {
        _ if random.once_in(15) => any(random, 0),
        Key::Text => any_text(random).into(),
        Key::Char => random.pick(&["x", "ä", "🎉", "xy"]).into(),
        Key::Variant => random.pick(&KEY_VARIANTS).into(),
        Key::Bool => random.once_in(2).into(),
        Key::I32 => float(random).into(),
        Key::U64 if random.once_in(2) => big(random),
        Key::U64 => float(random).into(),
    }
}

fn map(entries: &[(JsValue, JsValue)]) -> JsValue {
    let map = Map::new();
    for (key, value) in entries {
        map.set(key, value);
    }
    map.into()
}

/// Creates a plain object, without the keys that are not text.
fn object(entries: Vec<(JsValue, JsValue)>) -> JsValue {
    let object = Object::new();
    for (key, value) in entries.iter().filter(|(key, _)| key.is_string()) {
        let property = Object::new();
        for (name, value) in [("value", value), ("enumerable", &JsValue::TRUE), ("writable", &JsValue::TRUE)]
        {
            Reflect::set(&property, &name.into(), value).unwrap();
        }
        Reflect::set(&property, &"configurable".into(), &JsValue::TRUE).unwrap();
        // `__proto__` is a property as well.
        Object::define_property(&object, key, &property);
    }
    object.into()
}

/// Whether it is a view on bytes that has numbers of another kind as its elements.
pub(super) fn is_other_view(value: &JsValue) -> bool {
    ArrayBuffer::is_view(value) && !value.is_instance_of::<Uint8Array>()
}
