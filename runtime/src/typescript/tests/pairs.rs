//! Fields beside each other: a field that refuses its value hides nothing about the others.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroI64;
use std::time::Duration;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::written;
use crate::Date;
use crate::value::Blob;

/// Optional fields around two others.
#[derive(Serialize, Deserialize)]
struct Pair<A, B> {
    before: Option<String>,
    first: A,
    between: Option<u8>,
    second: B,
    #[serde(default)]
    count: u32,
    after: Option<bool>,
}

/// The same in a variant.
#[derive(Serialize, Deserialize)]
enum Either<A, B> {
    Pair {
        before: Option<String>,
        first: A,
        between: Option<u8>,
        second: B,
        #[serde(default)]
        count: u32,
        after: Option<bool>,
    },
}

/// A kind of fields: its type, and what TypeScript makes of it.
trait Kind: Serialize + DeserializeOwned {
    const TYPESCRIPT: &'static str;
    /// Whether a field of it may be left out.
    const OPTIONAL: bool = false;
    /// Whether it has no value that tracing can find.
    const STUBBORN: bool = false;
}

macro_rules! kinds {
    ($($ty:ty = $typescript:literal $($constant:ident)*;)*) => {$(
        impl Kind for $ty {
            const TYPESCRIPT: &'static str = $typescript;
            $(const $constant: bool = true;)*
        }
    )*};
}

kinds! {
    bool = "boolean";
    u8 = "number";
    i64 = "number";
    f32 = "number";
    u128 = "bigint";
    char = "string";
    String = "string";
    () = "null";
    Option<Vec<u8>> = "Uint8Array | null" OPTIONAL;
    Option<Option<u8>> = "number | null" OPTIONAL;
    Vec<String> = "string[]";
    Vec<u8> = "Uint8Array";
    [u16; 2] = "[number, number]";
    (u8, Option<String>) = "[number, string | null]";
    BTreeMap<String, bool> = "{ [key: string]: boolean }";
    Date = "Date";
    Option<Date> = "Date | null" OPTIONAL;
    Vec<Date> = "Date[]";
    BTreeMap<String, Date> = "{ [key: string]: Date }";
    Blob = "Uint8Array";
    serde_json::Value = "Unknown";
    IpAddr = "string";
    SocketAddr = "string";
    NonZeroI64 = "number";
    Duration = "Duration";
    Moment = "string";
    Uuid = "string";
    Email = "string";
    Option<Email> = "string | null" OPTIONAL;
    Percent = "number";
    Key = "Uint8Array";
    Span = "Raw";
    Plate = "string" STUBBORN;
    Option<Plate> = "string | null" OPTIONAL;
    Vec<Plate> = "string[]";
    (Plate, u8) = "[string, Unknown]" STUBBORN;
    Car = "Car" STUBBORN;
    Option<Car> = "Car | null" OPTIONAL;
    Road = "Road" STUBBORN;
    Vehicle = "Vehicle";
    Endless = "Endless" STUBBORN;
    Never = "Never" STUBBORN;
}

/// A type whose `Deserialize` reads a text, and takes it if it fits.
macro_rules! texts {
    ($($name:ident: $fits:expr;)*) => {$(
        #[derive(Serialize, Deserialize)]
        #[serde(try_from = "String")]
        struct $name(String);

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err("another text is expected") }
            }
        }
    )*};
}

texts! {
    Email: |text| text.contains('@');
    Uuid: |text| text.len() == 36;
    // As chrono reads it, which is more than a `Date` takes.
    Moment: |text| text.starts_with("1970-01-01T") && text.ends_with('Z');
    // No sample is one.
    Plate: |text| text == "M-XY 1234";
}

#[derive(Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
#[derive(Clone)]
struct Percent(i16);

impl TryFrom<i16> for Percent {
    type Error = String;

    fn try_from(percent: i16) -> Result<Self, String> {
        if (1..100).contains(&percent) { Ok(Self(percent)) } else { Err("not so many".to_owned()) }
    }
}

