//! Where the codec gives another answer than the reference, on purpose. `docs/values.md` lists these tests.

use std::collections::BTreeMap;
use std::fmt::Debug;

use durable_object::Date;
use js_sys::{Array, Map, Object, Reflect, Set, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::both::{from_js, made, reference_from_js, reference_to_js, same, text, to_js};

/// Returns the Rust values that both read from a JavaScript value, or `None` for one that refuses it.
fn both_from<T: DeserializeOwned + Debug>(value: impl Into<JsValue>) -> (Option<T>, Option<T>) {
    let value = value.into();
    (from_js(&value).ok(), reference_from_js(&value).ok())
}

/// Returns the JavaScript values that both write for a Rust value, as text.
fn both_to<T: Serialize + DeserializeOwned + Clone>(value: T) -> (Option<String>, Option<String>) {
    (to_js(&value).ok().map(|value| text(&value)), reference_to_js(&value).ok().map(|value| text(&value)))
}

fn words(words: &str) -> Option<String> {
    Some(words.to_owned())
}

fn object<const N: usize>(entries: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        Reflect::set(&object, &key.into(), &value).unwrap();
    }
    object.into()
}

fn map<const N: usize>(entries: [(JsValue, JsValue); N]) -> JsValue {
    let map = Map::new();
    for (key, value) in &entries {
        map.set(key, value);
    }
    map.into()
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Point {
    #[serde(default)]
    x: u8,
    y: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    x: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Variants {
    Empty,
    Maybe(Option<u8>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    List(Vec<u8>),
    Text(String),
    Object(BTreeMap<String, u8>),
}

#[wasm_bindgen_test]
fn bytes_are_a_uint8array() {
    assert_eq!(both_to(vec![1_u8, 2]), (words("Uint8Array[1,2]"), words("[1,2]")));
    let empty: Vec<u8> = Vec::new();
    assert_eq!(both_to(Some(empty)), (words("Uint8Array[]"), words("[]")));
}

#[wasm_bindgen_test]
fn whatever_has_bytes_is_bytes() {
    for (name, bytes, numbers) in [
        ("buffer", vec![1, 2], None),
        ("view", vec![0, 0], None),
        ("clamped", vec![1, 2], Some(vec![1, 2])),
        // There it is its elements, which a `u8` is given to as floats.
        ("floats", vec![0, 0, 128, 63, 0, 0, 0, 64], Some(vec![1, 2])),
    ] {
        assert_eq!(both_from::<Vec<u8>>(made(name)), (Some(bytes), numbers), "{name}");
    }
    assert_eq!(both_from::<Vec<f32>>(made("floats")), (None, Some(vec![1.0, 2.0])));
    let bytes = || Uint8Array::from(&[1, 2][..]);
    let text = Untagged::Text("\u{1}\u{2}".to_owned());
    assert_eq!(both_from::<Untagged>(bytes()), (Some(Untagged::List(vec![1, 2])), Some(text)));
    assert_eq!(both_from::<serde_json::Value>(bytes()), (Some(serde_json::json!([1, 2])), None));
}

#[wasm_bindgen_test]
fn dates_are_a_date() {
    let date = Date::from_millis(5).unwrap();
    assert!(same(&to_js(&date).unwrap(), &made("date")));
    assert_eq!(reference_to_js(&date).unwrap(), "1970-01-01T00:00:00.005Z");
    assert_eq!(both_from(made("date")), (Some(date), None));
    assert_eq!(both_from::<i64>(made("date")), (Some(5), None));
    assert_eq!(both_from::<f64>(made("date")), (Some(5.0), None));
    let iso = || "1970-01-01T00:00:00.005Z".to_owned();
    assert_eq!(both_from::<String>(made("date")), (Some(iso()), None));
    let nothing = Untagged::Object(BTreeMap::new());
    assert_eq!(both_from::<Untagged>(made("date")), (Some(Untagged::Text(iso())), Some(nothing)));
    assert_eq!(both_from::<BTreeMap<String, u8>>(made("date")), (None, Some(BTreeMap::new())));
}

#[wasm_bindgen_test]
fn integers_are_numbers_or_bigints_as_the_caller_likes() {
    assert_eq!(both_from::<u8>(JsValue::bigint_from_str("5")), (Some(5), None));
    assert_eq!(both_from::<i128>(5), (Some(5), None));
    assert_eq!(both_from::<u128>(9_007_199_254_740_992_f64), (None, None));
}

#[wasm_bindgen_test]
fn keys_are_text() {
    assert_eq!(both_to(BTreeMap::from([(-1_i64, true)])), (words("{\"-1\":true}"), None));
    assert_eq!(both_to(BTreeMap::from([(true, 1)])), (words("{\"true\":1}"), None));
    let numbered = || object([("-1", 1.into())]);
    assert_eq!(both_from::<BTreeMap<i64, u8>>(numbered()), (Some(BTreeMap::from([(-1, 1)])), None));
    let entries = || map([(1.into(), 2.into())]);
    assert_eq!(both_from(entries()), (Some(BTreeMap::from([("1".to_owned(), 2)])), None));
    // An integer that may have been rounded is none, also as a key.
    let rounded = map([(9_007_199_254_740_992_f64.into(), 1.into())]);
    assert_eq!(both_from::<BTreeMap<u64, u8>>(rounded), (None, None));
}

#[wasm_bindgen_test]
fn proto_is_a_key() {
    let entries = BTreeMap::from([("__proto__".to_owned(), 1)]);
    assert!(same(&to_js(&entries).unwrap(), &made("proto")));
    assert_eq!(text(&reference_to_js(&entries).unwrap()), "{}");
    assert_eq!(both_from(made("proto")), (Some(entries.clone()), Some(entries)));
}

#[wasm_bindgen_test]
fn maps_are_structs_and_enums_too() {
    let point = || map([("x".into(), 1.into())]);
    assert_eq!(both_from(point()), (Some(Point { x: 1, y: None }), Some(Point::default())));
    let variant = || map([("Maybe".into(), 1.into())]);
    assert_eq!(both_from(variant()), (Some(Variants::Maybe(Some(1))), None));
}

#[wasm_bindgen_test]
fn only_arrays_sets_and_bytes_are_lists() {
    assert_eq!(both_from::<Vec<u8>>(made("generator")), (None, Some(vec![1])));
    let pairs = || map([(1.into(), 2.into())]);
    assert_eq!(both_from::<Vec<(u8, u8)>>(pairs()), (None, Some(vec![(1, 2)])));
    let set = || Set::new(&Array::of1(&1.into()));
    assert_eq!(both_from::<Vec<u8>>(set()), (Some(vec![1]), Some(vec![1])));
    assert_eq!(both_from::<Untagged>(set()), (Some(Untagged::List(vec![1])), None));
    assert_eq!(
        both_from::<durable_object::value::Blob>(set()),
        (Some(durable_object::value::Blob(vec![1])), None)
    );
}

#[wasm_bindgen_test]
fn only_plain_objects_and_maps_have_fields() {
    let own = Some(Point { x: 1, y: None });
    assert_eq!(both_from::<Point>(made("instance")), (None, own));
    assert_eq!(both_from::<Point>(Array::new()), (None, Some(Point::default())));
    assert_eq!(both_from::<BTreeMap<String, u8>>(made("error")), (None, Some(BTreeMap::new())));
    let pairs = || Array::of1(&Array::of2(&"a".into(), &1.into()));
    assert_eq!(both_from(pairs()), (None, Some(BTreeMap::from([("a".to_owned(), 1)]))));
    // Nor is what an object inherits one of its fields.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inherits {
        a: Option<u8>,
    }
    assert_eq!(both_from::<Inherits>(made("inheriting")), (None, Some(Inherits { a: Some(1) })));
    assert_eq!(both_from(made("bare")), (Some(Inherits { a: Some(1) }), Some(Inherits { a: Some(1) })));
}

#[wasm_bindgen_test]
fn undefined_fields_are_missing() {
    let point = || object([("x", JsValue::UNDEFINED), ("y", JsValue::UNDEFINED)]);
    assert_eq!(both_from(point()), (Some(Point::default()), None));
    let entries = || object([("a", JsValue::UNDEFINED)]);
    let kept = BTreeMap::from([("a".to_owned(), None)]);
    assert_eq!(both_from::<BTreeMap<String, Option<u8>>>(entries()), (Some(BTreeMap::new()), Some(kept)));
    assert_eq!(both_from(object([("Empty", JsValue::UNDEFINED)])), (None, Some(Variants::Empty)));
}

#[wasm_bindgen_test]
fn unknown_fields_are_refused_by_what_denies_them() {
    let point = || object([("x", 1.into()), ("z", 1.into())]);
    assert_eq!(both_from::<Strict>(point()), (None, Some(Strict { x: 1 })));
    assert_eq!(both_from(point()), (Some(Point { x: 1, y: None }), Some(Point { x: 1, y: None })));
}

#[wasm_bindgen_test]
fn tuples_have_as_many_elements_as_they_have() {
    let three = || Array::of3(&1.into(), &2.into(), &3.into());
    assert_eq!(both_from::<(u8, u8)>(three()), (None, Some((1, 2))));
    assert_eq!(both_from::<(u8, u8, u8, u8)>(three()), (None, None));
}

#[wasm_bindgen_test]
fn a_variant_with_a_value_is_no_text() {
    assert_eq!(both_from::<Variants>("Maybe"), (None, Some(Variants::Maybe(None))));
    assert_eq!(both_from("Empty"), (Some(Variants::Empty), Some(Variants::Empty)));
}

#[wasm_bindgen_test]
fn text_is_unicode() {
    assert_eq!(both_from::<String>(made("surrogate")), (None, words("x\u{fffd}")));
    let replaced = BTreeMap::from([("\u{fffd}".to_owned(), 1)]);
    assert_eq!(both_from(made("surrogateKey")), (None, Some(replaced)));
}

#[wasm_bindgen_test]
fn arrays_have_no_holes() {
    assert_eq!(both_from::<Vec<Option<u8>>>(made("hole")), (None, Some(vec![Some(1), None, Some(3)])));
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Nested(Vec<Nested>);

#[wasm_bindgen_test]
fn values_are_not_nested_without_end() {
    let nested = |depth| (1..depth).fold(Nested(vec![]), |inner, _| Nested(vec![inner]));
    // `to_js` puts it into one array more.
    let (ours, reference) = both_to(nested(127));
    assert_eq!(ours, reference);
    assert!(matches!(both_to(nested(128)), (None, Some(_))));
    let deep = reference_to_js(&nested(130)).unwrap();
    assert_eq!(both_from(deep), (None, Some(nested(130))));
}

#[wasm_bindgen_test]
fn what_throws_when_it_is_looked_at_is_refused() {
    for (name, why) in [("throwing", "not now"), ("proxy", "not ever")] {
        let error = from_js::<serde_json::Value>(&made(name)).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}
