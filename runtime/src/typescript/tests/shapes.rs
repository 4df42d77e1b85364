use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::written;

#[test]
fn plain_values() {
    assert_eq!(written::<bool>(), "boolean;");
    assert_eq!(written::<u8>(), "number;");
    assert_eq!(written::<i64>(), "number;");
    assert_eq!(written::<f32>(), "number;");
    assert_eq!(written::<i128>(), "bigint;");
    assert_eq!(written::<char>(), "string;");
    assert_eq!(written::<Box<String>>(), "string;");
    assert_eq!(written::<()>(), "null;");
    assert_eq!(written::<Option<bool>>(), "boolean | null;");
    assert_eq!(written::<Option<Option<bool>>>(), "boolean | null;");
    assert_eq!(written::<Vec<String>>(), "string[];");
    assert_eq!(written::<Vec<Option<String>>>(), "(string | null)[];");
    assert_eq!(written::<Vec<u8>>(), "Uint8Array;");
    assert_eq!(written::<Vec<u16>>(), "number[];");
    assert_eq!(written::<(u8, Vec<(bool,)>)>(), "[number, [boolean][]];");
    assert_eq!(written::<[u16; 32]>(), "number[];");
    assert_eq!(written::<BTreeMap<String, Vec<i32>>>(), "{ [key: string]: number[] };");
    assert_eq!(written::<HashMap<u32, bool>>(), "{ [key: string]: boolean };");
    assert_eq!(written::<serde_json::Value>(), "Unknown;");
    assert_eq!(written::<Option<serde_json::Value>>(), "Unknown;");
    assert_eq!(written::<crate::value::Value>(), "string | number | Uint8Array | null;");
    assert_eq!(written::<Option<crate::value::Value>>(), "string | number | Uint8Array | null;");
    assert_eq!(written::<Vec<crate::value::Value>>(), "(string | number | Uint8Array | null)[];");
    assert_eq!(
        written::<Vec<crate::storage::Row>>(),
        "{ [key: string]: string | number | Uint8Array | null }[];"
    );
    assert_eq!(written::<IpAddr>(), "string;");
    assert_eq!(written::<std::num::NonZeroU8>(), "number;");
    assert_eq!(
        written::<Duration>(),
        "Duration;\nexport interface Duration {\n  secs: number;\n  nanos: number;\n}"
    );
}

#[derive(Serialize, Deserialize)]
struct UserId(u32);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_id: UserId,
    #[serde(rename = "e-mail", alias = "mail", alias = "a-mail")]
    mail: Option<String>,
    #[serde(default)]
    times_seen: u32,
    #[serde(skip)]
    _hidden: u8,
    last: bool,
}

#[test]
fn structs() {
    let expected = "User;
export interface User {
  userId: UserId;
  \"e-mail\"?: string | null;
  timesSeen?: number;
  last: boolean;
}
export type UserId = number;";
    assert_eq!(written::<User>(), expected);
}

#[derive(Serialize, Deserialize)]
struct Marker;

#[derive(Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(Vec<Never>),
    Marked(Marker),
    Tuple(u8, String),
    #[serde(rename = "with fields")]
    Fields {
        a: bool,
        b: Option<f64>,
    },
}

#[derive(Serialize, Deserialize)]
enum Never {}

