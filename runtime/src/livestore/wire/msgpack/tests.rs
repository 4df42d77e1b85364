//! Against what msgpackr wrote between the official client and the official backend, and against everything
//! else that bytes can be.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{MsgpackError, from_json, to_json};

const CAPTURE: &str = include_str!("../../../../../tests/sync/frames/do-rpc.jsonl");

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// A captured message, and what msgpackr read in it.
fn captured() -> Vec<(Vec<u8>, Json)> {
    let records = CAPTURE.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let messages = records.filter(|record| record["hex"].is_string());
    messages.map(|record| (bytes(record["hex"].as_str().unwrap()), record["decoded"][0].clone())).collect()
}

/// Leaves out what the capture marks as undefined, as `JSON.stringify` does.
fn defined(value: &mut Json) {
    match value {
        Json::Object(fields) => {
            fields.retain(|_, field| field != "__undefined__");
            fields.values_mut().for_each(defined);
        }
        Json::Array(items) => items.iter_mut().for_each(defined),
        _ => {}
    }
}

#[test]
fn every_captured_message_is_read_as_msgpackr_reads_it() {
    let messages = captured();
    assert_eq!(messages.len(), 24);
    for (bytes, mut expected) in messages {
        defined(&mut expected);
        let ours: Json = serde_json::from_str(&to_json(&bytes).unwrap()).unwrap();
        assert_eq!(ours, expected);
    }
}

#[test]
fn every_captured_message_is_written_as_msgpackr_writes_it() {
    let mut compared = 0;
    for (bytes, decoded) in captured() {
        // JSON has no `undefined` to write again.
        if !decoded.to_string().contains("__undefined__") {
            assert_eq!(from_json(&to_json(&bytes).unwrap()).unwrap(), bytes);
            compared += 1;
        }
    }
    assert_eq!(compared, 17);
}

