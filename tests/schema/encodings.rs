//! One event for each way in which Effect's Schema encodes a value, for `interop/encodings.test.mjs`.
//!
//! `encodings samples` prints the events as Rust encodes them. `encodings echo` reads events, decodes them, and prints
//! them as Rust encodes them then. A line is a JSON array of the event's name and its arguments as text.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::time::Duration;

use durable_object::livestore::schema::{
    Base64, BigInt, DurationMillis, Event, Millis, Pairs, TaggedDuration, TaggedOption,
};
use durable_object::value::Blob;
use durable_object::{Date, Error, Result};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "_tag")]
enum Shape {
    Circle { radius: f64 },
    Square { side: u32 },
}

#[derive(Event)]
#[event(rename_all_fields = "camelCase")]
enum Encoding {
    #[event("v1.Plain")]
    Plain { a_string: String, a_number: f64, an_int: i64, a_boolean: bool, literals: Vec<Level> },
    #[event("v1.Dates")]
    Dates { date: Date, date_time: Date, from_number: Millis },
    #[event("v1.NullOr")]
    NullOr { none: Option<u32>, some: Option<u32>, option_none: Option<u32>, option_some: Option<u32> },
    #[event("v1.Optional")]
    Optional {
        #[event(optional)]
        none: Option<u32>,
        #[event(optional)]
        some: Option<u32>,
        #[event(optional)]
        undefined_none: Option<u32>,
        #[event(optional)]
        undefined_some: Option<u32>,
    },
    #[event("v1.Option")]
    Option { none: TaggedOption<u32>, some: TaggedOption<u32> },
    #[event("v1.Tagged")]
    Tagged { shapes: Vec<Shape> },
    #[event("v1.BigInt")]
    BigInt { small: BigInt, large: BigInt },
    #[event("v1.Bytes")]
    Bytes { numbers: Blob, vec: Vec<u8>, base64: Base64 },
    #[event("v1.Collections")]
    Collections {
        map: Pairs<u32, String>,
        set: BTreeSet<u32>,
        record: BTreeMap<String, bool>,
        tuple: (u32, String),
    },
    #[event("v1.Durations")]
    Durations {
        millis: TaggedDuration,
        nanos: TaggedDuration,
        number: DurationMillis,
        fraction: DurationMillis,
    },
    #[event("v1.Url")]
    Url { url: String },
    #[event("v1.Empty")]
    Empty {},
    #[event("v1.Numbers")]
    Numbers { list: Vec<f64> },
}

fn date(millis: i64) -> Result<Date> {
    Date::from_millis(millis).ok_or_else(|| Error::new("a date beyond the range"))
}

/// The events, as the test in JavaScript has them.
fn samples() -> Result<Vec<Encoding>> {
    let at = 1_704_164_645_678;
    Ok(vec![
        Encoding::Plain {
            a_string: "é \"quoted\" \\ \u{1}\n\u{2028} 🦀".to_owned(),
            a_number: -1234.5,
            an_int: 9_007_199_254_740_991,
            a_boolean: true,
            literals: vec![Level::Low, Level::High],
        },
        Encoding::Dates { date: date(at)?, date_time: date(-1)?, from_number: Millis(date(at)?) },
        Encoding::NullOr { none: None, some: Some(1), option_none: None, option_some: Some(2) },
        Encoding::Optional { none: None, some: Some(1), undefined_none: None, undefined_some: Some(2) },
        Encoding::Option { none: TaggedOption(None), some: TaggedOption(Some(1)) },
        Encoding::Tagged { shapes: vec![Shape::Circle { radius: 1.5 }, Shape::Square { side: 2 }] },
        Encoding::BigInt { small: BigInt(-12), large: BigInt(1 << 100) },
        Encoding::Bytes {
            numbers: Blob(vec![1, 255]),
            vec: Vec::new(),
            base64: Base64(vec![1, 255, 251, 239, 190]),
        },
        Encoding::Collections {
            map: Pairs(BTreeMap::from([(1, "a".to_owned()), (2, "b".to_owned())])),
            set: BTreeSet::from([1, 2]),
            record: BTreeMap::from([("a b".to_owned(), true), ("c".to_owned(), false)]),
            tuple: (1, "x".to_owned()),
        },
        Encoding::Durations {
            millis: TaggedDuration(Duration::from_millis(1_500)),
            nanos: TaggedDuration(Duration::from_nanos(1_500)),
            number: DurationMillis(Duration::from_secs(2)),
            fraction: DurationMillis(Duration::from_nanos(1_500)),
        },
        Encoding::Url { url: "https://example.com/a?b=c#d".to_owned() },
        Encoding::Empty {},
        Encoding::Numbers { list: vec![0.0, -0.0, 0.1, 1e20, -2.5] },
    ])
}

fn print(event: &Encoding) -> Result<()> {
    let line = serde_json::to_string(&(event.name(), event.encode()?))?;
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("samples") => samples()?.iter().try_for_each(print),
        Some("echo") => io::stdin().lock().lines().try_for_each(|line| {
            let (name, args): (String, String) = serde_json::from_str(&line?)?;
            print(&Encoding::decode(&name, &args)?.ok_or_else(|| Error::new(format!("no event `{name}`")))?)
        }),
        _ => Err(Error::new("write `encodings samples` or `encodings echo`")),
    }
}