#[test]
fn external_tags() {
    assert_eq!(
        written::<Vec<External>>(),
        "External[];
export type External = \"Unit\" | { Newtype: Never[] } | { Marked: null } | { Tuple: [number, string] } | \
         { \"with fields\": { a: boolean; b?: number | null } };
export type Never = never;"
    );
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Internal {
    Nothing,
    Fields {
        name: String,
        at: IpAddr,
        count: u8,
        sure: bool,
        list: Vec<String>,
        numbers: Vec<f64>,
        note: Option<String>,
        any: serde_json::Value,
        untagged: Untagged,
        color: Color,
        colors: Option<Color>,
        choice: External,
        last: Option<u32>,
    },
    Struct(Inner),
}

#[derive(Serialize, Deserialize)]
struct Inner {
    x: i32,
    y: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    Green,
}

#[test]
fn internal_tags() {
    assert_eq!(
        written::<(Internal, Option<Internal>, bool)>(),
        "[Internal, Internal | null, boolean];
export type Internal = { kind: \"nothing\" } | { kind: \"fields\"; name: string; at: string; count: number; \
         sure: boolean; list: string[]; numbers: number[]; any: Unknown; untagged: Unknown; color: \"red\" | \"green\"; \
         choice: Unknown; colors?: \"red\" | \"green\" | null; last?: number | null; note?: string | null } | \
         { kind: \"struct\"; x: number; y?: boolean | null };"
    );
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Nested {
    Plain { id: String },
    Deep { id: u32, inner: Inner, after: bool },
}

#[test]
fn what_cannot_be_known_stays_open() {
    assert_eq!(
        written::<Nested>(),
        "Nested;
export type Nested = { type: \"Plain\"; id: string } | { type: \"Deep\"; id: number; inner: Unknown; [field: string]: Unknown };"
    );
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    One(Inner),
    Two(u8, u8),
    Fields { a: String, b: Vec<Adjacent> },
}

#[test]
fn adjacent_tags() {
    assert_eq!(
        written::<Adjacent>(),
        "Adjacent;
export type Adjacent = { t: \"Unit\" } | { t: \"One\"; c: Inner } | { t: \"Two\"; c: [number, number] } | \
         { t: \"Fields\"; c: { a: string; b: Adjacent[]; [field: string]: Unknown } };
export interface Inner {
  x: number;
  y?: boolean | null;
}"
    );
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Inner(Inner),
}

#[derive(Serialize, Deserialize)]
struct Flat {
    id: String,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    rest: HashMap<String, serde_json::Value>,
    choice: Untagged,
    done: bool,
}

#[test]
fn flattened_and_untagged() {
    let expected = "Flat;
export interface Flat {
  id: string;
  choice: Unknown;
  done: boolean;
  x: number;
  [field: string]: Unknown;
}";
    assert_eq!(written::<Flat>(), expected);
}

#[derive(Serialize, Deserialize)]
struct Tree {
    value: u8,
    parent: Option<Box<Tree>>,
    children: Vec<Tree>,
    expression: Expression,
}

#[derive(Serialize, Deserialize)]
enum Expression {
    Not(Box<Expression>),
    All(Vec<Expression>),
    Of(Box<Tree>),
    Pair(Box<(Expression, Expression)>),
    Literal(i64),
    Last,
}

#[test]
fn recursive_types() {
    let expected = "Tree;
export type Expression = { Not: Expression } | { All: Expression[] } | { Of: Tree } | \
                    { Pair: [Expression, Expression] } | { Literal: number } | \"Last\";
export interface Tree {
  value: number;
  parent?: Tree | null;
  children: Tree[];
  expression: Expression;
}";
    assert_eq!(written::<Tree>(), expected);
}

#[derive(Serialize, Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

mod other {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub(super) struct Inner {
        pub(super) z: bool,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    pub(super) struct Date {
        pub(super) day: u8,
    }
}

#[test]
fn names_are_unique() {
    let text = written::<(Page<Inner>, Page<Option<String>>, other::Inner, other::Date)>();
    assert!(text.starts_with("[PageInner, PageOptionString, Inner2, Date2];"), "{text}");
    assert!(
        text.contains("export interface PageInner {\n  items: Inner[];\n  next?: string | null;\n}"),
        "{text}"
    );
    assert!(text.contains("export interface Inner2 {\n  z: boolean;\n}"), "{text}");
}

/// Three letters and three digits.
#[derive(Serialize)]
struct Plate(String);

impl<'de> Deserialize<'de> for Plate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 6 { Ok(Self(text)) } else { Err(D::Error::custom("no plate")) }
    }
}

#[derive(Serialize, Deserialize)]
enum Endless {
    Again(Box<Endless>),
}

#[derive(Serialize, Deserialize)]
struct Stubborn {
    before: Vec<u8>,
    plate: Plate,
    after: Option<Inner>,
    kind: External,
    endless: Option<Endless>,
}

#[test]
fn what_refuses_every_sample_hides_nothing_else() {
    let text = written::<Stubborn>();
    let expected = "export interface Stubborn {
  before: Uint8Array;
  plate: string;
  after?: Inner | null;
  kind: External;
  endless?: Endless | null;
}";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("{ \"with fields\": { a: boolean; b"), "{text}");
    assert!(text.contains("export type Endless = { Again: Endless };"), "{text}");
}
