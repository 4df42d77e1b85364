//! Events as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Date;
use crate::livestore::schema::{
    Base64, BigInt, DurationMillis, Event, EventError, Millis, Pairs, TaggedDuration, TaggedOption,
    Unencodable,
};
use crate::value::Blob;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "_tag")]
enum Shape {
    Circle { radius: f64 },
    Square { side: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

/// Writes a number as text.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    pub(super) fn serialize<S: Serializer>(value: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[derive(Debug, Clone, PartialEq, Event)]
#[event(rename_all_fields = "camelCase")]
enum Everything {
    #[event("v1.Plain")]
    Plain { the_text: String, number: f64, whole: i64, yes: bool, level: Level },
    #[event("v1.Times")]
    Times { at: Date, millis: Millis, tagged: TaggedDuration, span: DurationMillis },
    #[event("v1.Options")]
    Options {
        nullable: Option<u8>,
        #[event(optional)]
        optional: Option<u8>,
        tagged: TaggedOption<u8>,
        #[event(default)]
        added: u32,
    },
    #[event("v1.Bytes")]
    Bytes { numbers: Blob, vec: Vec<u8>, base64: Base64, big: BigInt },
    #[event("v1.Lists")]
    Lists {
        map: Pairs<u8, String>,
        set: BTreeSet<u8>,
        record: BTreeMap<String, Option<bool>>,
        tuple: (u8, String),
    },
    #[event("v1.Shapes")]
    Shapes {
        shapes: Vec<Shape>,
        #[event(rename = "type", with = "as_text")]
        kind: u8,
        any: serde_json::Value,
    },
    #[event("v1.Nothing")]
    Nothing {},
}

fn date(millis: i64) -> Date {
    Date::from_millis(millis).unwrap()
}

fn options(nullable: Option<u8>, optional: Option<u8>, tagged: Option<u8>) -> Everything {
    Everything::Options { nullable, optional, tagged: TaggedOption(tagged), added: 0 }
}

#[test]
fn a_field_with_functions_of_its_own_may_have_any_type() {
    /// The derive must not have a type of this name.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct With(u8);

    mod unchanged {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        pub(super) fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
            value.serialize(to)
        }

        pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
            from: D,
        ) -> Result<T, D::Error> {
            T::deserialize(from)
        }
    }

    #[derive(Debug, PartialEq, Event)]
    enum Odd {
        #[event("v1.Odd")]
        Odd {
            #[event(with = "unchanged")]
            with: With,
        },
    }

    let odd = Odd::Odd { with: With(7) };
    assert_eq!(Odd::decode("v1.Odd", &odd.encode().unwrap()).unwrap(), Some(odd));
}

