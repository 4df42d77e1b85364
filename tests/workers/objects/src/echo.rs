use std::collections::{BTreeMap, BTreeSet};

use durable_object::Date;
use durable_object::prelude::*;
use durable_object::value::Blob;
use js_sys::{ArrayBuffer, WebAssembly};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;

/// Gives back values of every kind that serde knows.
#[durable_object]
pub struct Echo;

/// One of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Todo {
    /// Its number.
    pub id: u32,
    /// The text of the task.
    pub title: String,
    /// Whether the task is done.
    pub done: bool,
    /// The subjects of the task.
    pub tags: Vec<String>,
    /// The importance of the task.
    pub score: f64,
}

/// Variants of every form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// Without content.
    Empty,
    /// One value.
    Scaled(f64),
    /// Two values.
    Pair(i32, String),
    /// A field.
    Named {
        /// Its name.
        name: Option<String>,
    },
}

/// Variants that are told apart by a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Tagged {
    /// A file.
    File {
        /// The content.
        content: Vec<u8>,
        /// The time since which it is so.
        since: Date,
    },
    /// Nothing.
    Nothing,
}

/// One field, and any number of others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flat {
    /// The one.
    pub id: u8,
    /// The others.
    #[serde(flatten)]
    pub rest: BTreeMap<String, i64>,
}

/// A value without content, inside of others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Marker;

/// A list of lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nested(pub Vec<Nested>);

/// A tree whose nodes are known by what they look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Tree {
    /// A number.
    Leaf(u8),
    /// Others.
    Branch {
        /// Which ones.
        children: Vec<Tree>,
    },
}

/// Text and bytes of any size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Large {
    /// The text.
    pub text: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Values that cannot be keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// To the right.
    pub x: i32,
}

#[durable_object]
impl Echo {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    /// An integer that may not fit a number.
    #[rpc]
    pub fn long(&self, value: i64) -> i64 {
        value
    }

    /// A 64-bit integer, in words.
    #[rpc]
    pub fn long_as_text(&self, value: i64) -> String {
        value.to_string()
    }

    /// A 64-bit integer, from words.
    #[rpc]
    pub fn long_from_text(&self, text: String) -> Result<i64> {
        text.parse().map_err(|_| Error::new("not a number"))
    }

    /// A bigint.
    #[rpc]
    pub fn huge(&self, value: i128) -> i128 {
        value
    }

    /// A bigint without sign.
    #[rpc]
    pub fn unsigned_huge(&self, value: u128) -> u128 {
        value
    }

    /// A number.
    #[rpc]
    pub fn number(&self, value: f64) -> f64 {
        value
    }

    /// A number of less precision.
    #[rpc]
    pub fn float(&self, value: f32) -> f32 {
        value
    }

    /// Text.
    #[rpc]
    pub fn text(&self, value: String) -> String {
        value
    }

    /// A character.
    #[rpc]
    pub fn character(&self, value: char) -> char {
        value
    }

    /// Bytes.
    #[rpc]
    pub fn bytes(&self, value: Vec<u8>) -> Vec<u8> {
        value
    }

    /// Bytes that serde knows as such.
    #[rpc]
    pub fn blob(&self, value: Blob) -> Blob {
        value
    }

    /// Bytes inside of something.
    #[rpc]
    pub fn files(&self, value: BTreeMap<String, Option<Vec<u8>>>) -> BTreeMap<String, Option<Vec<u8>>> {
        value
    }

    /// Returns numbers that are not bytes.
    #[rpc]
    pub fn floats(&self, value: Vec<f64>) -> Vec<f64> {
        value
    }

    /// Different numbers.
    #[rpc]
    pub fn set(&self, value: BTreeSet<i32>) -> BTreeSet<i32> {
        value
    }

    /// Nothing.
    #[rpc]
    pub fn unit(&self, value: ()) {
        value
    }

    /// Nothing, among others.
    #[rpc]
    pub fn nothings(&self, value: ((), Marker, Option<u8>)) -> ((), Marker, Option<u8>) {
        value
    }

    /// Many values with fields.
    #[rpc]
    pub fn todos(&self, value: Vec<Todo>) -> Vec<Todo> {
        value
    }

    /// Text by text.
    #[rpc]
    pub fn map(&self, value: BTreeMap<String, i32>) -> BTreeMap<String, i32> {
        value
    }

    /// Several of them.
    #[rpc]
    pub fn maps(&self, value: Vec<BTreeMap<String, i32>>) -> Vec<BTreeMap<String, i32>> {
        value
    }

    /// Text by number.
    #[rpc]
    pub fn numbered(&self, value: BTreeMap<i64, String>) -> BTreeMap<i64, String> {
        value
    }

    /// Numbers for yes and no.
    #[rpc]
    pub fn votes(&self, value: BTreeMap<bool, u32>) -> BTreeMap<bool, u32> {
        value
    }

    /// Returns a value that has no keys in JavaScript.
    #[rpc]
    pub fn positions(&self) -> BTreeMap<Position, u8> {
        BTreeMap::from([(Position { x: 1 }, 1)])
    }

    /// One of several forms.
    #[rpc]
    pub fn shapes(&self, value: Vec<Shape>) -> Vec<Shape> {
        value
    }

    /// One of several kinds.
    #[rpc]
    pub fn tagged(&self, value: Tagged) -> Tagged {
        value
    }

    /// One field, and others.
    #[rpc]
    pub fn flat(&self, value: Flat) -> Flat {
        value
    }

    /// A date.
    #[rpc]
    pub fn date(&self, value: Date) -> Date {
        value
    }

    /// Dates inside of something.
    #[rpc]
    pub fn dates(&self, value: BTreeMap<String, Vec<Date>>) -> BTreeMap<String, Vec<Date>> {
        value
    }

    /// The time.
    #[rpc]
    pub fn now(&self) -> Date {
        Date::now()
    }

    /// Returns any value of JSON.
    #[rpc]
    pub fn json(&self, value: serde_json::Value) -> serde_json::Value {
        value
    }

    /// Text for the worker's log.
    #[rpc]
    pub fn log(&self, text: String) {
        console_log!("logged: {text}");
    }

    /// A text and bytes.
    #[rpc]
    pub fn large(&self, value: Large) -> Large {
        value
    }

    /// How much memory the objects have, in bytes.
    #[rpc]
    pub fn memory(&self) -> u32 {
        let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        memory.buffer().unchecked_into::<ArrayBuffer>().byte_length()
    }

    /// Lists of lists.
    #[rpc]
    pub fn nested(&self, value: Nested) -> Nested {
        value
    }

    /// A tree.
    #[rpc]
    pub fn tree(&self, value: Tree) -> Tree {
        value
    }

    /// Lists of lists, of this depth.
    #[rpc]
    pub fn nest(&self, depth: u32) -> Nested {
        (1..depth).fold(Nested(vec![]), |inner, _| Nested(vec![inner]))
    }
}