impl From<Percent> for i16 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

/// Bytes, of which there are as many as it wants.
#[derive(Serialize)]
struct Key(Blob);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Blob::deserialize(deserializer)?;
        if bytes.0.len() == 12 { Ok(Self(bytes)) } else { Err(D::Error::custom("no key")) }
    }
}

/// Two numbers, of which the second is larger.
#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(try_from = "Raw", into = "Raw")]
struct Span(Raw);

#[derive(Serialize, Deserialize, Clone, Copy)]
struct Raw {
    from: u8,
    to: u8,
}

impl TryFrom<Raw> for Span {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        if raw.from < raw.to { Ok(Self(raw)) } else { Err("it ends before it begins".to_owned()) }
    }
}

impl From<Span> for Raw {
    fn from(span: Span) -> Self {
        span.0
    }
}

/// Has a field without a sample.
#[derive(Serialize, Deserialize)]
struct Car {
    seats: Option<u8>,
    plate: Plate,
    sold: Option<Date>,
    color: String,
}

/// Has that deep inside.
#[derive(Serialize, Deserialize)]
struct Road {
    name: Option<String>,
    cars: (Car, u8),
    length: f64,
}

/// Has it in a variant.
#[derive(Serialize, Deserialize)]
enum Vehicle {
    Car(Car),
    Bus { plate: Plate, line: Option<u8> },
    Bicycle,
}

#[derive(Serialize, Deserialize)]
enum Endless {
    Again(Box<Endless>),
}

#[derive(Serialize, Deserialize)]
enum Never {}

/// The fields of a pair as TypeScript has them.
fn fields<A: Kind, B: Kind>() -> Vec<String> {
    let field = |name: &str, optional: bool, shape: &str| {
        format!("{name}{}: {shape}", if optional { "?" } else { "" })
    };
    // serde names the first field that is missing: behind one that has no sample, a default is not seen.
    let hidden = A::STUBBORN || B::STUBBORN;
    vec![
        "before?: string | null".to_owned(),
        field("first", A::OPTIONAL, A::TYPESCRIPT),
        "between?: number | null".to_owned(),
        field("second", B::OPTIONAL, B::TYPESCRIPT),
        field("count", !hidden, "number"),
        "after?: boolean | null".to_owned(),
    ]
}

fn check<A: Kind, B: Kind>() {
    let kinds = std::any::type_name::<(A, B)>();
    let (text, fields) = (written::<Pair<A, B>>(), fields::<A, B>());
    let expected = format!("{{\n  {};\n}}", fields.join(";\n  "));
    assert!(text.contains(&expected), "{kinds}: {expected} in {text}");
    let (text, expected) = (written::<Either<A, B>>(), format!("{{ Pair: {{ {} }} }}", fields.join("; ")));
    assert!(text.contains(&expected), "{kinds}: {expected} in {text}");
}

macro_rules! pairs {
    ($($a:ty),*; $others:tt) => {$( pairs!(@ $a; $others); )*};
    (@ $a:ty; ($($b:ty),*)) => {$(
        check::<$a, $b>();
        check::<$b, $a>();
    )*};
}

#[test]
fn every_kind_of_field_beside_optional_ones() {
    pairs!(
        bool, u8, i64, f32, u128, char, (), Option<Vec<u8>>, Option<Option<u8>>, Vec<String>, Vec<u8>, [u16; 2],
        (u8, Option<String>), BTreeMap<String, bool>, Option<Date>, Vec<Date>, BTreeMap<String, Date>, Blob,
        serde_json::Value, IpAddr, SocketAddr, NonZeroI64, Duration, Moment, Uuid, Email, Option<Email>, Percent,
        Key, Span, Option<Plate>, Vec<Plate>, (Plate, u8), Option<Car>, Vehicle, Never;
        (String)
    );
}

#[test]
fn kinds_that_refuse_beside_each_other() {
    pairs!(
        Date, Uuid, Email, Percent, Span, Plate, Car, Road, Endless;
        (Date, Email, Span, Plate, Car)
    );
}

