//! What becomes of Rust values.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Js, same, written};
use crate::Date;
use crate::value::Blob;

const SAFE: i64 = (1 << 53) - 1;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Meters(f64);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i32,
    label: Option<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Shape {
    Empty,
    Scaled(u8),
    Pair(i8, bool),
    Named { name: String },
}

#[test]
fn numbers() {
    same(true, Js::Bool(true));
    same(-1_i8, Js::Number(-1.0));
    same(u32::MAX, Js::Number(4_294_967_295.0));
    same(i32::MIN, Js::Number(-2_147_483_648.0));
    same(SAFE, Js::Number(9_007_199_254_740_991.0));
    same(-SAFE, Js::Number(-9_007_199_254_740_991.0));
    same(0.1_f32, Js::Number(f64::from(0.1_f32)));
    for number in [0.0, -1.5, f64::INFINITY, f64::MIN_POSITIVE, 1e300] {
        same(number, Js::Number(number));
    }
    let Ok(Js::Number(negative_zero)) = written(&-0.0) else { panic!("no number") };
    assert!(negative_zero.is_sign_negative());
}

#[test]
fn integers_that_numbers_do_not_hold() {
    for integer in [SAFE + 1, i64::MIN, i64::MAX] {
        let why = written(&integer).unwrap_err();
        assert!(why.contains(&integer.to_string()) && why.contains("use i128"), "{why}");
    }
    assert!(written(&vec![(1, u64::MAX)]).unwrap_err().starts_with("[0][1]: 18446744073709551615 is beyond"));
    for integer in [0, -1, i128::from(i64::MIN), i128::MIN, i128::MAX] {
        same(integer, Js::bigint(integer));
    }
    same(u128::MAX, Js::BigInt(false, [0xff; 16]));
}

#[test]
fn text() {
    same('ä', Js::text("ä"));
    same(String::new(), Js::text(""));
    same(
        vec!["\0".to_owned(), "🎉ä".to_owned(), "x".repeat(1_000)],
        Js::array([Js::text("\0"), Js::text("🎉ä"), Js::Text("x".repeat(1_000))]),
    );
}

#[test]
fn bytes_of_every_kind() {
    same(vec![0_u8, 255], Js::Bytes(vec![0, 255]));
    same(Vec::<u8>::new(), Js::Bytes(vec![]));
    same(Blob(vec![1]), Js::Bytes(vec![1]));
    same(Some(vec![vec![1_u8], vec![]]), Js::array([Js::Bytes(vec![1]), Js::Bytes(vec![])]));
    same(BTreeSet::from([1_u8, 2]), Js::Bytes(vec![1, 2]));
    same(VecDeque::from([1_u8, 2]), Js::Bytes(vec![1, 2]));
    same(Box::<[u8]>::from([1, 2]), Js::Bytes(vec![1, 2]));
    assert_eq!(written(&[1_u8, 2][..]), Ok(Js::Bytes(vec![1, 2])));
    // To serde this is a tuple.
    same([1_u8, 2], Js::array([Js::Number(1.0), Js::Number(2.0)]));
    same(Vec::<i8>::new(), Js::array([]));
}

#[test]
fn nothing() {
    same(None::<u8>, Js::Null);
    same((), Js::Null);
    same(Unit, Js::Null);
    same(serde_json::Value::Null, Js::Null);
    same(((), Unit, None::<u8>), Js::array([Js::Null, Js::Null, Js::Null]));
    same(BTreeMap::from([(1, ())]), Js::object([("1", Js::Null)]));
}

#[test]
fn structs_maps_and_sequences() {
    same(Meters(0.5), Js::Number(0.5));
    let point = |x, label| Js::object([("x", Js::Number(x)), ("label", label)]);
    same(
        vec![Point { x: 1, label: None }, Point { x: 2, label: Some("x".to_owned()) }],
        Js::array([point(1.0, Js::Null), point(2.0, Js::text("x"))]),
    );
    same((1, "a".to_owned()), Js::array([Js::Number(1.0), Js::text("a")]));
    same(BTreeSet::from([1, 2]), Js::array([Js::Number(1.0), Js::Number(2.0)]));
    same(
        BTreeMap::from([("".to_owned(), 1), ("__proto__".to_owned(), 2)]),
        Js::object([("", Js::Number(1.0)), ("__proto__", Js::Number(2.0))]),
    );
}

#[test]
fn keys() {
    same(BTreeMap::from([(true, 1)]), Js::object([("true", Js::Number(1.0))]));
    same(BTreeMap::from([('ä', 1)]), Js::object([("ä", Js::Number(1.0))]));
    same(BTreeMap::from([(i64::MIN, 1)]), Js::object([("-9223372036854775808", Js::Number(1.0))]));
    same(BTreeMap::from([(u128::MAX, 1)]), Js::object([(&u128::MAX.to_string(), Js::Number(1.0))]));
    same(BTreeMap::from([(Shape::Empty, 1)]), Js::object([("Empty", Js::Number(1.0))]));
    let why = written(&BTreeMap::from([((1, 2), 1)])).unwrap_err();
    assert!(why.starts_with("a tuple cannot be a key; keys are strings, integers"), "{why}");
    let why = written(&BTreeMap::from([(Shape::Scaled(1), 1)])).unwrap_err();
    assert!(why.starts_with("Scaled cannot be a key"), "{why}");
}

#[test]
fn enums() {
    same(Shape::Empty, Js::text("Empty"));
    same(Shape::Scaled(3), Js::object([("Scaled", Js::Number(3.0))]));
    same(Shape::Pair(1, true), Js::object([("Pair", Js::array([Js::Number(1.0), Js::Bool(true)]))]));
    same(
        Shape::Named { name: "x".to_owned() },
        Js::object([("Named", Js::object([("name", Js::text("x"))]))]),
    );
    same(vec![Shape::Empty, Shape::Empty], Js::array([Js::text("Empty"), Js::text("Empty")]));
}

#[test]
fn dates() {
    let date = Date::from_millis(-1).unwrap();
    same(date, Js::Date(-1.0));
    same(vec![Some(date), None], Js::array([Js::Date(-1.0), Js::Null]));
    same(("a".to_owned(), date, "b".to_owned()), Js::array([Js::text("a"), Js::Date(-1.0), Js::text("b")]));
}

#[derive(Serialize)]
struct Nested(Vec<Nested>);

#[test]
fn depth_is_limited() {
    let nested = |depth| (1..depth).fold(Nested(vec![]), |inner, _| Nested(vec![inner]));
    assert!(written(&nested(128)).is_ok());
    let why = written(&nested(129)).unwrap_err();
    assert!(why.ends_with("[0]: the value is nested deeper than 128 levels"), "{why}");
}

#[test]
fn repeated_names_are_sent_once() {
    let points: Vec<_> = (0..100).map(|x| Point { x, label: None }).collect();
    assert_eq!(super::super::encode(&points, None).unwrap().text, "xlabel");
}