#[test]
fn values_become_what_json_stringify_makes_of_them() {
    for (hex, json) in [
        ("00", "0"),
        ("3f", "63"),
        ("40", "64"),
        ("7f", "127"),
        ("ff", "-1"),
        ("cc80", "128"),
        ("ceffffffff", "4294967295"),
        ("d0df", "-33"),
        ("d280000000", "-2147483648"),
        ("cf001fffffffffffff", "9007199254740991"),
        ("d3ffe0000000000001", "-9007199254740991"),
        ("cb41f0000000000000", "4294967296"),
        ("cb3fb999999999999a", "0.1"),
        ("cbc000000000000000", "-2"),
        ("cb8000000000000000", "0"),
        ("cb7ff8000000000000", "null"),
        ("cb7ff0000000000000", "null"),
        ("ca3fc00000", "1.5"),
        ("c0", "null"),
        ("c2", "false"),
        ("c3", "true"),
        ("a0", r#""""#),
        ("a3220a5c", r#""\"\n\\""#),
        ("d903c3a921", r#""é!""#),
        ("da000161", r#""a""#),
        ("db0000000161", r#""a""#),
        ("a4eda08022", r#""\ud800\"""#),
        ("a6eda0bdedb880", r#""\ud83d\ude00""#),
        ("d40000", "null"),
        ("93d4000001d40000", "[null,1,null]"),
        ("82a161d40000a16201", r#"{"b":1}"#),
        ("80", "{}"),
        ("dc000101", "[1]"),
        ("dd0000000101", "[1]"),
        ("de0001a16101", r#"{"a":1}"#),
        ("df00000001a16101", r#"{"a":1}"#),
        ("c4020aff", r#"{"0":10,"1":255}"#),
        ("d6ff00000001", r#""1970-01-01T00:00:01.000Z""#),
        ("d7ff1dcd650000000001", r#""1970-01-01T00:00:01.125Z""#),
        ("c70cff00000000ffffffffffffffff", r#""1969-12-31T23:59:59.000Z""#),
        ("d4ffff", "null"),
        ("c70cff000000007fffffffffffffff", "null"),
        // A record is defined once and used again, and a number gets a new meaning while it is in use.
        ("92d4724091a16101400a", r#"[{"a":1},{"a":10}]"#),
        ("92d4724092a161a162d4724091a163010240d40000", r#"[{"a":{"c":1},"b":2},{}]"#),
    ] {
        assert_eq!(to_json(&bytes(hex)).as_deref(), Ok(json), "{hex}");
    }
}

#[test]
fn what_has_no_json_is_named() {
    for (hex, error) in [
        ("", MsgpackError::Truncated),
        ("91", MsgpackError::Truncated),
        ("a261", MsgpackError::Truncated),
        ("ddffffffff", MsgpackError::Truncated),
        ("dbffffffff", MsgpackError::Truncated),
        ("d4724091a161", MsgpackError::Truncated),
        ("0000", MsgpackError::Trailing(1)),
        ("c1", MsgpackError::Unassigned(0xc1)),
        ("d4721091a16101", MsgpackError::Unassigned(0x10)),
        ("d472ff91a16101", MsgpackError::Unassigned(0xff)),
        ("d47301", MsgpackError::Extension(0x73)),
        ("d572400091a16101", MsgpackError::Extension(0x72)),
        ("c70105aa", MsgpackError::Extension(5)),
        ("cf0020000000000000", MsgpackError::BigInt),
        ("d38000000000000000", MsgpackError::BigInt),
        ("810102", MsgpackError::Key),
        ("d472409101", MsgpackError::Key),
        ("d4724001", MsgpackError::Key),
        ("a2c328", MsgpackError::Text),
        ("a3eda0", MsgpackError::Truncated),
        ("a2eda0", MsgpackError::Text),
    ] {
        assert_eq!(to_json(&bytes(hex)), Err(error), "{hex}");
    }
}

#[test]
fn a_message_can_neither_nest_nor_grow_without_end() {
    let mut deep = vec![0x91; 10_000];
    deep.push(0);
    assert!(to_json(&deep).is_ok());
    deep.insert(0, 0x91);
    assert_eq!(to_json(&deep), Err(MsgpackError::TooDeep));
    assert_eq!(to_json(&vec![0x91; 1_000_000]), Err(MsgpackError::TooDeep));

    // A long key, and a million objects of one byte that have it.
    let mut bomb = bytes("ddffffffffd4724091da1000");
    bomb.extend(vec![b'k'; 0x1000]);
    bomb.extend(vec![0x40; 1_000_000]);
    assert_eq!(to_json(&bomb), Err(MsgpackError::TooLarge));
    let mut binary = bytes("c600900000");
    binary.extend(vec![7; 0x90_0000]);
    assert_eq!(to_json(&binary), Err(MsgpackError::TooLarge));
}

#[test]
fn numbers_are_as_wide_as_msgpackr_writes_them() {
    for (json, hex) in [
        ("0", "00"),
        ("63", "3f"),
        ("64", "cc40"),
        ("127", "cc7f"),
        ("255", "ccff"),
        ("256", "cd0100"),
        ("65536", "ce00010000"),
        ("4294967295", "ceffffffff"),
        ("4294967296", "cb41f0000000000000"),
        ("-32", "e0"),
        ("-33", "d0df"),
        ("-129", "d1ff7f"),
        ("-32769", "d2ffff7fff"),
        ("-2147483648", "d280000000"),
        ("-2147483649", "cbc1e0000000200000"),
        ("1.0", "01"),
        ("1e3", "cd03e8"),
        ("0.1", "cb3fb999999999999a"),
        ("1e21", "cb444b1ae4d6e2ef50"),
        ("9007199254740993", "cb4340000000000000"),
        ("18446744073709551616", "cb43f0000000000000"),
    ] {
        assert_eq!(from_json(json).unwrap(), bytes(hex), "{json}");
    }
}

#[test]
fn white_space_escapes_and_equal_keys_are_read() {
    let json = r#" { "a\"b" : [ 1 , "x\\" , { } ] , "\ud800" : "\ud83d\ude00" , "d" : 1 , "d" : 2 } "#;
    let again = to_json(&from_json(json).unwrap()).unwrap();
    assert_eq!(again, r#"{"a\"b":[1,"x\\",{}],"\ud800":"😀","d":1,"d":2}"#);
}

#[test]
fn more_shapes_than_there_are_records_get_their_numbers_anew() {
    let objects: Vec<_> =
        (0..200).flat_map(|n| [json!({ format!("k{n}"): n }), json!({ "k0": -1 })]).collect();
    let json = Json::from(objects).to_string();
    assert_eq!(to_json(&from_json(&json).unwrap()).unwrap(), json);
}

#[test]
fn what_is_no_json_is_refused() {
    for json in ["", "{", "[1", "nope", r#"{"a"}"#, "\"\\x\"", "01", "[1,]"] {
        assert!(matches!(from_json(json), Err(MsgpackError::Json(_))), "{json}");
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-(1_i64 << 53) + 1..1 << 53).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[a-z]{30,300}".prop_map(Json::from),
    ];
    scalar.prop_recursive(6, 200, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Json::from),
            prop::collection::btree_map("[a-e]{0,2}", inner, 0..6)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn json_comes_back_as_it_was(value in any_json()) {
        let packed = from_json(&value.to_string()).unwrap();
        let again: Json = serde_json::from_str(&to_json(&packed).unwrap()).unwrap();
        prop_assert_eq!(again, value);
    }

    #[test]
    fn floats_keep_every_bit(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
        let mut packed = vec![0xcb];
        packed.extend(number.to_be_bytes());
        let json = to_json(&packed).unwrap();
        prop_assert_eq!(json.parse::<f64>().unwrap(), number);
        if number.fract() != 0.0 {
            prop_assert_eq!(from_json(&json).unwrap(), packed);
        }
    }

    /// Any bytes are JSON or an error.
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(json) = to_json(&bytes) {
            prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok(), "{json}");
        }
    }

    /// So are the bytes of a message that was damaged.
    #[test]
    fn no_damage_does_harm(which in 0_usize..24, at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
        let (mut bytes, _) = captured().swap_remove(which);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        if let Ok(json) = to_json(&bytes) {
            prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok(), "{json}");
        }
    }
}