#[test]
fn the_names_of_fields_inside_are_not_confused_with_those_outside() {
    #[derive(Serialize, Deserialize)]
    struct Outer {
        name: Option<String>,
        inner: Inner,
    }

    #[derive(Serialize, Deserialize)]
    struct Inner {
        name: String,
        inner: Option<u8>,
    }

    let text = written::<Outer>();
    assert!(text.contains("{\n  name?: string | null;\n  inner: Inner;\n}"), "{text}");
    assert!(text.contains("{\n  name: string;\n  inner?: number | null;\n}"), "{text}");
}

#[test]
fn a_field_alone() {
    #[derive(Serialize, Deserialize)]
    struct Alone<T> {
        it: Option<T>,
    }

    #[derive(Serialize, Deserialize)]
    enum Empty {
        Nothing {},
        Maybe {
            #[serde(default)]
            it: String,
        },
    }

    let text = written::<Alone<Date>>();
    assert!(text.contains("{\n  it?: Date | null;\n}"), "{text}");
    let text = written::<Alone<Plate>>();
    assert!(text.contains("{\n  it?: string | null;\n}"), "{text}");
    let text = written::<Empty>();
    assert!(text.contains("{ Nothing: {} } | { Maybe: { it?: string } }"), "{text}");
}

/// Reads a number from text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// As that, if it is there.
fn number_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

#[test]
fn functions_that_deserialize_fields() {
    #[derive(Serialize, Deserialize)]
    struct With {
        note: Option<String>,
        #[serde(deserialize_with = "number")]
        one: u8,
        #[serde(deserialize_with = "number_or_none")]
        other: Option<u8>,
        #[serde(default, deserialize_with = "number_or_none")]
        another: Option<u8>,
        last: Option<Date>,
    }

    let expected = "With;
export interface With {
  note?: string | null;
  one: string;
  other: string | null;
  another?: string | null;
  last?: Date | null;
}";
    assert_eq!(written::<With>(), expected);
}

#[test]
fn functions_beside_what_refuses() {
    #[derive(Serialize, Deserialize)]
    struct With {
        #[serde(deserialize_with = "number_or_none")]
        before: Option<u8>,
        plate: Plate,
        #[serde(deserialize_with = "number_or_none")]
        other: Option<u8>,
        last: Option<Date>,
    }

    // Without the function, serde would take what is missing for none.
    let expected = "With;
export interface With {
  before: string | null;
  plate: string;
  other: string | null;
  last?: Date | null;
}";
    assert_eq!(written::<With>(), expected);
}

#[test]
fn what_refuses_where_nobody_says_which_fields_there_are() {
    #[derive(Serialize, Deserialize)]
    struct Flat {
        number: u8,
        sold: Date,
        plate: Plate,
        #[serde(flatten)]
        rest: BTreeMap<String, String>,
        color: String,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Tagged {
        Car { sold: Date, plate: Plate, color: String },
    }

    let expected = "Flat;
export interface Flat {
  number: number;
  sold: Date;
  plate: string;
  [field: string]: Unknown;
}";
    assert_eq!(written::<Flat>(), expected);
    let expected = "Tagged;
export type Tagged = { type: \"Car\"; sold: Date; plate: Unknown; [field: string]: Unknown };";
    assert_eq!(written::<Tagged>(), expected);
}

#[test]
fn dates_in_what_serde_buffers() {
    #[derive(Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Parcel {
        Sent { at: Date, carrier: String, until: Option<Date>, to: Email, note: Option<String> },
        Received { dates: Vec<Date>, by: Option<String> },
    }

    let expected = "Parcel;
export type Parcel = { type: \"Sent\"; at: Date; carrier: string; to: string; note?: string | null; until?: Date | null } | \
                    { type: \"Received\"; dates: Unknown[]; by?: string | null };";
    assert_eq!(written::<Parcel>(), expected);
}
