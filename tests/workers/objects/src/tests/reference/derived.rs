//! Types as people write them, with what serde's attributes make of them.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::IpAddr;

use durable_object::console_log;
use js_sys::{Array, Object, Reflect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::both::{from_js, reference_from_js, reference_to_js, same, text, to_js};
use super::js;
use super::random::Random;
use super::shape::{any_text, float};

/// How many values there are of each type.
const VALUES: u64 = 150;
/// How often each is changed somewhere, and read again.
const CHANGES: usize = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    first_field: i32,
    #[serde(rename = "x y")]
    other: Option<String>,
    #[serde(default)]
    count: u8,
    #[serde(skip)]
    #[expect(dead_code, reason = "serde has nothing to do with it")]
    cache: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<bool>,
    #[serde(alias = "old")]
    name: String,
    #[serde(default = "seven", with = "as_text")]
    number: u64,
}

fn seven() -> u64 {
    7
}

/// Numbers that are text outside.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &u64, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Inner {
    a: i64,
    b: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Flattened {
    id: u32,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Transparent {
    inner: Vec<Inner>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum External {
    Empty,
    One(i32),
    Pair(u8, String),
    Named { a: Option<bool> },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Internal {
    Empty,
    TheInner(Inner),
    Named {
        list: Vec<External>,
        text: char,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Empty,
    One(i64),
    Pair(f32, Option<String>),
    Named { a: Vec<(u8, bool)> },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<i32>),
    Named { a: bool },
    Nothing,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Everything {
    external: External,
    internal: Box<Internal>,
    adjacent: Vec<Adjacent>,
    untagged: BTreeMap<String, Untagged>,
    result: Result<u8, String>,
    address: Option<IpAddr>,
    pair: (char, [bool; 3]),
    json: serde_json::Value,
}

fn renamed(random: &mut Random) -> Renamed {
    Renamed {
        first_field: random.bits() as i32,
        other: random.once_in(2).then(|| any_text(random)),
        count: random.bits() as u8,
        cache: 0,
        maybe: random.pick(&[None, Some(true), Some(false)]),
        name: any_text(random),
        number: random.bits(),
    }
}

fn inner(random: &mut Random) -> Inner {
    Inner { a: safe(random), b: random.once_in(2).then(|| float(random)) }
}

/// An integer that a number holds.
fn safe(random: &mut Random) -> i64 {
    (random.bits().cast_signed() >> random.below(54)) / 1024
}

fn flattened(random: &mut Random) -> Flattened {
    let mut rest = BTreeMap::new();
    for name in ["x", "ä", "0"] {
        if random.once_in(2) {
            rest.insert(name.to_owned(), json(random, 2));
        }
    }
    Flattened { id: random.bits() as u32, inner: inner(random), rest }
}

fn json(random: &mut Random, depth: usize) -> serde_json::Value {
    match random.below(if depth == 0 { 5 } else { 7 }) {
        0 => serde_json::Value::Null,
        1 => random.once_in(2).into(),
        2 => safe(random).into(),
        // There is no NaN in JSON, and an integer is read as one.
        3 => (f64::from(random.bits() as i32) + 0.5).into(),
        4 => any_text(random).into(),
        5 => random.several(3, |random| json(random, depth - 1)).into(),
        _ => {
            let entries =
                random.several(3, |random| (format!("k{}", random.below(9)), json(random, depth - 1)));
            entries.into_iter().collect::<serde_json::Map<_, _>>().into()
        }
    }
}

fn external(random: &mut Random) -> External {
    match random.below(4) {
        0 => External::Empty,
        1 => External::One(random.bits() as i32),
        2 => External::Pair(random.bits() as u8, any_text(random)),
        _ => External::Named { a: random.pick(&[None, Some(true)]) },
    }
}

fn internal(random: &mut Random) -> Internal {
    match random.below(4) {
        0 => Internal::Empty,
        1 => Internal::TheInner(inner(random)),
        2 => Internal::Named { list: random.several(3, external), text: random.pick(&['x', '🎉']) },
        _ => Internal::Other,
    }
}

fn adjacent(random: &mut Random) -> Adjacent {
    match random.below(4) {
        0 => Adjacent::Empty,
        1 => Adjacent::One(safe(random)),
        2 => Adjacent::Pair(random.pick(&[0.5, -0.0, f32::MAX]), random.once_in(2).then(|| any_text(random))),
        _ => Adjacent::Named { a: random.several(3, |random| (random.bits() as u8, random.once_in(2))) },
    }
}

fn untagged(random: &mut Random) -> Untagged {
    match random.below(6) {
        0 => Untagged::Integer(safe(random)),
        1 => Untagged::Number(random.pick(&[0.5, -1.5, 1e300, f64::INFINITY])),
        2 => Untagged::Text(any_text(random)),
        3 => Untagged::List(random.several(3, |random| random.bits() as i32)),
        4 => Untagged::Named { a: random.once_in(2) },
        _ => Untagged::Nothing,
    }
}

fn everything(random: &mut Random) -> Everything {
    let keys = ["a", "", "constructor"];
    Everything {
        external: external(random),
        internal: Box::new(internal(random)),
        adjacent: random.several(2, adjacent),
        untagged: keys.iter().map(|&key| (key.to_owned(), untagged(random))).collect(),
        result: if random.once_in(2) { Ok(random.bits() as u8) } else { Err(any_text(random)) },
        address: random.pick(&[None, Some(IpAddr::from([127, 0, 0, 1])), Some(IpAddr::from([0_u16; 8]))]),
        pair: (random.pick(&['x', '\0', '€']), [true, false, random.once_in(2)]),
        json: json(random, 3),
    }
}

/// Values of a type are the same both ways, and so is what is nearly one.
fn agree<T: Serialize + DeserializeOwned + Clone + Debug>(make: impl Fn(&mut Random) -> T) {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..VALUES {
        let mut random = Random::new(seed);
        let value = make(&mut random);
        let (ours, reference) = (to_js(&value).unwrap(), reference_to_js(&value).unwrap());
        assert!(same(&ours, &reference), "{seed}: {value:?}: {}, {}", text(&ours), text(&reference));
        // Of floats also the sign of zero, and NaN.
        assert_eq!(
            format!("{:?}", from_js::<T>(&reference)),
            format!("{:?}", Ok::<_, String>(value)),
            "{seed}"
        );
        for _ in 0..CHANGES {
            let changed = changed(&mut random, &ours);
            match (from_js::<T>(&changed), reference_from_js::<T>(&changed)) {
                (Ok(ours), Ok(reference)) if format!("{ours:?}") == format!("{reference:?}") => read += 1,
                (Err(_), Err(_)) => refused += 1,
                (ours, reference) => panic!("{seed}: {}: {ours:?}, {reference:?}", text(&changed)),
            }
        }
    }
    console_log!(
        "{VALUES} values of {} both ways; of what is nearly one, {read} read, {refused} refused",
        type_name::<T>()
    );
    assert!(read > 0 && refused > 0);
}

/// The same value with one thing in it changed, removed or added.
fn changed(random: &mut Random, value: &JsValue) -> JsValue {
    let other = [
        JsValue::NULL,
        true.into(),
        0.into(),
        (-0.0).into(),
        1.5.into(),
        300.into(),
        f64::NAN.into(),
        9_007_199_254_740_992_f64.into(),
        "x".into(),
        "".into(),
    ];
    if let Some(array) = value.dyn_ref::<Array>().filter(|array| array.length() > 0 && !random.once_in(5)) {
        let (array, index) = (Array::from(array), random.below(array.length() as usize) as u32);
        array.set(index, changed(random, &array.get(index)));
        return array.into();
    }
    if !value.is_object() || Array::is_array(value) || random.once_in(6) {
        return random.pick(&other);
    }
    let object = Object::assign(&Object::new(), value.unchecked_ref());
    let keys = Object::keys(&object);
    if keys.length() == 0 || random.once_in(5) {
        Reflect::set(&object, &"unknown".into(), &random.pick(&other)).unwrap();
        return object.into();
    }
    let key = keys.get(random.below(keys.length() as usize) as u32);
    if random.once_in(4) {
        Reflect::delete_property(&object, &key).unwrap();
    } else {
        let value = Reflect::get(&object, &key).unwrap();
        Reflect::set(&object, &key, &changed(random, &value)).unwrap();
    }
    object.into()
}

#[wasm_bindgen_test]
fn structs_with_attributes_are_the_same() {
    agree(renamed);
    agree(flattened);
    agree(|random| Transparent { inner: random.several(4, inner) });
}

#[wasm_bindgen_test]
fn enums_of_all_taggings_are_the_same() {
    agree(external);
    agree(internal);
    agree(adjacent);
    agree(|random| BTreeMap::from([("x".to_owned(), untagged(random))]));
}

#[wasm_bindgen_test]
fn what_holds_all_of_them_is_the_same() {
    agree(everything);
    agree(|random| random.several(4, |random| (json(random, 3), renamed(random))));
}

#[derive(Debug, Deserialize)]
struct Direct<T> {
    value: T,
}

#[derive(Debug, Deserialize)]
struct Buffered<T> {
    #[serde(flatten)]
    inner: Direct<T>,
}

#[wasm_bindgen_test]
fn what_serde_looks_at_first_is_read_as_if_it_did_not() {
    // A date is a number or a text, whichever is asked for, and other views are bytes, but no lists.
    let depends = |value: &JsValue| text(value).contains("[object ");
    agree_buffered::<i8>(depends);
    agree_buffered::<u32>(depends);
    agree_buffered::<i64>(depends);
    agree_buffered::<u64>(depends);
    agree_buffered::<bool>(depends);
    agree_buffered::<char>(depends);
    agree_buffered::<String>(depends);
    agree_buffered::<Option<String>>(depends);
    agree_buffered::<Vec<u8>>(depends);
    agree_buffered::<durable_object::value::Blob>(depends);
    agree_buffered::<Vec<Option<bool>>>(depends);
    agree_buffered::<BTreeMap<String, serde_json::Value>>(depends);
    agree_buffered::<serde_json::Value>(depends);
    // A value that is kept as an integer is a float as well.
    let depends = |value: &JsValue| text(value).contains("[object ") || value.is_bigint();
    agree_buffered::<f32>(depends);
    agree_buffered::<f64>(depends);
    agree_buffered::<Option<f64>>(depends);
}

#[wasm_bindgen_test]
fn serde_does_not_keep_integers_of_128_bits() {
    let object = Object::new();
    Reflect::set(&object, &"value".into(), &JsValue::bigint_from_str("5")).unwrap();
    assert!(from_js::<Direct<i128>>(&object).is_ok_and(|direct| direct.value == 5));
    assert!(from_js::<Buffered<i128>>(&object).is_err());
}

/// A field is read alike, whether or not serde keeps it first; unless that is left out.
fn agree_buffered<T: DeserializeOwned + Debug + PartialEq>(is_left_out: impl Fn(&JsValue) -> bool) {
    let mut read = 0;
    for seed in 0..500 {
        let value = js::any(&mut Random::new(seed), 2);
        if is_left_out(&value) {
            continue;
        }
        let object = Object::new();
        Reflect::set(&object, &"value".into(), &value).unwrap();
        let direct = from_js::<Direct<T>>(&object).map(|direct| direct.value);
        let buffered = from_js::<Buffered<T>>(&object).map(|buffered| buffered.inner.value);
        match (direct, buffered) {
            // NaN is not equal to itself.
            (Ok(direct), Ok(buffered)) if direct == buffered || format!("{direct:?}").contains("NaN") => {
                read += 1
            }
            (Err(_), Err(_)) => {}
            (direct, buffered) => panic!("{seed}: {}: {direct:?}, {buffered:?}", text(&value)),
        }
    }
    assert!(read > 0, "none was read");
}