#[test]
fn events_are_effects_json() {
    let events = [
        (
            Everything::Plain {
                the_text: "\u{1}\"ä".into(),
                number: -0.5,
                whole: -9_007_199_254_740_991,
                yes: true,
                level: Level::Low,
            },
            r#"{"theText":"\u0001\"ä","number":-0.5,"whole":-9007199254740991,"yes":true,"level":"low"}"#,
        ),
        (
            Everything::Times {
                at: date(0),
                millis: Millis(date(-1)),
                tagged: TaggedDuration(Duration::from_secs(2)),
                span: DurationMillis(Duration::from_micros(1_500)),
            },
            r#"{"at":"1970-01-01T00:00:00.000Z","millis":-1,"tagged":{"_tag":"Millis","millis":2000},"span":1.5}"#,
        ),
        (options(None, None, None), r#"{"nullable":null,"tagged":{"_tag":"None"},"added":0}"#),
        (
            options(Some(1), Some(2), Some(3)),
            r#"{"nullable":1,"optional":2,"tagged":{"_tag":"Some","value":3},"added":0}"#,
        ),
        (
            Everything::Bytes {
                numbers: Blob(vec![1, 255]),
                vec: vec![0],
                base64: Base64(vec![1, 255]),
                big: BigInt(i128::from(u64::MAX)),
            },
            r#"{"numbers":[1,255],"vec":[0],"base64":"Af8=","big":"18446744073709551615"}"#,
        ),
        (
            Everything::Lists {
                map: Pairs(BTreeMap::from([(1, "a".into())])),
                set: BTreeSet::from([2, 1]),
                record: BTreeMap::from([("k\"".into(), None), ("l".into(), Some(false))]),
                tuple: (1, "b".into()),
            },
            r#"{"map":[[1,"a"]],"set":[1,2],"record":{"k\"":null,"l":false},"tuple":[1,"b"]}"#,
        ),
        (
            Everything::Shapes {
                shapes: vec![Shape::Circle { radius: 1.0 }, Shape::Square { side: 2 }],
                kind: 7,
                any: serde_json::json!({ "a": [null, 0.5] }),
            },
            r#"{"shapes":[{"_tag":"Circle","radius":1},{"_tag":"Square","side":2}],"type":"7","any":{"a":[null,0.5]}}"#,
        ),
        (Everything::Nothing {}, "{}"),
    ];
    for (event, json) in events {
        assert_eq!(event.encode().unwrap(), json);
        assert_eq!(Everything::decode(event.name(), json).unwrap(), Some(event));
    }
    assert_eq!(Everything::NAMES.len(), 7);
}

#[test]
fn numbers_are_read_exactly() {
    let args = r#"{"theText":"","number":5.962356674331441e-21,"whole":0,"yes":true,"level":"low"}"#;
    let Ok(Some(Everything::Plain { number, .. })) = Everything::decode("v1.Plain", args) else { panic!() };
    assert_eq!(number.to_bits(), 5.962_356_674_331_441e-21_f64.to_bits());
}

#[test]
fn decoding_is_as_lenient_as_javascript() {
    let decode = |name, args| Everything::decode(name, args).unwrap();
    assert_eq!(decode("v2.Plain", "not even JSON"), None);
    assert_eq!(decode("v1.Nothing", "null"), Some(Everything::Nothing {}));
    assert_eq!(decode("v1.Nothing", r#" {"more": [1]} "#), Some(Everything::Nothing {}));
    let twice = r#"{"optional":1,"optional":null,"tagged":{"_tag":"None"},"nullable":null}"#;
    assert_eq!(decode("v1.Options", twice), Some(options(None, None, None)));
    let times = r#"{"at":"1970-01-01T00:00:01Z","millis":0,"tagged":{"_tag":"Nanos","nanos":"5"},"span":0}"#;
    let Some(Everything::Times { at, tagged, .. }) = decode("v1.Times", times) else { panic!() };
    assert_eq!((at, tagged.0.as_nanos()), (date(1_000), 5));
}

#[test]
fn what_cannot_be_read_is_named() {
    let why = |name, args| Everything::decode(name, args).unwrap_err();
    let missing = why("v1.Times", r#"{"at":"1970-01-01T00:00:01Z"}"#);
    assert!(matches!(missing, EventError::Missing { event: "v1.Times", field: "millis" }), "{missing}");
    let wrong = why("v1.Bytes", r#"{"numbers":[256]}"#);
    assert!(matches!(wrong, EventError::Decode { field: "numbers", .. }));
    assert!(
        wrong.to_string().starts_with(
            "`numbers` of the event `v1.Bytes` cannot be read: [0]: invalid value: integer `256`, expected u8"
        ),
        "{wrong}"
    );
    for args in ["", "[]", "{", "1", "{}}"] {
        assert!(matches!(why("v1.Nothing", args), EventError::Arguments { .. }), "{args}");
    }
}

#[derive(Debug, Event)]
enum Refused {
    #[event("v1.Whole")]
    Whole { n: Vec<u64>, m: BTreeMap<String, Vec<f32>> },
    #[event("v1.Keys")]
    Keys { map: Keyed },
}

/// A map behind another name, which the derive does not see through.
type Keyed = std::collections::HashMap<u8, u8>;

#[test]
fn what_javascript_cannot_hold_is_refused() {
    let refused = |event: Refused| match event.encode().unwrap_err() {
        EventError::Encode { event, field, reason } => (event, field, reason),
        other => panic!("{other}"),
    };
    let whole = |n: u64| Refused::Whole { n: vec![0, n], m: BTreeMap::new() };
    assert!(whole((1 << 53) - 1).encode().is_ok());
    let integer = Unencodable::Integer("9007199254740992".into());
    assert_eq!(refused(whole(1 << 53)), ("v1.Whole", "n[1]".into(), integer));
    let infinite = Refused::Whole { n: vec![], m: BTreeMap::from([("a\"".into(), vec![f32::INFINITY])]) };
    assert_eq!(
        infinite.encode().unwrap_err().to_string(),
        "`m.a\\\"[0]` of the event `v1.Whole` is inf, and JSON has only finite numbers: make the field an `Option`"
    );
    let keys = Refused::Keys { map: Keyed::from([(1, 1)]) };
    assert_eq!(refused(keys), ("v1.Keys", "map".into(), Unencodable::Key));
}

fn duration() -> impl Strategy<Value = Duration> {
    (0..1_u64 << 40, 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos))
}

fn any_date() -> impl Strategy<Value = Date> {
    (-8_640_000_000_000_000..=8_640_000_000_000_000_i64).prop_map(date)
}

fn event() -> impl Strategy<Value = Everything> {
    let safe = -9_007_199_254_740_991..=9_007_199_254_740_991_i64;
    let finite = any::<f64>().prop_filter("finite", |number| number.is_finite());
    prop_oneof![
        (any::<String>(), finite.clone(), safe, any::<bool>(), any::<bool>()).prop_map(
            |(the_text, number, whole, yes, low)| Everything::Plain {
                the_text,
                number,
                whole,
                yes,
                level: if low { Level::Low } else { Level::High },
            }
        ),
        (any_date(), any_date(), duration(), 0..1_u64 << 50).prop_map(|(at, millis, tagged, span)| {
            Everything::Times {
                at,
                millis: Millis(millis),
                tagged: TaggedDuration(tagged),
                span: DurationMillis(Duration::from_millis(span)),
            }
        }),
        (any::<[Option<u8>; 3]>(), any::<u32>()).prop_map(|([nullable, optional, tagged], added)| {
            Everything::Options { nullable, optional, tagged: TaggedOption(tagged), added }
        }),
        (any::<[Vec<u8>; 3]>(), any::<i128>()).prop_map(|([numbers, vec, base64], big)| Everything::Bytes {
            numbers: Blob(numbers),
            vec,
            base64: Base64(base64),
            big: BigInt(big),
        }),
        (
            any::<BTreeMap<u8, String>>(),
            any::<BTreeSet<u8>>(),
            any::<BTreeMap<String, Option<bool>>>(),
            any::<(u8, String)>()
        )
            .prop_map(|(map, set, record, tuple)| Everything::Lists {
                map: Pairs(map),
                set,
                record,
                tuple
            }),
        (proptest::collection::vec((finite, any::<u32>()), 0..3), any::<u8>(), any::<String>()).prop_map(
            |(shapes, kind, text)| Everything::Shapes {
                shapes: shapes
                    .into_iter()
                    .flat_map(|(radius, side)| [Shape::Circle { radius }, Shape::Square { side }])
                    .collect(),
                kind,
                any: text.into(),
            }
        ),
    ]
}

proptest! {
    #[test]
    fn every_event_comes_back(event in event()) {
        let json = event.encode().unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
        prop_assert_eq!(Everything::decode(event.name(), &json).unwrap(), Some(event));
    }

    #[test]
    fn no_arguments_make_it_panic(name in proptest::sample::select(Everything::NAMES), args in any::<String>()) {
        drop(Everything::decode(name, &args));
    }
}
