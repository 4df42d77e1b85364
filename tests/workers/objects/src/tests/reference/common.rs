//! For which values both implementations promise an answer. Each condition is one of the
//! [differences](super::differences).

use js_sys::{Array, ArrayBuffer, Date, JsString, Map, Object, Reflect, Set, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::js::is_other_view;
use super::shape::{Fields, Key, Shape, VARIANTS, Width};

/// Whether both promise the same for a value that a type of this shape is asked for.
pub(super) fn promised(shape: &Shape, value: &JsValue) -> bool {
    // Dates are text and numbers here, and objects without entries there.
    if value.is_instance_of::<Date>() {
        return false;
    }
    match shape {
        Shape::Bool | Shape::F32 | Shape::F64 | Shape::Unit | Shape::UnitStruct => true,
        // Any width takes a bigint here, and those that are one in JavaScript take a number.
        Shape::Signed(Width::W64) | Shape::Unsigned(Width::W64) => true,
        Shape::Signed(Width::W128) | Shape::Unsigned(Width::W128) => value.as_f64().is_none(),
        Shape::Signed(_) | Shape::Unsigned(_) => !value.is_bigint(),
        // Half of a surrogate pair cannot be in Rust's text, and is another character there.
        Shape::Char | Shape::Text => is_well_formed(value),
        Shape::Bytes if is_list(value) => elements(value).is_some_and(|elements| {
            elements.iter().all(|element| promised(&Shape::Unsigned(Width::W8), &element))
        }),
        // Other views on bytes are bytes here as well, and so are sets.
        Shape::Bytes => !is_other_view(value) && !value.is_instance_of::<Set>(),
        Shape::Option(_) if value.loose_eq(&JsValue::NULL) => true,
        Shape::Option(inner) | Shape::Newtype(inner) => promised(inner, value),
        Shape::List(inner) => match elements(value) {
            Some(elements) => elements.iter().all(|element| promised(inner, &element)),
            None => !is_iterable(value) && !is_other_bytes(value),
        },
        Shape::Tuple(shapes) | Shape::TupleStruct(shapes) => tuple(shapes, value),
        Shape::Map(key, inner) => map(*key, inner, value),
        Shape::Struct(fields) => structure(fields, value),
        Shape::Enum { one, pair, named } => {
            if let Some(name) = value.as_string() {
                // A variant whose value may be absent is its name there.
                return name != VARIANTS[1] || !takes_nothing(one);
            }
            // An undefined value is missing here.
            let Some(entries) = plain(value) else { return !value.is_instance_of::<Map>() };
            if entries.iter().any(|(_, content)| content.is_undefined()) {
                return false;
            }
            let [(name, content)] = &*entries else { return true };
            match VARIANTS.iter().position(|variant| name == variant) {
                Some(1) => promised(one, content),
                Some(2) => tuple(pair, content),
                Some(3) => structure(named, content),
                _ => true,
            }
        }
    }
}

/// A tuple has as many elements as it has; there it may have more.
fn tuple(shapes: &[Shape], value: &JsValue) -> bool {
    let Some(elements) = elements(value) else { return !is_iterable(value) && !is_other_bytes(value) };
    let length = elements.length() as usize;
    length < shapes.len()
        || length == shapes.len()
            && shapes.iter().zip(elements.iter()).all(|(shape, element)| promised(shape, &element))
}

fn map(key: Key, inner: &Shape, value: &JsValue) -> bool {
    if let Some(map) = value.dyn_ref::<Map>() {
        let entries: Vec<Array> =
            map.entries().into_iter().map(|entry| entry.unwrap().unchecked_into()).collect();
        // Keys are the text of what they are here.
        return entries.iter().all(|entry| {
            let (name, value) = (entry.get(0), entry.get(1));
            has_type(key, &name) && is_well_formed(&name) && !value.is_undefined() && promised(inner, &value)
        });
    }
    match plain(value) {
        Some(entries) if !key.is_text() => entries.is_empty(),
        Some(entries) => entries.iter().all(|(_, value)| !value.is_undefined() && promised(inner, value)),
        // The reference reads the pairs of an iterable, and the entries of any other object.
        None => !value.is_object(),
    }
}

fn structure(fields: &Fields, value: &JsValue) -> bool {
    let Some(entries) = plain(value) else { return !value.is_object() };
    // The reference takes inherited properties for fields.
    let is_own = |name: &str| entries.iter().any(|(own, _)| own == name);
    if fields.names.iter().any(|&name| !is_own(name) && Reflect::has(value, &name.into()).unwrap_or(true)) {
        return false;
    }
    entries.iter().all(|(name, value)| match fields.names.iter().position(|known| name == known) {
        Some(index) => !value.is_undefined() && promised(&fields.shapes[index], value),
        None => true,
    })
}

fn takes_nothing(shape: &Shape) -> bool {
    match shape {
        Shape::Option(_) | Shape::Unit | Shape::UnitStruct => true,
        Shape::Newtype(inner) => takes_nothing(inner),
        _ => false,
    }
}

fn has_type(key: Key, value: &JsValue) -> bool {
    match key {
        Key::Text | Key::Char | Key::Variant => value.is_string(),
        Key::Bool => value.as_bool().is_some(),
        Key::I32 => value.as_f64().is_some(),
        Key::U64 => value.as_f64().is_some() || value.is_bigint(),
    }
}

/// The values that both take for a list: arrays without holes, sets, bytes.
fn elements(value: &JsValue) -> Option<Array> {
    let is_whole =
        |array: &Array| (0..array.length()).all(|index| Reflect::has(array, &index.into()).unwrap_or(true));
    if let Some(array) = value.dyn_ref::<Array>() {
        return is_whole(array).then(|| array.clone());
    }
    let is_list = value.is_instance_of::<Set>() || value.is_instance_of::<Uint8Array>();
    is_list.then(|| Array::from(value))
}

fn is_list(value: &JsValue) -> bool {
    Array::is_array(value)
}

/// Bytes that are a list here.
fn is_other_bytes(value: &JsValue) -> bool {
    value.is_instance_of::<ArrayBuffer>() || is_other_view(value)
}

fn is_iterable(value: &JsValue) -> bool {
    value.is_object() && Reflect::has(value, &js_sys::Symbol::iterator()).unwrap_or(true)
}

/// The entries of a plain object.
fn plain(value: &JsValue) -> Option<Vec<(String, JsValue)>> {
    let object = value.dyn_ref::<Object>().filter(|_| value.is_object())?;
    let prototype = Object::get_prototype_of(value);
    let is_plain = prototype.is_null() || prototype == Object::get_prototype_of(&Object::new());
    let entry = |entry: JsValue| {
        let entry: Array = entry.unchecked_into();
        (entry.get(0).as_string().unwrap_or_default(), entry.get(1))
    };
    is_plain.then(|| Object::entries(object).iter().map(entry).collect())
}

fn is_well_formed(value: &JsValue) -> bool {
    value.dyn_ref::<JsString>().is_none_or(JsString::is_valid_utf16)
}
