//! What is made of JavaScript values.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Deserializer, Serialize};

use super::{Js, read, refused, same};
use crate::Date;
use crate::codec::Tape;
use crate::value::Blob;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    title: String,
    price: Option<u32>,
    #[serde(default)]
    count: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Cart {
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Bytes { data: Vec<u8>, at: Date },
    Number { value: f64 },
    Nothing,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Blob(Blob),
    Item(Item),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, Option<i64>>,
}

fn number(number: f64) -> Js {
    Js::Number(number)
}

#[test]
fn integers_are_never_rounded() {
    assert_eq!(read::<i64>(&Js::bigint(i64::MIN.into())), Ok(i64::MIN));
    assert_eq!(read::<u64>(&Js::bigint(u64::MAX.into())), Ok(u64::MAX));
    assert_eq!(read::<u8>(&Js::bigint(255)), Ok(255));
    assert_eq!(read::<i128>(&number(-7.0)), Ok(-7));
    assert_eq!(read::<u128>(&number(7.0)), Ok(7));
    refused::<i64>(
        &number(9_007_199_254_740_992.0),
        "9007199254740992 is beyond ±(2^53-1) and may have been rounded; pass a bigint",
    );
    refused::<i32>(&number(1.5), "invalid type: floating point `1.5`, expected i32");
    refused::<i32>(&number(f64::NAN), "invalid type: floating point `NaN`, expected i32");
    refused::<u8>(&number(256.0), "invalid value: integer `256`, expected u8");
    refused::<u8>(&number(-1.0), "invalid value: integer `-1`, expected u8");
    refused::<i64>(&Js::bigint(1 << 63), "invalid value: integer `9223372036854775808`, expected i64");
    refused::<i64>(
        &Js::bigint(1 << 64),
        "invalid type: integer `18446744073709551616` as u128, expected i64",
    );
    refused::<f64>(&Js::bigint(1), "invalid type: bigint, expected f64");
}

#[test]
fn errors_say_what_was_found_and_where() {
    for (js, found) in [
        (Js::Null, "null"),
        (Js::Undefined, "undefined"),
        (Js::text("1"), "string \"1\""),
        (Js::Bool(true), "boolean `true`"),
        (Js::array([]), "array"),
        (Js::object([]), "object"),
        (Js::Bytes(vec![]), "Uint8Array"),
        (Js::Other("function"), "function"),
    ] {
        refused::<i32>(&js, &format!("invalid type: {found}, expected i32"));
    }
    let item = |price| Js::object([("title", Js::text("x")), ("price", price)]);
    let cart = Js::object([("items", Js::array([item(number(1.0)), item(Js::text("free"))]))]);
    refused::<Cart>(&cart, "items[1].price: invalid type: string \"free\", expected u32");
    let cart = Js::object([("items", Js::array([Js::object([])]))]);
    refused::<Cart>(&cart, "items[0]: missing field `title`");
    let odd = Js::object([("a b", Js::object([("c", Js::Null)]))]);
    refused::<HashMap<String, HashMap<String, u8>>>(&odd, "[\"a b\"].c: invalid type: null, expected u8");
    refused::<Cart>(&Js::array([]), "invalid type: array, expected struct Cart");
    refused::<String>(
        &Js::Other("string with an unpaired surrogate"),
        "invalid type: string with an unpaired surrogate, expected a string",
    );
}

#[test]
fn what_is_absent_is_none() {
    for absent in [Js::object([]), Js::object([("price", Js::Undefined)]), Js::object([("price", Js::Null)])]
    {
        let Js::Object(mut fields) = absent else { unreachable!() };
        fields.push(("title".to_owned(), Js::text("x")));
        fields
            .push(("unknown".to_owned(), Js::array([Js::Other("function"), Js::object([("x", Js::Null)])])));
        fields.push(("count".to_owned(), Js::Undefined));
        let item = Item { title: "x".to_owned(), price: None, count: 0 };
        assert_eq!(read(&Js::Object(fields)), Ok(item));
    }
    assert_eq!(read::<Option<u8>>(&Js::Undefined), Ok(None));
    assert_eq!(read::<()>(&Js::Null), Ok(()));
    assert_eq!(read::<Vec<Option<u8>>>(&Js::array([Js::Undefined, number(1.0)])), Ok(vec![None, Some(1)]));
}

#[test]
fn bytes_may_be_given_in_several_ways() {
    let view = Js::View("Float32Array", vec![0, 0, 128, 63]);
    assert_eq!(read::<Vec<u8>>(&view), Ok(vec![0, 0, 128, 63]));
    assert_eq!(read::<Blob>(&view), Ok(Blob(vec![0, 0, 128, 63])));
    refused::<Vec<f32>>(&view, "invalid type: Float32Array, expected a sequence");
    let array = Js::array([number(0.0), number(255.0)]);
    assert_eq!(read::<Vec<u8>>(&array), Ok(vec![0, 255]));
    assert_eq!(read::<Blob>(&array), Ok(Blob(vec![0, 255])));
    refused::<Vec<u8>>(&Js::array([number(256.0)]), "[0]: invalid value: integer `256`, expected u8");
    assert_eq!(read::<Vec<u16>>(&Js::Bytes(vec![7])), Ok(vec![7]));
    assert_eq!(read::<[u8; 2]>(&Js::Bytes(vec![7, 8])), Ok([7, 8]));
    assert_eq!(read::<BTreeSet<u8>>(&Js::Bytes(vec![7, 7])), Ok(BTreeSet::from([7])));
}

#[test]
fn what_was_set_aside_is_read_in_its_place() {
    let text = || Js::LargeText("ä".to_owned());
    let bytes = || Js::LargeBytes(vec![1, 2]);
    assert_eq!(read::<String>(&text()), Ok("ä".to_owned()));
    assert_eq!(read::<Vec<u8>>(&bytes()), Ok(vec![1, 2]));
    assert_eq!(read::<Blob>(&bytes()), Ok(Blob(vec![1, 2])));
    assert_eq!(read::<Vec<u16>>(&bytes()), Ok(vec![1, 2]));
    assert_eq!(read::<[u8; 2]>(&bytes()), Ok([1, 2]));
    assert_eq!(
        read::<serde_json::Value>(&Js::array([text(), bytes()])),
        Ok(serde_json::json!(["ä", [1, 2]]))
    );
    let skipped = Js::object([("unknown", Js::array([bytes(), text()])), ("title", text())]);
    assert_eq!(read(&skipped), Ok(Item { title: "ä".to_owned(), price: None, count: 0 }));
    refused::<i32>(&text(), "invalid type: string \"ä\", expected i32");
    refused::<i32>(&bytes(), "invalid type: Uint8Array, expected i32");
    let tape = Tape { large: Vec::new(), ..text().tape() };
    assert!(super::super::decode::<String>(tape).is_err(), "it is not there");
}

/// A vector that has its own idea of a sequence.
#[derive(Debug, PartialEq, Deserialize)]
struct Short(#[serde(deserialize_with = "short")] Vec<u8>);

fn short<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct Visitor;

    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("at most one byte")
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut bytes: A) -> Result<Vec<u8>, A::Error> {
            Ok(bytes.next_element()?.into_iter().collect())
        }
    }

    deserializer.deserialize_seq(Visitor)
}

#[test]
fn only_plain_vectors_are_read_as_a_whole() {
    assert_eq!(read(&Js::Bytes(vec![7])), Ok(Short(vec![7])));
    refused::<Short>(&Js::Bytes(vec![7, 8]), "invalid length 2, expected 1 elements");
}

#[test]
fn lengths_are_exact() {
    let array = Js::array([number(1.0), number(2.0), number(3.0)]);
    refused::<(u8, u8)>(&array, "invalid length 3, expected a tuple of size 2");
    refused::<[u8; 4]>(&array, "invalid length 3, expected an array of length 4");
}

#[test]
fn dates_are_text_or_numbers_where_those_are_expected() {
    let date = Js::Date(86_400_000.0);
    assert_eq!(read::<String>(&date), Ok("1970-01-02T00:00:00.000Z".to_owned()));
    assert_eq!(read::<i64>(&date), Ok(86_400_000));
    assert_eq!(read::<f64>(&date), Ok(86_400_000.0));
    assert_eq!(
        read::<Date>(&Js::text("1970-01-02T00:00:00.000Z")),
        Ok(Date::from_millis(86_400_000).unwrap())
    );
    refused::<Date>(
        &number(1.0),
        "invalid type: integer `1`, expected a Date, or text such as 2026-01-31T12:00:00.000Z",
    );
    refused::<Date>(
        &Js::Other("Invalid Date"),
        "invalid type: Invalid Date, expected a Date, or text such as 2026-01-31T12:00:00.000Z",
    );
    refused::<Date>(
        &Js::text("today"),
        "invalid value: string \"today\", expected a Date, or text such as 2026-01-31T12:00:00.000Z",
    );
}

#[test]
fn enums_that_look_at_their_content() {
    same(
        Tagged::Bytes { data: vec![1, 2], at: Date::from_millis(0).unwrap() },
        Js::object([("kind", Js::text("Bytes")), ("data", Js::Bytes(vec![1, 2])), ("at", Js::Date(0.0))]),
    );
    same(Tagged::Number { value: 1.0 }, Js::object([("kind", Js::text("Number")), ("value", number(1.0))]));
    same(Tagged::Nothing, Js::object([("kind", Js::text("Nothing"))]));
    same(Untagged::Number(-5), number(-5.0));
    same(Untagged::Text("x".to_owned()), Js::text("x"));
    same(Untagged::Blob(Blob(vec![1])), Js::Bytes(vec![1]));
    same(
        Untagged::Item(Item { title: "x".to_owned(), price: Some(1), count: 2 }),
        Js::object([("title", Js::text("x")), ("price", number(1.0)), ("count", number(2.0))]),
    );
    assert_eq!(read::<Untagged>(&Js::bigint(1)), Ok(Untagged::Number(1)));
    same(
        Flat { id: 1, rest: BTreeMap::from([("a".to_owned(), Some(2)), ("b".to_owned(), None)]) },
        Js::object([("id", number(1.0)), ("a", number(2.0)), ("b", Js::Null)]),
    );
    let json = serde_json::json!({ "a": [1, -0.5, null, "x", true], "b": {} });
    assert_eq!(read(&super::written(&json).unwrap()), Ok(json));
}

#[test]
fn minus_zero_is_an_integer_wherever_serde_keeps_it() {
    let zero = || number(-0.0);
    assert_eq!(read::<i64>(&zero()), Ok(0));
    assert_eq!(
        read(&Js::object([("id", zero()), ("a", zero())])),
        Ok(Flat { id: 0, rest: BTreeMap::from([("a".to_owned(), Some(0))]) })
    );
    assert_eq!(read(&zero()), Ok(Untagged::Number(0)));
    assert_eq!(read::<serde_json::Value>(&zero()), Ok(0.into()));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Outer {
    Unit,
    One(u8),
    Pair(u8, u8),
    Fields { x: u8 },
}

#[test]
fn variants_have_one_form() {
    assert_eq!(read(&Js::object([("Unit", Js::Null)])), Ok(Outer::Unit));
    refused::<Outer>(&Js::text("One"), "invalid type: unit variant, expected newtype variant");
    refused::<Outer>(
        &Js::text("Two"),
        "unknown variant `Two`, expected one of `Unit`, `One`, `Pair`, `Fields`",
    );
    refused::<Outer>(&Js::object([]), "expected an object with the name of a variant as its only key");
    let two = Js::object([("One", number(1.0)), ("Unit", Js::Null)]);
    refused::<Outer>(&two, "unexpected field `Unit`");
    let wrong = Js::object([("Fields", Js::object([("x", Js::text(""))]))]);
    refused::<Outer>(&wrong, "Fields.x: invalid type: string \"\", expected u8");
    let wrong = Js::object([("Pair", Js::array([number(1.0), Js::Null]))]);
    refused::<Outer>(&wrong, "Pair[1]: invalid type: null, expected u8");
    refused::<Outer>(&number(1.0), "invalid type: integer `1`, expected enum Outer");
}

#[test]
fn keys_are_read_from_their_text() {
    let map = Js::object([("-1", number(1.0)), ("2", number(2.0))]);
    assert_eq!(read(&map), Ok(BTreeMap::from([(-1_i64, 1_u8), (2, 2)])));
    refused::<BTreeMap<u8, u8>>(&map, "[\"-1\"]: invalid type: string \"-1\", expected u8");
}

#[test]
fn a_tape_that_ends_early_is_an_error() {
    let tape = Js::object([("items", Js::array([Js::object([("title", Js::text("x"))])]))]).tape();
    assert!(super::super::decode::<Cart>(tape.clone()).is_ok());
    for length in 0..tape.bytes.len() {
        let cut = Tape { bytes: tape.bytes[..length].to_vec(), large: Vec::new() };
        assert!(super::super::decode::<Cart>(cut.clone()).is_err());
        assert!(super::super::decode::<serde::de::IgnoredAny>(cut).is_err());
    }
}
